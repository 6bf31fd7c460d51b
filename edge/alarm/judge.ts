import type { AlarmCause, AlarmEvent, AlarmPhase } from '../../sdk/model/alarm.ts';
import type { PointValue } from '../../sdk/model/point.ts';
import { elapsed, type Millis, type MonoTime, millis, seconds } from '../../sdk/model/time.ts';
import { type Memory, nothing } from './detect/detector.ts';
import { confirm, isSuspected } from './detect/verified.ts';
import type { Rule } from './rule.ts';

/** Where one condition of one device stands. Plain data, so that it outlives a restart: see `shifted`. */
export type AlarmState = {
  readonly phase: AlarmPhase;
  /** How often it was raised, ever. */
  readonly occurrence: number;
  /** How often it came within this occurrence. */
  readonly count: number;
  /** Since when the condition has held without having been raised yet. */
  readonly holdsSince: MonoTime | undefined;
  /** Since when an active condition has been gone without having been cleared yet. */
  readonly goneSince: MonoTime | undefined;
  readonly clearedAt: MonoTime | undefined;
  readonly silenced: boolean;
  /** What the detector remembers. */
  readonly memory: Memory | undefined;
};

export type AlarmInput =
  | { readonly kind: 'value'; readonly value: PointValue }
  /** Another detector has seen the same fire: it needs no more verification. */
  | { readonly kind: 'confirm'; readonly at: MonoTime }
  | { readonly kind: 'acknowledge' | 'silence' | 'reset'; readonly at: MonoTime };

export type Judgement = {
  readonly state: AlarmState;
  /** What the world must be told; absent while nothing happened. */
  readonly event?: AlarmEvent;
  readonly cause?: AlarmCause;
};

export const quiet: AlarmState = {
  phase: 'normal',
  occurrence: 0,
  count: 0,
  holdsSince: undefined,
  goneSince: undefined,
  clearedAt: undefined,
  silenced: false,
  memory: undefined,
};

/** An alarm that comes back this soon is the same occurrence; while it chatters it is cleared no sooner than this. */
export const foldWithin = seconds(60);

export const isActive = (phase: AlarmPhase): boolean => phase === 'active-unacked' || phase === 'active-acked';

/** Pure. Time arrives inside `input`; nothing here can read a clock, wait or log. */
export function judge(rule: Rule, state: AlarmState, input: AlarmInput): Judgement {
  if (input.kind === 'value') return look(rule, state, input.value);
  if (input.kind === 'confirm') return confirmed(rule, state, input.at);
  return operate(rule, state, input.kind);
}

function look(rule: Rule, before: AlarmState, value: PointValue): Judgement {
  const { detector } = rule;
  const held = isActive(before.phase);
  const memory = detector.remember ? detector.remember(before.memory ?? nothing, value, held) : before.memory;
  const holds = detector.holds(value, held, memory ?? nothing);
  const state = memory === before.memory ? before : { ...before, memory };
  if (holds === undefined) return { state }; // blind is not safe: neither raise nor clear
  return held ? whileActive(rule, state, holds, value) : whileQuiet(rule, state, holds, value);
}

function whileQuiet(rule: Rule, state: AlarmState, holds: boolean, value: PointValue): Judgement {
  const phase = state.phase === 'cleared-unacked' ? 'cleared-unacked' : 'normal';
  if (!holds) return { state: state.holdsSince === undefined ? state : { ...state, phase, holdsSince: undefined } };
  const since = state.holdsSince ?? value.at;
  const held = elapsed(since, value.at);
  if (held < rule.onDelay) {
    if (state.holdsSince !== undefined) return { state };
    return { state: { ...state, phase: phase === 'normal' ? 'pending' : phase, holdsSince: since } };
  }
  return raise(rule, state, { at: value.at, held, value });
}

type Raised = { readonly at: MonoTime; readonly held: Millis; readonly value?: PointValue };

function raise(rule: Rule, state: AlarmState, { at, held, value }: Raised): Judgement {
  const { clearedAt, memory } = state;
  const cause = causeOf(rule, held, value);
  if (clearedAt !== undefined && !rule.latched && elapsed(clearedAt, at) < foldWithin) {
    // Seen once, an alarm that chatters need not be seen again.
    const phase = state.phase === 'cleared-unacked' ? 'active-unacked' : 'active-acked';
    const again = { ...state, phase, count: state.count + 1, holdsSince: undefined, clearedAt: undefined } as const;
    return { state: again, event: 'repeated', cause };
  }
  const occurrence = state.occurrence + 1;
  return { state: { ...quiet, phase: 'active-unacked', occurrence, count: 1, memory }, event: 'raised', cause };
}

function whileActive(rule: Rule, state: AlarmState, holds: boolean, value: PointValue): Judgement {
  if (holds) {
    if (state.goneSince === undefined) return { state };
    return { state: { ...state, goneSince: undefined, count: state.count + 1 } };
  }
  const since = state.goneSince ?? value.at;
  const waiting = state.goneSince === undefined ? { ...state, goneSince: since } : state;
  if (rule.latched) return { state: waiting }; // only a reset leaves
  const gone = elapsed(since, value.at);
  if (gone < offDelayOf(rule, state)) return { state: waiting };
  const phase = state.phase === 'active-acked' ? 'normal' : 'cleared-unacked';
  return {
    state: { ...state, phase, goneSince: undefined, clearedAt: value.at },
    event: 'cleared',
    cause: causeOf(rule, gone, value),
  };
}

/** What has come back once is let go more slowly, so that what chatters is told once a minute at most. */
const offDelayOf = (rule: Rule, { count }: AlarmState): number =>
  count > 1 ? Math.max(rule.offDelay, foldWithin) : rule.offDelay;

/** A suspicion that somebody else shares is a fire, without another look. */
function confirmed(rule: Rule, state: AlarmState, at: MonoTime): Judgement {
  if (!rule.verifies || isActive(state.phase) || !isSuspected(state.memory)) return { state };
  const memory = confirm(state.memory ?? nothing);
  return raise(rule, { ...state, memory }, { at, held: elapsed(memory.times[0] ?? at, at) });
}

/** What a person does says nothing of the danger: an active alarm stays active, but that a reset lets a latched one go. */
function operate(rule: Rule, state: AlarmState, action: 'acknowledge' | 'silence' | 'reset'): Judgement {
  const cause = causeOf(rule, millis(0));
  const { phase } = state;
  if (action === 'acknowledge' && phase === 'active-unacked')
    return { state: { ...state, phase: 'active-acked' }, event: 'acked', cause };
  if (action === 'acknowledge' && phase === 'cleared-unacked')
    return { state: { ...state, phase: 'normal' }, event: 'acked', cause };
  if (action === 'silence' && isActive(phase) && !state.silenced)
    return { state: { ...state, silenced: true }, event: 'silenced', cause };
  if (action !== 'reset' || !rule.latched || !isActive(phase)) return { state };
  // If the danger is still there, the next value raises a new occurrence.
  const { occurrence, memory } = state;
  return { state: { ...quiet, occurrence, memory }, event: 'reset', cause };
}

const causeOf = (rule: Rule, held: Millis, value?: PointValue): AlarmCause => ({
  ...rule.facts,
  point: rule.point,
  ...(value && value.quality !== 'lost' && { value: value.value }),
  rule: rule.text,
  held,
  source: rule.source,
});
