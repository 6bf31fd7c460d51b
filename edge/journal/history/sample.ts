import type { Scalar } from '../../../sdk/model/point.ts';

/** One value of a series as history keeps it. `code`: its quality as on the wire, see `qualityCode`; `null`: it was lost. */
export type Sample = { readonly at: number; readonly code: number; readonly value: Scalar | null };

/** One point of one device. */
export type Series = { readonly device: string; readonly point: string };

/** What is told of many samples. Only good ones count: a value in doubt would be the maximum of a year. */
export type Summary = {
  /** All samples, also those in doubt and lost. */
  readonly n: number;
  readonly good: number;
  /** Of good numbers; null when there are none, or other things among them. */
  readonly min: number | null;
  readonly max: number | null;
  readonly sum: number | null;
  /** The last good value; null without any. */
  readonly lastAt: number;
  readonly last: Scalar | null;
};

export const hourMs = 3_600_000;
/** Hours since 1970. */
export const hourOf = (at: number): number => Math.floor(at / hourMs);

export const inOrder = (samples: readonly Sample[]): readonly Sample[] =>
  samples.every((sample, i) => i === 0 || (samples[i - 1]?.at ?? 0) <= sample.at)
    ? samples
    : samples.toSorted((a, b) => a.at - b.at);

/** Samples with a time in [from, to), out of some in order of time. */
export function within(samples: readonly Sample[], from: number, to: number): readonly Sample[] {
  return samples.slice(firstFrom(samples, from), firstFrom(samples, to));
}

/** Index of the first sample at or after a time. */
export function firstFrom(samples: readonly Sample[], at: number): number {
  let low = 0;
  let high = samples.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((samples[middle]?.at ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

export const nothing: Summary = { n: 0, good: 0, min: null, max: null, sum: null, lastAt: 0, last: null };

/** @param samples in order of time */
export function summaryOf(samples: readonly Sample[]): Summary {
  let good = 0;
  let [min, max, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  let areNumbers = true;
  let last: Sample | undefined;
  for (const sample of samples) {
    if (sample.code !== 0 || sample.value === null) continue;
    good++;
    last = sample;
    if (typeof sample.value !== 'number') areNumbers = false;
    else {
      min = Math.min(min, sample.value);
      max = Math.max(max, sample.value);
      sum += sample.value;
    }
  }
  if (!last) return { ...nothing, n: samples.length };
  const ends = { n: samples.length, good, lastAt: last.at, last: last.value };
  return areNumbers ? { ...ends, min, max, sum } : { ...ends, min: null, max: null, sum: null };
}

export function joined(a: Summary, b: Summary): Summary {
  const n = a.n + b.n;
  if (a.good === 0) return { ...b, n };
  if (b.good === 0) return { ...a, n };
  const [, later] = a.lastAt <= b.lastAt ? [a, b] : [b, a];
  const both = (x: number | null, y: number | null, of: (x: number, y: number) => number): number | null =>
    x === null || y === null ? null : of(x, y);
  return {
    n,
    good: a.good + b.good,
    min: both(a.min, b.min, Math.min),
    max: both(a.max, b.max, Math.max),
    sum: both(a.sum, b.sum, (x, y) => x + y),
    lastAt: later.lastAt,
    last: later.last,
  };
}
