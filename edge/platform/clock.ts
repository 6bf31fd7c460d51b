import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type ClockTrust,
  type Millis,
  type MonoTime,
  monoTime,
  type WallTime,
  wallTime,
} from '../../sdk/model/time.ts';
import { afterExactly } from './precise-wait.ts';

/** The only door to time. Nothing outside `edge/platform` may touch Date, performance or timers. */
export interface Clock {
  mono(): MonoTime;
  wall(): WallTime;
  /** Whether the wall clock may be believed just now. */
  trust(): ClockTrust;
  /** Resolves after `ms`, or rejects with `signal.reason`. */
  sleep(ms: Millis, signal: AbortSignal): Promise<void>;
  /** Calls `wake` once after `ms` unless the returned function is called before. */
  after(ms: Millis, wake: () => void): () => void;
  /**
   * As `after`, but never too early and no more than some hundredths of a millisecond late. It may hold up the process
   * for a millisecond: for silences on a wire.
   */
  afterExactly(ms: Millis, wake: () => void): () => void;
}

/** In ms: less than this is no time. Sums of fractions of a millisecond do not come out even. */
export const instant = 0.001;

/** systemd-timesyncd creates this file once the clock has been set from the network in this boot. */
const synchronised = '/run/systemd/timesync/synchronized';

/** @param declared the site's word where no time service can be asked, e.g. because the host keeps the clock. */
export function systemClock(declared?: ClockTrust): Clock {
  return {
    mono: () => monoTime(performance.now()),
    wall: () => wallTime(Date.now()),
    trust: () => declared ?? (existsSync(synchronised) ? 'synced' : 'unknown'),
    // Node rejects with an AbortError that merely contains the reason; the port promises the reason itself.
    sleep: (ms, signal) => delay(Math.max(0, ms), undefined, { signal }).catch(() => signal.throwIfAborted()),
    after: (ms, wake) => {
      const timer = setTimeout(wake, Math.max(0, ms));
      return () => clearTimeout(timer);
    },
    afterExactly,
  };
}
