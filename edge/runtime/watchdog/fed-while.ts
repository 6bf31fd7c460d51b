import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import { stopper } from '../../platform/stop.ts';
import type { Feeder } from '../../platform/watchdog-feeder.ts';
import { feedOn } from './watchdog.ts';

/**
 * Feeds every watchdog while something is done that may rightly take longer than they wait, and that ends by itself where
 * it makes no progress. Without, a journal that takes a minute to open would never be opened: the board restarts first.
 */
export async function fedWhile<T>(
  feeders: readonly Feeder[],
  ctx: { readonly clock: Clock; readonly log: Log },
  work: () => Promise<T>,
): Promise<T> {
  const done = stopper();
  const feeding = feeders.map((feeder) => feedOn(feeder, () => [], ctx, done.signal));
  try {
    return await work();
  } finally {
    done.abort(new Error('it is done'));
    await Promise.all(feeding);
  }
}
