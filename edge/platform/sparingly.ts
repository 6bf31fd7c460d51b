import { type Millis, millis, minutes } from '../../sdk/model/time.ts';
import type { Clock } from './clock.ts';

/** Says something of somebody, unless it was said just now: then it is counted, and said later. */
export type Sparingly<T> = {
  readonly tell: (who: string, what: T) => void;
  /** Says what is counted now, and waits for nothing any more: what comes after is told at once. */
  readonly end: () => void;
};

const shortest = minutes(1);
const longest = minutes(60);
/** How many are told apart; the others are counted together, as nobody. */
const mostKnown = 8;

type Told<T> = { last: T; count: number };

/**
 * The first of each is told at once, what follows within a minute by its last and their number. While anything goes on the
 * span doubles up to an hour, so that a flood of days, under any number of names, comes to a few records an hour.
 */
export function sparingly<T>(clock: Clock, tell: (what: T, count: number) => void): Sparingly<T> {
  const known = new Map<string, Told<T>>();
  let others: Told<T> | undefined;
  let span: Millis = shortest;
  let waiting: (() => void) | undefined;
  let isOver = false;

  const wait = (): void => {
    waiting ??= clock.after(span, sumUp);
  };
  const tellCounted = (): void => {
    for (const told of [...known.values(), ...(others ? [others] : [])]) {
      if (told.count > 0) tell(told.last, told.count);
      told.count = 0;
    }
  };
  const sumUp = (): void => {
    waiting = undefined;
    const goesOn = known.size > 0;
    for (const [who, { count }] of known) if (count === 0) known.delete(who);
    tellCounted();
    others = undefined;
    span = goesOn ? millis(Math.min(span * 2, longest)) : shortest;
    if (goesOn) wait();
  };
  return {
    tell(who, what) {
      if (isOver) return tell(what, 1);
      const told = known.get(who);
      if (told) {
        told.last = what;
        told.count++;
      } else if (known.size < mostKnown) {
        known.set(who, { last: what, count: 0 });
        tell(what, 1);
      } else others = { last: what, count: (others?.count ?? 0) + 1 };
      wait();
    },
    end() {
      isOver = true;
      waiting?.();
      tellCounted();
    },
  };
}
