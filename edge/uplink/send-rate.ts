import { elapsed, millis } from '../../sdk/model/time.ts';
import type { Clock } from '../platform/clock.ts';

/** How fast readings are sent where the line would carry more. */
export interface SendRate {
  /** Whether something may be sent now; if not, `wake` is called when it may. */
  allows(): boolean;
  spend(bytes: number): void;
}

/**
 * Bytes a second: some 40,000 readings. What a broker takes faster than the application, it holds back: a new alarm waits
 * behind it there, and what is too much for its queue (1,000 messages in mosquitto) it lets go.
 */
const perSecond = 512 * 1_024;
/** What may be sent at once after a pause. */
const burst = 32 * 1_024;

export function sendRate(clock: Clock, wake: () => void): SendRate {
  let budget = burst;
  let reckoned = clock.mono();
  let cancel: (() => void) | undefined;
  return {
    allows() {
      const now = clock.mono();
      budget = Math.min(burst, budget + (elapsed(reckoned, now) * perSecond) / 1_000);
      reckoned = now;
      if (budget > 0) return true;
      cancel ??= clock.after(millis(Math.ceil(((1 - budget) * 1_000) / perSecond)), () => {
        cancel = undefined;
        wake();
      });
      return false;
    },
    spend(bytes) {
      budget -= bytes;
    },
  };
}
