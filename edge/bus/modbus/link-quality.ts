import type { BusQuality, LinkCounts, Turnaround, UnitQuality } from '../../../sdk/model/link-quality.ts';
import type { MonoTime } from '../../../sdk/model/time.ts';
import { percentileOf, type RecentTimes } from '../../platform/recent-times.ts';
import { busyMinute } from './busy-minute.ts';
import { newHabits, type UnitHabits } from './unit-habits.ts';

/** What is known of one unit: figures for people, and how it answers. */
export type UnitAccount = { readonly counts: Counts; readonly habits: UnitHabits };

/** Keeps account of what happens on a bus. Its memory is bounded by the number of unit addresses. */
export type LinkQuality = {
  /** The account of a unit that is asked. */
  of(unit: number): UnitAccount;
  /** A frame of this unit that nobody asked for. It counts for the unit only if that was ever asked. */
  foreign(unit: number): void;
  /** The line was in use. */
  used(from: MonoTime, until: MonoTime): void;
  read(now: MonoTime): BusQuality;
};

type Counts = { -readonly [K in keyof LinkCounts]: LinkCounts[K] };

export function linkQuality(begin: MonoTime): LinkQuality {
  const units = new Map<number, UnitAccount>();
  const busy = busyMinute(begin);
  const strange = noCounts();

  return {
    of(unit) {
      const known = units.get(unit);
      if (known) return known;
      const account = { counts: noCounts(), habits: newHabits() };
      units.set(unit, account);
      return account;
    },
    foreign(unit) {
      (units.get(unit)?.counts ?? strange).foreign++;
    },
    used: (from, until) => busy.used(from, until),
    read(now) {
      const accounts = [...units].toSorted(([a], [b]) => a - b);
      const all = accounts.map(([, account]) => account);
      return {
        ...sum([strange, ...all.map(({ counts }) => counts)]),
        ...turnaround(all.map(({ habits }) => habits.turnarounds)),
        utilisation: busy.share(now),
        units: accounts.map(
          ([unit, { counts, habits }]): UnitQuality => ({
            unit,
            state: 'unknown',
            ...counts,
            ...turnaround([habits.turnarounds]),
          }),
        ),
      };
    },
  };
}

const noCounts = (): Counts => ({
  requests: 0,
  answers: 0,
  timeouts: 0,
  crcErrors: 0,
  exceptions: 0,
  foreign: 0,
  late: 0,
});

function sum(parts: readonly LinkCounts[]): LinkCounts {
  const total = noCounts();
  for (const part of parts) {
    total.requests += part.requests;
    total.answers += part.answers;
    total.timeouts += part.timeouts;
    total.crcErrors += part.crcErrors;
    total.exceptions += part.exceptions;
    total.foreign += part.foreign;
    total.late += part.late;
  }
  return total;
}

function turnaround(rings: readonly RecentTimes[]): { readonly turnaround?: Turnaround } {
  const times = rings.flatMap((ring) => ring.all());
  if (times.length === 0) return {};
  return { turnaround: { p50Ms: rounded(percentileOf(times, 0.5)), p99Ms: rounded(percentileOf(times, 0.99)) } };
}

/** To a hundredth of a millisecond: more is not known. */
const rounded = (ms: number): number => Math.round(ms * 100) / 100;
