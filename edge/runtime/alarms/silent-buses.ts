import { deviceId } from '../../../sdk/model/ids.ts';
import type { PointValue } from '../../../sdk/model/point.ts';
import { noAnswer } from '../../../sdk/model/profile.ts';
import { elapsed, type MonoTime, millis, seconds } from '../../../sdk/model/time.ts';
import type { BusSilence } from '../../alarm/bus-silence.ts';
import { isActive } from '../../alarm/judge.ts';
import { noDelay, type Rule, troubleRule } from '../../alarm/rule.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Announcer } from './announcer.ts';
import type { Roster, Watched } from './roster.ts';
import type { Suppressions } from './suppressions.ts';

export const busSilent = 'bus-silent';

/** The fault of a bus of which no device answers, which stands for those of its devices. */
export const silentRule: Rule = troubleRule({
  condition: busSilent,
  onDelay: noDelay,
  offDelay: noDelay,
  source: 'a cut line is one fault, and not one of each device on it',
});

/** After its bus has come back a device has so long to do so, too, before its own fault is told. */
const comesBackWithin = seconds(60);

/** Tells a silent bus as one fault, and keeps back those of its devices by design; they come back with it. */
export type SilentBuses = Pick<BusSilence, 'join' | 'leave'> & {
  readonly heard: (device: string, value: PointValue) => void;
  /** Looks whether a new fault, of a device silent since then, is explained by its bus, before it is told. */
  readonly explain: (watched: Watched, since: MonoTime) => void;
  readonly tick: () => void;
};

export function silentBuses(ctx: {
  readonly silence: BusSilence;
  readonly roster: Roster;
  readonly suppressions: Suppressions;
  readonly told: Announcer;
  readonly clock: Clock;
}): SilentBuses {
  const { silence, roster, suppressions, told, clock } = ctx;
  /** Buses that were silent, and since when one of their devices answers again. */
  const silent = new Map<string, MonoTime | undefined>();
  const isSilent = (bus: string): boolean => silent.has(bus) && silent.get(bus) === undefined;
  const faultOf = (bus: string): Watched | undefined =>
    roster.of(deviceId(bus)).find((w) => w.rule.condition === busSilent);
  const setFault = (bus: string, is: boolean): void => {
    const watched = faultOf(bus);
    if (watched) told.apply(watched, { kind: 'value', value: { quality: 'good', at: clock.mono(), value: is } });
  };
  const hiddenOf = (device: string): Watched | undefined =>
    suppressions.of({ device, condition: noAnswer })?.how === 'by-design'
      ? roster.of(deviceId(device)).find((w) => w.rule.condition === noAnswer)
      : undefined;
  return {
    join(bus, device) {
      silence.join(bus, device);
      // What an earlier run kept back by design is kept back on, until the bus or the device says otherwise.
      const kept = roster.of(deviceId(device)).find(isKeptBack);
      if (!kept || suppressions.of({ device, condition: noAnswer })) return;
      keepBack(bus, device);
    },
    leave: silence.leave,
    heard(device, value) {
      if (value.quality === 'lost' && (value.why === 'bus-down' || value.why === 'never-read')) return;
      const isGood = value.quality !== 'lost' || value.why === 'device-marker';
      silence.heard(device, isGood, value.at);
      const bus = silence.busOf(device);
      if (!isGood || bus === undefined) return;
      if (isSilent(bus)) {
        silent.set(bus, clock.mono());
        setFault(bus, false);
      }
      const hidden = hiddenOf(device);
      if (hidden && !isActive(hidden.state.phase)) suppressions.lift({ device, condition: noAnswer });
    },
    explain({ device, rule }, since) {
      if (rule.condition !== noAnswer || !silence.isSilentSince(device, since)) return;
      const bus = silence.busOf(device);
      if (bus === undefined) return;
      const isTold = isSilent(bus);
      keepBack(bus, device);
      if (!isTold) setFault(bus, true);
    },
    tick() {
      // A fault that chatters is cleared only after a while of being looked at.
      for (const bus of silence.buses())
        if (isActive(faultOf(bus)?.state.phase ?? 'normal')) setFault(bus, isSilent(bus));
      for (const [bus, since] of silent) {
        if (since === undefined || elapsed(since, clock.mono()) < comesBackWithin) continue;
        const hidden = [...silence.members(bus)].flatMap((device) => hiddenOf(device) ?? []);
        for (const watched of hidden) if (watched.state.goneSince === undefined) tellAtLast(watched);
        // One that answers again is kept back until its fault is over, lest it is told as silent.
        if (hidden.every((watched) => watched.state.goneSince === undefined)) silent.delete(bus);
      }
    },
  };

  function keepBack(bus: string, device: string): void {
    silent.set(bus, undefined);
    suppressions.set({ device, condition: noAnswer }, { how: 'by-design', why: `bus ${bus} is silent` });
  }

  function tellAtLast(hidden: Watched): void {
    const { device, rule, state } = hidden;
    suppressions.lift({ device, condition: noAnswer });
    if (!isActive(state.phase)) return;
    const { facts, point, source } = rule;
    const why = 'its bus is back, and it is still silent';
    told.tell(hidden, 'unsuppressed', {
      at: clock.mono(),
      cause: { ...facts, point, source, rule: why, held: millis(0) },
    });
  }
}

const isKeptBack = ({ rule, state, last }: Watched): boolean =>
  rule.condition === noAnswer && isActive(state.phase) && last?.suppression?.how === 'by-design';
