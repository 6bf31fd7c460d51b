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
  if ('stuckMs' in when) return stillFor(samples, resolution, Number(when.stuckMs)) >= Number(when.stuckMs);
  // One wrong sample is neither a start nor an end: two in a row must agree.
  const pairs = samples.slice(1).map(({ at, value }, i) => ({ at, pair: [value, samples[i]?.value ?? value] }));
  const within = pairs.filter(({ at }) => last.at - at <= when.withinMs).map(({ pair }) => pair);
  const end = pairs.at(-1)?.pair;
  if (!end) return false;
  if ('rises' in when)
    return Math.min(...end) - Math.min(...within.map((pair) => Math.max(...pair))) >= Number(when.rises) - 1e-9;
  return Math.max(...within.map((pair) => Math.min(...pair))) - Math.max(...end) >= Number(when.falls) - 1e-9;
}

/** How long no sample has been a step away from the first one of its run, but for pauses of more than a quarter. */
function stillFor(samples: readonly NaiveSample[], resolution: number, wanted: number): number {
  let [anchor] = samples;
  let seen = 0;
  for (const [i, sample] of samples.entries()) {
    const pause = sample.at - (samples[i - 1]?.at ?? sample.at);
    seen += pause > wanted / 4 ? 0 : pause;
    if (anchor && Math.abs(sample.value - anchor.value) <= resolution - 1e-9) continue;
    [anchor, seen] = [sample, 0];
  }
  return seen;
}

/** So many of the last so many. */
export const naiveInSamples = (atLeast: number, of: number, marks: readonly boolean[]): boolean =>
  marks.slice(-of).filter(Boolean).length >= atLeast;
