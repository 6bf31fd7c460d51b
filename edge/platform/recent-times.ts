import { type Millis, millis } from '../../sdk/model/time.ts';

/** The last 128 of a kind of time, in fixed memory. */
export type RecentTimes = {
  add(time: Millis): void;
  /** How many are kept, at most 128. */
  count(): number;
  /** Those that are kept, in no order. */
  all(): readonly number[];
  /** As {@link percentileOf} all. */
  percentile(share: number): Millis;
};

const kept = 128;

export function recentTimes(): RecentTimes {
  const ring = new Float32Array(kept);
  let added = 0;
  const count = (): number => Math.min(added, kept);
  return {
    add(time) {
      ring[added % kept] = time;
      added++;
    },
    count,
    all: () => [...ring.subarray(0, count())],
    percentile: (share) => percentileOf(ring.subarray(0, count()), share),
  };
}

/** The one that `share` of the times (above 0, up to 1) do not exceed; 0 of none. */
export function percentileOf(times: ArrayLike<number>, share: number): Millis {
  const sorted = Float32Array.from(times).sort();
  return millis(sorted[Math.ceil(share * sorted.length) - 1] ?? 0);
}
