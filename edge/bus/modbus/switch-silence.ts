import { type Millis, millis } from '../../../sdk/model/time.ts';

/** How much longer than the frame gap a line is silent before another unit is asked, learnt from who misses requests. */
export type SwitchSilence = {
  /** What this unit is seen to need if it were asked next. */
  before(unit: number): Millis;
  /** It is asked, after so much silence on top of the frame gap. */
  asked(unit: number, silence: Millis): void;
  answered(unit: number): void;
  timedOut(unit: number): void;
};

/** What is tried, one after the other. */
const steps = [0, 20, 80] as const;
/** A request after more silence than this was not missed because the line had just been another's. */
const longest = 100;
/** Fewer misses may be noise. */
const proofs = 3;

/** `step`: of {@link steps}; `isVain`: none of them helped. */
type Need = { step: number; misses: number; isVain: boolean };

/**
 * A unit that misses three requests in a row each of which came right after another unit's answer is taken to be still
 * busy with what it overheard: it is given more silence, and more again if that does not help. If nothing does it is
 * merely silent, and gets none until it was heard again.
 */
export function switchSilence(): SwitchSilence {
  const needs = new Map<number, Need>();
  let lastAnswered: number | undefined;
  let isSwitch = false;
  const followsAnother = (unit: number): boolean => lastAnswered !== undefined && lastAnswered !== unit;
  const missed = (need: Need): void => {
    need.misses++;
    if (need.misses < proofs) return;
    need.misses = 0;
    need.isVain = need.step + 1 === steps.length;
    need.step = need.isVain ? 0 : need.step + 1;
  };

  return {
    before: (unit) => millis(followsAnother(unit) ? (steps[needs.get(unit)?.step ?? 0] ?? 0) : 0),
    asked(unit, silence) {
      isSwitch = followsAnother(unit) && silence < longest;
    },
    answered(unit) {
      const need = needs.get(unit);
      if (need && isSwitch) need.misses = 0;
      if (need) need.isVain = false;
      lastAnswered = unit;
    },
    timedOut(unit) {
      const need = needs.get(unit) ?? { step: 0, misses: 0, isVain: false };
      needs.set(unit, need);
      if (!isSwitch) need.misses = 0;
      else if (!need.isVain) missed(need);
      lastAnswered = undefined;
    },
  };
}
