import { type Millis, type MonoTime, millis, monoTime } from '../../../sdk/model/time.ts';
import type { Clock } from '../../platform/clock.ts';

/**
 * Wakes all pollers of a gateway, those of one tick together: a thousand buses must not wake it a thousand times a
 * second.
 */
export interface Ticker {
  /** The monotonic time, but never before a tick that was called: timers may fire a little early. */
  now(): MonoTime;
  /** Calls `wake` once, with the first tick at or after `due`. */
  at(due: MonoTime, wake: () => void): void;
  /** Calls `wake` no more. */
  cancel(wake: () => void): void;
  /**
   * Where in their periods the next poller's reads lie, 0 to below 1: so many pollers together as make one wake-up
   * worth its while, and those groups evenly spread, however many there are.
   */
  nextPhase(): number;
}

/** Ticks are multiples of this on the monotonic clock. A period that is one, too, is kept to the millisecond. */
export const tick: Millis = millis(10);

/**
 * Pollers that wake together. The first request after a sleep costs a multiple of the next ones, for the machine has
 * forgotten the program meanwhile; but the last answer of the group waits until the others were judged, some
 * hundredths of a millisecond each.
 */
const together = 32;

/** Its multiples modulo 1 are spread evenly wherever one stops: the golden ratio. */
export const golden = (Math.sqrt(5) - 1) / 2;

export function ticker(clock: Clock): Ticker {
  const sleepers = new Map<number, Set<() => void>>();
  let reached = clock.mono();
  let armed = Number.POSITIVE_INFINITY;
  let disarm = (): void => {};
  let pollers = 0;

  const now = (): MonoTime => monoTime(Math.max(clock.mono(), reached));
  const arm = (next: number): void => {
    disarm();
    armed = next;
    // Whole milliseconds, as timers cut off what is over.
    disarm = next < Number.POSITIVE_INFINITY ? clock.after(millis(Math.ceil(next - clock.mono())), fire) : () => {};
  };
  const fire = (): void => {
    reached = monoTime(Math.max(reached, armed));
    const until = now();
    let next = Number.POSITIVE_INFINITY;
    for (const [at, wakes] of sleepers) {
      if (at > until) {
        next = Math.min(next, at);
        continue;
      }
      sleepers.delete(at);
      for (const wake of wakes) wake();
    }
    arm(next);
  };

  return {
    now,
    nextPhase: () => (Math.floor(pollers++ / together) * golden) % 1,
    at(due, wake) {
      const at = Math.ceil(due / tick) * tick;
      const wakes = sleepers.get(at) ?? new Set();
      sleepers.set(at, wakes.add(wake));
      if (at < armed) arm(at);
    },
    cancel(wake) {
      for (const [at, wakes] of sleepers) if (wakes.delete(wake) && wakes.size === 0) sleepers.delete(at);
      if (sleepers.size === 0) arm(Number.POSITIVE_INFINITY);
    },
  };
}
