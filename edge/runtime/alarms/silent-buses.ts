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
  const setFault = (bus: string, is: boolean): void => {
    const [watched] = roster.of(deviceId(bus)).filter((w) => w.rule.condition === busSilent);
    if (watched) told.apply(watched, { kind: 'value', value: { quality: 'good', at: clock.mono(), value: is } });
  };
  const hiddenOf = (device: string): Watched | undefined =>
    suppressions.of({ device, condition: noAnswer })?.how === 'by-design'
      ? roster.of(deviceId(device)).find((w) => w.rule.condition === noAnswer)
      : undefined;
  return {
    join: silence.join,
    leave: silence.leave,
    heard(device, value) {
      if (value.quality === 'lost' && (value.why === 'bus-down' || value.why === 'never-read')) return;
      const isGood = value.quality !== 'lost' || value.why === 'device-marker';
      silence.heard(device, isGood, value.at);
      const bus = silence.busOf(device);
      if (!isGood || bus === undefined) return;
      if (silent.has(bus) && silent.get(bus) === undefined) {
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
      if (!silent.has(bus)) setFault(bus, true);
      silent.set(bus, undefined);
      suppressions.set({ device, condition: noAnswer }, { how: 'by-design', why: `bus ${bus} is silent` });
    },
    tick() {
      for (const [bus, since] of silent) {
        if (since === undefined || elapsed(since, clock.mono()) < comesBackWithin) continue;
        silent.delete(bus);
        for (const device of silence.members(bus)) tellAtLast(device);
      }
    },
  };

  function tellAtLast(device: string): void {
    const hidden = hiddenOf(device);
    if (!hidden) return;
    suppressions.lift({ device, condition: noAnswer });
    if (!isActive(hidden.state.phase)) return;
    const { facts, point, source } = hidden.rule;
    const rule = 'its bus is back, and it is still silent';
    told.tell(hidden, 'unsuppressed', { at: clock.mono(), cause: { ...facts, point, source, rule, held: millis(0) } });
  }
}
