import type { Millis } from '../../../sdk/model/time.ts';
import type { LoadOfUnit, SiteLoad } from './bus-load.ts';

/** Units of which the same is to be said. */
export type AlikeUnits = {
  readonly units: readonly number[];
  readonly devices: readonly string[];
  readonly said: string;
};

/** How late units are read at most; those of which the same is true stand together. */
export function howLate({ units }: SiteLoad, which: (unit: LoadOfUnit) => boolean = () => true): readonly AlikeUnits[] {
  const alike = new Map<string, AlikeUnits>();
  for (const unit of units.filter(which)) {
    const said = sayOf(unit, units.length > 1);
    const before = alike.get(said) ?? { units: [], devices: [], said };
    alike.set(said, {
      said,
      units: [...before.units, unit.unit],
      devices: [...before.devices, ...unit.devices.map((d) => d.id)],
    });
  }
  return [...alike.values()];
}

const most = 3;

/** The first of many, and how many more. */
export function few(names: readonly (string | number)[]): string {
  const more = names.length - most;
  return names.slice(0, most).join(', ') + (more > 0 ? ` … +${more}` : '');
}

/** Rounded up to hundredths: it is said of bounds. */
export const inSeconds = (ms: Millis): string => `${Math.ceil(ms / 10) / 100} s`;

export const inPercent = (share: number): string => `${Math.ceil(share * 100)} %`;

function sayOf({ every, late, lateWithOneSilent, lateWithOthersSilent }: LoadOfUnit, hasOthers: boolean): string {
  const alone = `read every ${inSeconds(every)}, ${lateness(late)} while all answer`;
  if (!hasOthers) return alone;
  return `${alone}, ${lateness(lateWithOneSilent)} while another unit is silent, ${lateness(lateWithOthersSilent)} while all others are`;
}

const lateness = (late: Millis | undefined): string =>
  late === undefined ? 'late without limit' : `up to ${inSeconds(late)} late`;
