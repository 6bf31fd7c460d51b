import { type Clock, systemClock } from '../../edge/platform/clock.ts';
import { type Millis, millis } from '../../sdk/model/time.ts';

const longest = 20;
const second = 1_000;

/** The system's clock, on which waiting for up to a second takes 20 ms: for what tries again after a while. */
export function impatientClock(): Clock {
  const clock = systemClock('synced');
  const shortened = (ms: Millis): Millis => (ms <= second ? millis(Math.min(ms, longest)) : ms);
  return { ...clock, after: (ms, wake) => clock.after(shortened(ms), wake) };
}
