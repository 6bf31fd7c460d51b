import type { LineClock } from './wire.ts';

export type SpinClock = LineClock & {
  /** Wakes whoever is due. */
  readonly tick: () => void;
  /** When the next one is due; infinite where nobody waits. */
  readonly nextDue: () => number;
};

/** The system's monotonic clock, with wakers that a busy loop calls to the microsecond. */
export function spinClock(): SpinClock {
  const waiting: { readonly due: number; readonly wake: () => void }[] = []; // the first one last
  return {
    mono: () => performance.now(),
    after(ms, wake) {
      const waker = { due: performance.now() + Math.max(0, ms), wake };
      const at = waiting.findLastIndex((other) => other.due > waker.due) + 1;
      waiting.splice(at, 0, waker);
      return () => {
        const found = waiting.indexOf(waker);
        if (found >= 0) waiting.splice(found, 1);
      };
    },
    tick() {
      for (let next = waiting.at(-1); next !== undefined && next.due <= performance.now(); next = waiting.at(-1)) {
        waiting.pop();
        next.wake();
      }
    },
    nextDue: () => waiting.at(-1)?.due ?? Number.POSITIVE_INFINITY,
  };
}
