import { type AlarmChange, type AlarmKind, alarmRank } from '../../../sdk/model/alarm.ts';
import { type DeviceId, deviceId } from '../../../sdk/model/ids.ts';
import type { PointValue, Scalar } from '../../../sdk/model/point.ts';
import { noAnswer } from '../../../sdk/model/profile.ts';
import { later, millis } from '../../../sdk/model/time.ts';
import { busSilence } from '../../alarm/bus-silence.ts';
import { isSuspected } from '../../alarm/detect/verified.ts';
import { type AlarmState, isActive, quiet } from '../../alarm/judge.ts';
import type { Rule } from '../../alarm/rule.ts';
import { coincidence, type Zone } from '../../alarm/zone.ts';
import type { Journal, Seq } from '../../journal/journal.ts';
import { conditionKey } from '../../linkage/linkage.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import { type AlarmActions, alarmActions } from './alarm-actions.ts';
import { alarmEndings } from './alarm-endings.ts';
import { alarmMemory } from './alarm-memory.ts';
import { alarmStore } from './alarm-store.ts';
import { type Announcer, announcer } from './announcer.ts';
import { roster as newRoster, type Watched } from './roster.ts';
import { type SilentBuses, silentBuses } from './silent-buses.ts';
import { openSuppressions } from './suppressions.ts';
import { testRecords } from './test-records.ts';
import { type WalkTests, walkTests } from './walk-tests.ts';
import { zoneWatch } from './zone-watch.ts';

export type AlarmDeskContext = {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  readonly boot: number;
  readonly zones?: readonly Zone[];
  /** Called at once, before the disk: linkage does not wait. */
  readonly onChange: (change: AlarmChange) => void;
  /** The change is on disk and may be sent. */
  readonly onStored: (seq: Seq, change: AlarmChange) => void;
  /** A device was tripped in a walk test with sounders: its alarm's outputs sound shortly. */
  readonly onChirp?: (condition: string) => void;
  /** A walk test has begun or ended. */
  readonly onWalkTest?: (isRunning: boolean) => void;
};

/** What stands: the last change of its condition. */
export type Standing = AlarmChange & {
  /** It is not on disk yet, so that no uplink has it. */
  readonly isUnstored?: true;
};

/** The shell around the judgement: keeps every condition's state, and puts every change on disk. It decides nothing. */
export interface AlarmDesk extends AlarmActions {
  /**
   * Sets the rules of one device; states of conditions that stay are kept, what was active of others is told to be over.
   * @param bus the one that it is silent with, if all of the bus is
   */
  watch(device: DeviceId, rules: readonly Rule[], bus?: string): void;
  /** Ends the watch: what was active is told to be over, by whose hand. */
  forget(device: DeviceId, operator: string): void;
  /** Once all watches are set: what an earlier run left active on a device that is gone from the list is told to be over. */
  endUnwatched(): void;
  /** One value of one point. */
  value(device: DeviceId, point: string, value: PointValue): void;
  /** How the device as a whole answered a sweep: any value of it, the best that there was. */
  answered(device: DeviceId, value: PointValue): void;
  /** One yes or no, or a count, of a rule that has no point of its own. */
  trouble(device: DeviceId, condition: string, is: Scalar): void;
  /** Once a second: what ends by itself, and what waits for something that does not come. */
  tick(): void;
  /** Puts on disk what is waited for, before an orderly stop. */
  save(): Promise<void>;
  /** Last changes of all conditions that are not back to normal. */
  standing(): readonly Standing[];
  /** Conditions whose alarms are active and announced, as `device/condition`. */
  readonly active: ReadonlySet<string>;
  /** Those of them that nobody has silenced. */
  readonly sounding: ReadonlySet<string>;
  mostUrgent(device: DeviceId): AlarmKind | undefined;
  readonly walkTest: Pick<WalkTests, 'start' | 'stop' | 'state'>;
}

/** Opens with the states that an earlier run left behind, so that a restart raises nothing twice and forgets no latch. */
export async function alarmDesk(ctx: AlarmDeskContext): Promise<AlarmDesk> {
  const { clock } = ctx;
  const store = alarmStore(ctx);
  const roster = newRoster();
  const memory = alarmMemory(ctx, roster);
  const [restored, remembered] = [await store.restore(), await memory.restore()];
  const suppressions = await openSuppressions(ctx);
  const zones = zoneWatch(ctx.zones ?? []);
  const suspects = new Set<Watched>();

  const tests = await walkTests({
    ...ctx,
    onTick: (watched, cause, at, sounders) => {
      const { device, rule } = watched;
      watched.last = {
        device,
        condition: rule.condition,
        kind: 'test',
        event: 'tested',
        phase: 'normal',
        occurrence: watched.state.occurrence,
        at: told.stamp(at),
        cause,
      };
      told.announce(watched.last);
      if (sounders === 'chirp') ctx.onChirp?.(conditionKey(device, rule.condition));
    },
    onRunning: (isRunning) => {
      if (!isRunning) tellTested();
      ctx.onWalkTest?.(isRunning);
    },
    isStillTripped: (device) => roster.of(deviceId(device)).some((w) => w.underTest),
  });
  const told: Announcer = announcer({
    ...ctx,
    store,
    suppressions,
    claim: (watched, cause, at) => {
      buses.explain(watched, later(at, millis(0 - cause.held)));
      return tests.claim(watched, cause, at);
    },
    onRestored: tests.restored,
    onChange: (change) => {
      ctx.onChange(change);
      noteSighting(change);
      if (change.kind === 'test' && change.event !== 'cleared') records.tested(change.device);
    },
  });
  const buses: SilentBuses = silentBuses({ silence: busSilence(), roster, suppressions, told, clock });
  /** What a walk test took and what still stands when it ends is real. */
  const tellTested = (): void => {
    for (const watched of roster.all()) {
      if (!watched.underTest) continue;
      watched.underTest = false;
      const { occurrence, memory: kept } = watched.state;
      watched.state = { ...quiet, phase: 'active-unacked', occurrence, count: 1, memory: kept };
      if (watched.last) told.tell(watched, 'raised', { at: clock.mono(), cause: watched.last.cause });
    }
  };
  const noteSighting = (change: AlarmChange): void => {
    if (change.condition === coincidence) return;
    for (const { zone, count } of zones.note(change)) {
      // Two that see it need not be looked at again.
      if (count > 1) for (const id of zone.devices) confirm(deviceId(id));
      if (zone.coincidence) desk.trouble(deviceId(zone.id), coincidence, count);
    }
  };
  const confirm = (device: DeviceId): void => {
    for (const watched of roster.of(device)) {
      if (watched.rule.verifies) told.apply(watched, { kind: 'confirm', at: clock.mono() });
    }
  };
  const look = (watched: Watched, value: PointValue): void => {
    told.apply(watched, { kind: 'value', value });
    if (!watched.rule.verifies) return;
    if (isSuspected(watched.state.memory) && !isActive(watched.state.phase)) suspects.add(watched);
    else suspects.delete(watched);
  };
  const records = await testRecords({
    ...ctx,
    roster,
    tell: (watched, isOverdue) => look(watched, { quality: 'good', at: clock.mono(), value: isOverdue }),
  });
  const endings = alarmEndings({ ...ctx, told, restored });

  const actions = alarmActions({ roster, told, suppressions, clock });
  const desk: AlarmDesk = {
    ...actions,
    active: told.active,
    sounding: told.sounding,
    watch(device, rules, bus) {
      const before = roster.of(device);
      for (const old of before) {
        if (rules.some((rule) => rule.condition === old.rule.condition)) continue;
        suspects.delete(old);
        endings.end(old, 'the device has no such condition any more');
      }
      const list = rules.map((rule): Watched => {
        const old = before.find((w) => w.rule.condition === rule.condition);
        if (old) suspects.delete(old);
        if (old) return { ...old, rule, state: fitting(old, rule) };
        const key = conditionKey(device, rule.condition);
        const last = restored.get(key);
        restored.delete(key);
        return { device, rule, state: stateOf(last, remembered.get(key)), last, underTest: false };
      });
      roster.set(device, list);
      if (bus !== undefined) buses.join(bus, device);
      for (const watched of list) {
        told.takeUp(watched);
        if (watched.last) zones.note({ ...watched.last, phase: watched.state.phase });
      }
    },
    forget(device, operator) {
      for (const watched of roster.of(device)) {
        suspects.delete(watched);
        endings.end(watched, 'the device was removed', operator);
      }
      roster.remove(device);
      for (const target of suppressions.all()) if (target.device === device) suppressions.lift(target);
      buses.leave(device);
      zones.forget(device);
    },
    endUnwatched: endings.endUnwatched,
    value(device, point, value) {
      // A device has few conditions: to look at each is faster, and smaller, than a table by point.
      for (const watched of roster.of(device)) if (watched.rule.point === point) look(watched, value);
    },
    answered(device, value) {
      buses.heard(device, value);
      for (const watched of roster.of(device)) if (watched.rule.condition === noAnswer) look(watched, value);
    },
    trouble(device, condition, is) {
      look(roster.find(device, condition), { quality: 'good', at: clock.mono(), value: is });
    },
    tick() {
      const blind: PointValue = { quality: 'lost', at: clock.mono(), why: 'never-read' };
      for (const watched of suspects) look(watched, blind);
      for (const target of suppressions.over()) actions.expire(target);
      buses.tick();
      // A zone that was reset while its detectors still agree is a fire again.
      for (const { zone, count } of zones.counts())
        if (zone.coincidence) desk.trouble(deviceId(zone.id), coincidence, count);
      tests.tick();
      records.tick();
      memory.saveSometimes();
    },
    save: memory.save,
    standing: () =>
      [...roster.all()].flatMap(({ device, rule, last, underTest, state: { phase, count } }): readonly Standing[] => {
        if (!last || underTest || phase === 'normal' || phase === 'pending') return [];
        const isUnstored = !store.isStored(conditionKey(device, rule.condition));
        return [{ ...last, phase, ...(count > 1 && { count }), ...(isUnstored && { isUnstored }) }];
      }),
    mostUrgent(device) {
      const kinds = roster
        .of(device)
        .filter((w) => told.active.has(conditionKey(device, w.rule.condition)))
        .map((w) => w.rule.kind);
      return kinds.toSorted((a, b) => alarmRank[a] - alarmRank[b])[0];
    },
    walkTest: tests,
  };
  return desk;
}

/** What was told last stands; what was waited for since goes on. */
function stateOf(last: AlarmChange | undefined, remembered: AlarmState | undefined): AlarmState {
  if (!last) return remembered ? { ...remembered, phase: waiting('normal', remembered) } : quiet;
  const { phase, occurrence, count = 1, silenced = false } = last;
  const since = remembered?.occurrence === occurrence ? remembered : quiet;
  return { ...since, phase: waiting(phase, since), occurrence, count, silenced };
}

/** What one detector remembers means nothing to one of another kind. */
const fitting = ({ rule: before, state }: Watched, rule: Rule): AlarmState =>
  before.facts.test === rule.facts.test && before.verifies === rule.verifies ? state : { ...state, memory: undefined };

const waiting = (phase: AlarmState['phase'], { holdsSince }: AlarmState): AlarmState['phase'] =>
  phase === 'normal' && holdsSince !== undefined ? 'pending' : phase;
