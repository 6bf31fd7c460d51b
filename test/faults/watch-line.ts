import type { SiteDevice } from '../../edge/runtime/config/check-site.ts';
import type { PointValue } from '../../sdk/model/point.ts';
import type { RandomLine } from '../../simulators/serial/random-line.ts';
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
    // A device that lost its supply has the registers of power-up until it measures again.
    const sickness = sicknesses.get(device.unit);
    const resets = sickness === 'browning out';
    const isPresent = (line.epoch() - owner.epoch + 16) % 16 <= 1 || (resets && owner.epoch === 0);
    if (owner.unit === device.unit && `${owner.table}${owner.address}` === name && isPresent) return;
    const kind = line.over === 'serial' && sickness === 'very late' ? 'undetectable' : 'misattributed';
    counts[kind]++;
    console.log(
      `seed ${seed}, ${Math.round(clock.mono())} ms, ${kind}: ${name} of unit ${device.unit} in epoch ${line.epoch()} ` +
        `was told as ${JSON.stringify(owner)}; ${line.story}`,
    );
  };
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
