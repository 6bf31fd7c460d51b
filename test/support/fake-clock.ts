import type { Clock } from '../../edge/platform/clock.ts';
import { type ClockTrust, type Millis, monoTime, wallTime } from '../../sdk/model/time.ts';

export type FakeClock = Clock & {
  /** Moves both clocks and wakes what is due, in order, letting woken code run to its next await. */
  advance(ms: number): Promise<void>;
  /** Sets the wall clock alone, as a time service would. */
  step(ms: number): void;
  setTrust(trust: ClockTrust): void;
};

export function fakeClock(startWall = Date.UTC(2026, 0, 1)): FakeClock {
  let now = 0;
  let wallOffset = startWall;
  let trust: ClockTrust = 'synced';
  const sleepers = new Set<{ due: number; wake: () => void }>();
  const settle = (): Promise<void> => new Promise((done) => setImmediate(done));
  const after = (ms: Millis, wake: () => void): (() => void) => {
    const sleeper = { due: now + Math.max(0, ms), wake };
    sleepers.add(sleeper);
    return () => sleepers.delete(sleeper);
  };
  return {
    mono: () => monoTime(now),
    wall: () => wallTime(wallOffset + now),
    trust: () => trust,
    after,
    afterExactly: after,
    sleep: (ms, signal) =>
      new Promise((wake, fail) => {
        if (signal.aborted) return fail(signal.reason);
        const onAbort = (): void => {
          cancel();
          fail(signal.reason);
        };
        const cancel = after(ms, () => {
          signal.removeEventListener('abort', onAbort);
          wake();
        });
        signal.addEventListener('abort', onAbort, { once: true });
      }),
    async advance(ms) {
      const end = now + ms;
      for (;;) {
        await settle();
        const next = [...sleepers].toSorted((a, b) => a.due - b.due)[0];
        if (!next || next.due > end) break;
        now = Math.max(now, next.due);
        sleepers.delete(next);
        next.wake();
      }
      now = end;
      await settle();
    },
    step: (ms) => {
      wallOffset += ms;
    },
    setTrust: (next) => {
      trust = next;
    },
  };
}
