import type { Millis } from '../../sdk/model/time.ts';

/**
 * How long at the end of a wait the process is held up. Timers of Node count whole milliseconds and fire up to one too
 * early or too late, so the last one cannot be left to them.
 */
const longestHold = 1.15;
/** By so much, in ms, does the kernel wake a sleeper late; this rest is spent running. */
const wakeUp = 0.1;
const cell = new Int32Array(new SharedArrayBuffer(4));

/**
 * Calls `wake` once, never before `ms` are over and some hundredths of a millisecond after, unless the returned function
 * is called before. Meant for silences on a wire: nothing else of the process runs during the last millisecond, most of
 * which it sleeps. Turning the event loop instead would be as exact, but takes a whole core.
 */
export function afterExactly(ms: Millis, wake: () => void): () => void {
  const due = performance.now() + ms;
  let cancel = (): void => {};
  const approach = (): void => {
    const left = due - performance.now();
    if (left > longestHold) {
      // Fires at the latest after its whole milliseconds, and may fire one sooner.
      const timer = setTimeout(approach, Math.floor(left - wakeUp));
      cancel = () => clearTimeout(timer);
      return;
    }
    holdUntil(due);
    wake();
  };
  const soon = setImmediate(approach);
  cancel = () => clearImmediate(soon);
  return () => cancel();
}

function holdUntil(due: number): void {
  const left = due - performance.now();
  if (left > wakeUp) Atomics.wait(cell, 0, 0, left - wakeUp);
  while (performance.now() < due);
}
