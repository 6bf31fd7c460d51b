import { type AlarmChange, type AlarmKind, type AlarmPhase, alarmRank } from '../../sdk/model/alarm.ts';
import { describeError, FengsuiError } from '../../sdk/model/errors.ts';
import { type DeviceId, deviceId } from '../../sdk/model/ids.ts';
import type { PointValue } from '../../sdk/model/point.ts';
import { noAnswer } from '../../sdk/model/profile.ts';
import { elapsed, type MonoTime, millis, type Stamp, wallTime } from '../../sdk/model/time.ts';
import { decodeAlarm, encodeAlarm } from '../../sdk/wire/alarm-message.ts';
import { type AlarmInput, type AlarmState, isActive, judge, quiet } from '../alarm/judge.ts';
import type { Rule } from '../alarm/rule.ts';
import type { Journal } from '../journal/journal.ts';
import { conditionKey } from '../linkage/linkage.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';

export type AlarmDeskContext = {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  readonly boot: number;
  /** Called at once, before the disk: linkage does not wait. */
  readonly onChange: (change: AlarmChange) => void;
  /** The change is on disk and may be sent. */
  readonly onStored: () => void;
};

/** The shell around the judgement: keeps every condition's state, and puts every change on disk. It decides nothing. */
export interface AlarmDesk {
  /** Sets the rules of one device; states of conditions that stay are kept, what was active of others is told to be over. */
  watch(device: DeviceId, rules: readonly Rule[]): void;
  /** Ends the watch: what was active is told to be over, by whose hand. */
  forget(device: DeviceId, operator: string): void;
  /** Once all watches are set: what an earlier run left active on a device that is gone from the list is told to be over. */
  endUnwatched(): void;
  /** One value of one point. */
  value(device: DeviceId, point: string, value: PointValue): void;
  /** How the device as a whole answered a sweep: any value of it, the best that there was. */
  answered(device: DeviceId, value: PointValue): void;
  /** One yes or no of a rule that has no point of its own. */
  trouble(device: DeviceId, condition: string, isSo: boolean): void;
  /** @throws FengsuiError NOT_FOUND | CONFLICT */
  acknowledge(device: string, condition: string, occurrence: number, operator: string): AlarmPhase;
  /** @throws FengsuiError NOT_FOUND | CONFLICT */
  reset(device: string, condition: string, operator: string): AlarmPhase;
  /** Last changes of all conditions that are not back to normal. */
  standing(): readonly AlarmChange[];
  /** Conditions that are active, as `device/condition`. */
  readonly active: ReadonlySet<string>;
  mostUrgent(device: DeviceId): AlarmKind | undefined;
}

type Watched = { readonly device: DeviceId; readonly rule: Rule; state: AlarmState; last: AlarmChange | undefined };

const prefix = 'alarm/';

/** Opens with the states that an earlier run left behind, so that a restart raises nothing twice and forgets no latch. */
export async function alarmDesk(ctx: AlarmDeskContext): Promise<AlarmDesk> {
  const { journal, clock, log } = ctx;
  const restored = await restore(journal, log);
  const devices = new Map<DeviceId, Watched[]>();
  const active = new Set<string>();

  const stamp = (mono: MonoTime): Stamp => ({
    boot: ctx.boot,
    mono,
    wall: wallTime(clock.wall() - elapsed(mono, clock.mono())),
    trust: clock.trust(),
  });
  const store = (change: AlarmChange): void => {
    const key = conditionKey(change.device, change.condition);
    const encode = (seq: number): Uint8Array => encodeAlarm({ log: journal.id, seq, change });
    journal
      .append('alarm', change.at.wall, encode, { key: `${prefix}${key}`, value: encode(0) })
      .then(ctx.onStored)
      .catch((e: unknown) => log.warn('alarm.not-stored', { key, why: describeError(e) }));
  };
  const announce = (change: AlarmChange): void => {
    const key = conditionKey(change.device, change.condition);
    if (isActive(change.phase)) active.add(key);
    else active.delete(key);
    log.info(`alarm.${change.event}`, {
      key,
      kind: change.kind,
      occurrence: change.occurrence,
      why: change.cause.rule,
    });
    ctx.onChange(change);
    store(change);
  };
  const apply = (watched: Watched, input: AlarmInput, operator?: string): AlarmPhase => {
    const { rule, device } = watched;
    const { state, event, cause } = judge(rule, watched.state, input);
    watched.state = state;
    if (event && cause) {
      const at = stamp(input.kind === 'value' ? input.value.at : input.at);
      const { phase, occurrence } = state;
      const { condition, kind } = rule;
      const change = { device, condition, kind, event, phase, occurrence, at, cause };
      watched.last = operator === undefined ? change : { ...change, operator };
      announce(watched.last);
    }
    return state.phase;
  };
  /** Tells that an alarm is over because nobody looks at its condition any more. */
  const tellEnd = (last: AlarmChange, why: string, operator?: string): void => {
    const key = conditionKey(last.device, last.condition);
    // A condition that comes back under this name goes on counting.
    restored.set(key, { ...last, phase: 'normal' });
    if (last.phase === 'normal' || last.phase === 'pending') return;
    const cause = { point: last.cause.point, rule: why, held: millis(0), source: 'the list of devices' };
    const { device, condition, kind, occurrence } = last;
    const over = { device, condition, kind, occurrence, event: 'cleared', phase: 'normal', cause } as const;
    announce({ ...over, at: stamp(clock.mono()), ...(operator !== undefined && { operator }) });
  };
  const end = ({ last, state }: Watched, why: string, operator?: string): void => {
    if (last) tellEnd({ ...last, phase: state.phase }, why, operator);
  };
  const find = (device: string, condition: string): Watched => {
    const watched = devices.get(deviceId(device))?.find((w) => w.rule.condition === condition);
    if (!watched) throw new FengsuiError('NOT_FOUND', `there is no condition “${condition}” on “${device}”`);
    return watched;
  };

  return {
    active,
    watch(device, rules) {
      const before = devices.get(device) ?? [];
      for (const old of before) {
        if (!rules.some((rule) => rule.condition === old.rule.condition))
          end(old, 'the device has no such condition any more');
      }
      const list = rules.map((rule): Watched => {
        const key = conditionKey(device, rule.condition);
        const old = before.find((w) => w.rule.condition === rule.condition);
        const last = old?.last ?? restored.get(key);
        restored.delete(key);
        const state = old?.state ?? (last ? { phase: last.phase, occurrence: last.occurrence } : quiet);
        if (isActive(state.phase)) active.add(key);
        return { device, rule, state, last };
      });
      devices.set(device, list);
    },
    forget(device, operator) {
      for (const watched of devices.get(device) ?? []) end(watched, 'the device was removed', operator);
      devices.delete(device);
    },
    endUnwatched() {
      for (const last of restored.values()) tellEnd(last, 'the device is not in the configuration any more');
    },
    value(device, point, value) {
      for (const watched of devices.get(device) ?? []) {
        if (watched.rule.point === point) apply(watched, { kind: 'value', value });
      }
    },
    answered(device, value) {
      for (const watched of devices.get(device) ?? []) {
        if (watched.rule.condition === noAnswer) apply(watched, { kind: 'value', value });
      }
    },
    trouble(device, condition, isSo) {
      apply(find(device, condition), { kind: 'value', value: { quality: 'good', at: clock.mono(), value: isSo } });
    },
    acknowledge(device, condition, occurrence, operator) {
      const watched = find(device, condition);
      if (watched.state.occurrence !== occurrence) {
        throw new FengsuiError(
          'CONFLICT',
          `${device}/${condition} is at occurrence ${watched.state.occurrence}, not ${occurrence}: look again before you acknowledge`,
        );
      }
      return apply(watched, { kind: 'acknowledge', at: clock.mono() }, operator);
    },
    reset(device, condition, operator) {
      const watched = find(device, condition);
      if (!watched.rule.latched)
        throw new FengsuiError('CONFLICT', `${device}/${condition} is not latched: it clears by itself`);
      if (!isActive(watched.state.phase)) throw new FengsuiError('CONFLICT', `${device}/${condition} is not active`);
      return apply(watched, { kind: 'reset', at: clock.mono() }, operator);
    },
    standing: () =>
      [...devices.values()]
        .flat()
        .flatMap(({ last, state }) => (last && state.phase !== 'normal' && state.phase !== 'pending' ? [last] : [])),
    mostUrgent(device) {
      const kinds = (devices.get(device) ?? []).filter((w) => isActive(w.state.phase)).map((w) => w.rule.kind);
      return kinds.toSorted((a, b) => alarmRank[a] - alarmRank[b])[0];
    },
  };
}

async function restore(journal: Journal, log: Log): Promise<Map<string, AlarmChange>> {
  const changes = new Map<string, AlarmChange>();
  for (const [key, bytes] of await journal.kept(prefix)) {
    try {
      changes.set(key.slice(prefix.length), decodeAlarm(bytes).change);
    } catch (e) {
      log.warn('alarm.state-unreadable', { key, why: describeError(e) });
    }
  }
  return changes;
}
