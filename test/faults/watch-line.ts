import type { SiteDevice } from '../../edge/runtime/config/site.ts';
import type { PointValue } from '../../sdk/model/point.ts';
import type { RandomLine, RandomUnit } from '../../simulators/serial/random-line.ts';
import type { Owner } from '../../simulators/serial/register-owner.ts';
import type { FakeClock } from '../support/fake-clock.ts';

export type Told = {
  values: number;
  doubtful: number;
  lost: number;
  /** Told as good, and of another device, register or time. */
  misattributed: number;
  /** The same of devices that answer so late on a line without transaction numbers that no master can tell. */
  undetectable: number;
};

export type Watched = {
  readonly seed: number;
  readonly line: RandomLine;
  readonly devices: readonly SiteDevice[];
  readonly clock: FakeClock;
};

/** Looks whose values are told, and how long nothing good is heard of a device. */
export function watch({ seed, line, devices, clock }: Watched) {
  const counts: Told = { values: 0, doubtful: 0, lost: 0, misattributed: 0, undetectable: 0 };
  const sicknesses = new Map(line.units.map(({ unit, sickness }) => [unit, sickness]));
  const lastGood = new Map(devices.map(({ unit }) => [unit, 0]));
  const longest = new Map<number, number>();
  const pauseUntil = (unit: number, at: number): void =>
    void longest.set(unit, Math.max(longest.get(unit) ?? 0, at - (lastGood.get(unit) ?? 0)));
  const look = (device: SiteDevice, name: string, value: PointValue): void => {
    counts.values++;
    if (value.quality !== 'good') {
      counts[value.quality]++;
      return;
    }
    const owner = line.ownerOf(Number(value.value));
    const sickness = sicknesses.get(device.unit);
    if (owner.unit === device.unit && `${owner.table}${owner.address}` === name && isPresent(owner, sickness)) return;
    const kind = line.over === 'serial' && sickness === 'very late' ? 'undetectable' : 'misattributed';
    counts[kind]++;
    const when = `seed ${seed}, ${Math.round(clock.mono())} ms, epoch ${line.epoch()}, ${kind}`;
    console.log(`${when}: ${name} of unit ${device.unit} was told as ${JSON.stringify(owner)}; ${line.story}`);
  };
  /** A device that lost its supply has the registers of power-up until it measures again. */
  const isPresent = ({ epoch }: Owner, sickness: RandomUnit['sickness']): boolean =>
    (line.epoch() - epoch + 16) % 16 <= 1 || (sickness === 'browning out' && epoch === 0);
  return {
    values(device: SiteDevice, values: readonly (readonly [string, PointValue])[]): void {
      for (const [name, value] of values) look(device, name, value);
      if (!values.every(([, value]) => value.quality === 'good')) return;
      const now = clock.mono();
      pauseUntil(device.unit, now);
      lastGood.set(device.unit, now);
    },
    /** Longest time without a good answer of all that a device has, up to `end`. */
    longestPause(unit: number, end: number): number {
      pauseUntil(unit, end);
      return longest.get(unit) ?? 0;
    },
    told: (): Readonly<Told> => counts,
  };
}
