import { setTimeout as pause } from 'node:timers/promises';
import { type Backoff, delays } from '../../client/backoff.ts';
import { FengsuiError } from '../../model/errors.ts';

const awayBackoff: Backoff = { firstMs: 500, factor: 2, ceilingMs: 30_000 };

export type Retry = {
  /** Tries until it is done, also after the end once: what was taken is still stored. @throws FengsuiError INVALID, which no retry can mend; ABORTED at the end */
  readonly untilDone: <T>(work: () => Promise<T>) => Promise<T>;
};

/** @param problem is told of each failure that is tried again */
export const retrying = (signal: AbortSignal, problem: (error: FengsuiError) => void): Retry => ({
  async untilDone(work) {
    const waits = delays(awayBackoff, Math.random);
    for (;;) {
      try {
        return await work();
      } catch (e) {
        if (!FengsuiError.is(e) || FengsuiError.is(e, 'INVALID')) throw e;
        if (signal.aborted) throw ended(signal);
        problem(e);
      }
      await pause(waits.next().value, undefined, { signal }).catch(() => Promise.reject(ended(signal)));
    }
  },
});

const ended = (signal: AbortSignal): FengsuiError =>
  new FengsuiError('ABORTED', 'the caller gave up', { cause: signal.reason });
