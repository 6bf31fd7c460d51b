import type { When } from '../../sdk/model/profile.ts';

/** One good sample, as the naive detector remembers it. */
export type NaiveSample = { readonly at: number; readonly value: number };

/**
 * What a condition looks for, said as plainly as possible over all good samples there ever were, oldest first. Has
 * nothing in common with the detectors but the meaning. Limits only; no deadband.
 */
export function naiveHolds(when: When, samples: readonly NaiveSample[], resolution: number): boolean {
  const last = samples.at(-1);
  if (!last) return false;
  if ('below' in when) return last.value < Number(when.below);
  if ('above' in when) return last.value > Number(when.above);
  if ('is' in when) return [when.is].flat().includes(last.value);
  if ('bad' in when) return false;
  if ('stuckMs' in when) return stillFor(samples, resolution) >= Number(when.stuckMs);
  const within = samples.filter(({ at }) => last.at - at <= when.withinMs).map(({ value }) => value);
  if ('rises' in when) return last.value - Math.min(...within) >= Number(when.rises) - 1e-9;
  return Math.max(...within) - last.value >= Number(when.falls) - 1e-9;
}

/** How long no sample has been a step away from the first one of its run. */
function stillFor(samples: readonly NaiveSample[], resolution: number): number {
  let [anchor] = samples;
  for (const sample of samples) {
    if (!anchor || Math.abs(sample.value - anchor.value) > resolution - 1e-9) anchor = sample;
  }
  const last = samples.at(-1);
  return anchor && last ? last.at - anchor.at : 0;
}

/** So many of the last so many. */
export const naiveInSamples = (atLeast: number, of: number, marks: readonly boolean[]): boolean =>
  marks.slice(-of).filter(Boolean).length >= atLeast;
