import {
  type AlarmCause,
  type AlarmChange,
  type AlarmEvent,
  type AlarmPhase,
  isHidden,
} from '../../../sdk/model/alarm.ts';
import type { MonoTime, Stamp } from '../../../sdk/model/time.ts';
import { type AlarmInput, isActive, judge, quiet } from '../../alarm/judge.ts';
import type { Rule } from '../../alarm/rule.ts';
import { noDelay } from '../../alarm/rule.ts';
import { conditionKey } from '../../linkage/linkage.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import { stampAt } from '../stamp.ts';
import type { AlarmStore } from './alarm-store.ts';
import type { Watched } from './roster.ts';
import type { Suppressions } from './suppressions.ts';

/** Lets the judgement look, and tells the world of what it says. */
export type Announcer = {
  /** Conditions whose alarms are active and announced, as `device/condition`. */
  readonly active: ReadonlySet<string>;
  /** Those of them that nobody has silenced. */
  readonly sounding: ReadonlySet<string>;
  readonly stamp: (mono: MonoTime) => Stamp;
  readonly apply: (watched: Watched, input: AlarmInput, operator?: string) => AlarmPhase;
  /** Tells where a condition stands, for another reason than a judgement. */
  readonly tell: (watched: Watched, event: AlarmEvent, more: Telling) => void;
  readonly announce: (change: AlarmChange) => void;
  /** Takes up a state of an earlier run without telling anybody anew. */
  readonly takeUp: (watched: Watched) => void;
};

export type Telling = { readonly at: MonoTime; readonly cause: AlarmCause; readonly operator?: string | undefined };

export type AnnouncerContext = {
  readonly clock: Clock;
  readonly log: Log;
  readonly boot: number;
  readonly store: AlarmStore;
  readonly suppressions: Suppressions;
  /** Whether something else takes a new alarm, such as a walk test; then nothing is told. */
  readonly claim: (watched: Watched, cause: AlarmCause, at: MonoTime) => boolean;
  /** A condition that was tripped in a walk test is as before. */
  readonly onRestored: (watched: Watched) => void;
  /** Called at once, before the disk: linkage does not wait. */
  readonly onChange: (change: AlarmChange) => void;
};

export function announcer(ctx: AnnouncerContext): Announcer {
  const { clock, log, suppressions } = ctx;
  const active = new Set<string>();
  const sounding = new Set<string>();
  const note = (key: string, change: AlarmChange): void => {
    const isTold = isActive(change.phase) && !isHidden(change);
    toggle(active, key, isTold);
    toggle(sounding, key, isTold && change.silenced !== true);
  };
  const stamp = (mono: MonoTime): Stamp => stampAt(clock, ctx.boot, mono);
  const announce = (change: AlarmChange): void => {
    const key = conditionKey(change.device, change.condition);
    note(key, change);
    log.info(`alarm.${change.event}`, {
      key,
      kind: change.kind,
      occurrence: change.occurrence,
      why: change.cause.rule,
    });
    ctx.onChange(change);
    ctx.store.store(change);
  };
  const tell = (watched: Watched, event: AlarmEvent, { at, cause, operator }: Telling): void => {
    const { last, state } = watched;
    // What a person does says nothing of the danger: why the alarm stands is still what was judged.
    const why = last && byPeople.has(event) && isActive(state.phase) ? last.cause : cause;
    const stamped = stamp(at);
    const same = last?.occurrence === state.occurrence ? last : undefined;
    const since = event === 'raised' ? stamped.wall : same?.since;
    const raised = event === 'raised' || !same ? undefined : same.event === 'raised' ? same.at : same.raised;
    watched.last = {
      ...changeOf(watched, suppressions),
      event,
      at: stamped,
      ...(since !== undefined && { since }),
      ...(raised && { raised }),
      cause: why,
      ...(operator && { operator }),
    };
    announce(watched.last);
  };
  const apply = (watched: Watched, input: AlarmInput, operator?: string): AlarmPhase => {
    const rule = watched.underTest ? asTested(watched.rule) : watched.rule;
    const { state, event, cause } = judge(rule, watched.state, input);
    watched.state = state;
    if (!event || !cause) return state.phase;
    const at = input.kind === 'value' ? input.value.at : input.at;
    if (watched.underTest) {
      if (isActive(state.phase)) return state.phase;
      watched.underTest = false;
      watched.state = { ...quiet, occurrence: state.occurrence, memory: state.memory };
      ctx.onRestored(watched);
    } else if ((event !== 'raised' && event !== 'repeated') || !ctx.claim(watched, cause, at)) {
      tell(watched, event, { at, cause, operator });
    }
    return watched.state.phase;
  };
  return {
    active,
    sounding,
    stamp,
    apply,
    tell,
    announce,
    takeUp(watched) {
      if (watched.last)
        note(conditionKey(watched.device, watched.rule.condition), {
          ...withoutSuppression(watched.last),
          ...changeOf(watched, suppressions),
        });
    },
  };
}

function changeOf({ device, rule, state }: Watched, suppressions: Suppressions) {
  const { condition, kind } = rule;
  const { phase, occurrence, count, silenced } = state;
  const suppression = suppressions.of({ device, condition });
  return {
    device,
    condition,
    kind,
    phase,
    occurrence,
    ...(count > 1 && { count }),
    ...(silenced && { silenced: true as const }),
    ...(suppression && { suppression }),
  };
}

const byPeople: ReadonlySet<AlarmEvent> = new Set(['acked', 'silenced', 'suppressed', 'unsuppressed']);

/** What stood when it was told may have ended since. */
function withoutSuppression({ suppression: _ended, ...change }: AlarmChange): AlarmChange {
  return change;
}

/** While it is tested, a condition restores by itself and at once. */
const asTested = (rule: Rule): Rule => ({ ...rule, latched: false, offDelay: noDelay });

function toggle(set: Set<string>, key: string, on: boolean): void {
  if (on) set.add(key);
  else set.delete(key);
}
