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
import type { KernelTime } from './kernel-time.ts';
import { afterExactly } from './precise-wait.ts';

/** The only door to time. Nothing outside `edge/platform` may touch Date, performance or timers. */
export interface Clock {
  mono(): MonoTime;
  wall(): WallTime;
  /** Whether the wall clock may be believed just now. */
  trust(): ClockTrust;
  /** How far it may be off at most while it may be believed, in ms, where the host can tell. */
  readonly errorMs?: () => number | undefined;
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

/**
 * @param declared the site's word where no time service can be asked, e.g. because the host keeps the clock.
 * @param kernel what the kernel says, see `kernelTime`; it is asked first.
 */
export function systemClock(declared?: ClockTrust, kernel?: () => KernelTime | undefined): Clock {
  return {
    mono: () => monoTime(performance.now()),
    wall: () => wallTime(Date.now()),
    trust: () => {
      const asked = kernel?.();
      if (asked?.isSynced) return 'synced';
      // A kernel that says no knows better than a file that is as old as the boot; the site may know better than both.
      return declared ?? (!asked && existsSync(synchronised) ? 'synced' : 'unknown');
    },
    errorMs: () => {
      const asked = kernel?.();
      return asked?.isSynced ? asked.errorMs : undefined;
    },
    // Node rejects with an AbortError that merely contains the reason; the port promises the reason itself.
    sleep: (ms, signal) => delay(Math.max(0, ms), undefined, { signal }).catch(() => signal.throwIfAborted()),
    after: (ms, wake) => {
      const timer = setTimeout(wake, Math.max(0, ms));
      return () => clearTimeout(timer);
    },
    afterExactly,
  };
}
