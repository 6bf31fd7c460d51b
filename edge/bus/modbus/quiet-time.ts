import { type Millis, millis } from '../../../sdk/model/time.ts';

/** How long a line is left silent after a time-out, learnt from who misses the next request. */
export type QuietTime = {
  length(): Millis;
  answered(unit: number): void;
  timedOut(unit: number): void;
};

/** The longest that is learnt: slaves that overhear a request to a dead address were seen deaf for half a second. */
export const longestQuiet: Millis = millis(500);
/** A single miss may be noise. */
const proofs = 2;

type Doubt = { missed: boolean; proofs: number };

/**
 * A unit that misses the first request directly after another unit's time-out, answers the second, and so twice in a
 * row, is taken to be deaf for a while after it overheard a request to a dead address: the silence is doubled.
 */
export function quietTime(shortest: Millis): QuietTime {
  const doubts = new Map<number, Doubt>();
  let length: number = shortest;
  let silentBefore: number | undefined;
  const followsTimeOut = (unit: number): boolean => silentBefore !== undefined && silentBefore !== unit;

  return {
    length: () => millis(length),
    answered(unit) {
      const doubt = doubts.get(unit);
      if (doubt && followsTimeOut(unit)) doubts.delete(unit);
      else if (doubt?.missed) {
        doubt.missed = false;
        doubt.proofs++;
        if (doubt.proofs >= proofs) {
          doubts.delete(unit);
          length = Math.max(length, Math.min(longestQuiet, length * 2));
        }
      }
      silentBefore = undefined;
    },
    timedOut(unit) {
      if (followsTimeOut(unit)) doubts.set(unit, { missed: true, proofs: doubts.get(unit)?.proofs ?? 0 });
      else doubts.delete(unit);
      silentBefore = unit;
    },
  };
}
