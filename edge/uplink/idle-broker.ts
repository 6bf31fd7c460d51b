import { elapsed, type MonoTime, seconds } from '../../sdk/model/time.ts';
import type { Clock } from '../platform/clock.ts';

const subscribedWithin = seconds(15);
/** Longer than the largest document takes on the slowest line on which it is through at all. */
const takenWithin = seconds(60);
const lookEvery = seconds(5);

export type IdleBroker = { readonly subscribed: () => void; readonly stop: () => void };

/**
 * Finds a broker that answers pings and does not do what it is there for: it grants no subscription, or takes no message,
 * as a node of a cluster that has lost the others. Another may; and nothing else would end the wait.
 * @param waiting since when each message waits to be taken, the oldest first
 */
export function idleBroker(
  clock: Clock,
  waiting: ReadonlyMap<unknown, MonoTime>,
  dead: (why: string) => void,
): IdleBroker {
  let cancel = clock.after(subscribedWithin, () => dead('the broker does not answer the subscription'));
  const look = (): void => {
    const [oldest] = waiting.values();
    if (oldest !== undefined && elapsed(oldest, clock.mono()) >= takenWithin)
      dead(`the broker has not taken a message for ${takenWithin / 1_000} s`);
    else cancel = clock.after(lookEvery, look);
  };
  return {
    subscribed() {
      cancel();
      cancel = clock.after(lookEvery, look);
    },
    stop: () => cancel(),
  };
}
