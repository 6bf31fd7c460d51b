import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextDue, phaseOf } from '../../../../edge/bus/poll/grid.ts';
import { tick } from '../../../../edge/bus/poll/ticker.ts';
import { millis, monoTime } from '../../../../sdk/model/time.ts';

const next = (due: number, now: number, every: number, phase = 0): number =>
  nextDue(monoTime(due), monoTime(now), millis(every), phase);

describe('nextDue', () => {
  it.each<[what: string, due: number, now: number, next: number]>([
    ['answered in time', 3_000, 3_020, 4_000],
    ['answered at once', 3_000, 3_000, 4_000],
    ['answered just when it is due again', 3_000, 4_000, 4_000],
    ['too late for the next two', 3_000, 5_001, 6_000],
    ['asked off the grid', 3_300, 3_310, 4_000],
    ['at the start of the clock', 0, 10, 1_000],
  ])('%s', (_, due, now, expected) => expect(next(due, now, 1_000)).toBe(expected));

  it('lies on ticks that all pollers share, whatever the place in the period', () => {
    for (let unit = 1; unit < 248; unit++) expect(next(0, 0, 1_000, phaseOf(unit, 0.3)) % tick).toBe(0);
  });

  it('is after what was due, not before now, at most a period off, and always on the same grid', () => {
    const time = fc.double({ min: 0, max: 1e10, noNaN: true });
    const drawn = fc.record({
      due: time,
      wait: fc.double({ min: 0, max: 1e6, noNaN: true }),
      every: fc.integer({ min: 100, max: 3_600_000 }),
      phase: fc.double({ min: 0, max: 0.999, noNaN: true }),
    });
    fc.assert(
      fc.property(drawn, ({ due, wait, every, phase }) => {
        const now = due + wait;
        const at = next(due, now, every, phase);
        expect(at).toBeGreaterThan(due);
        expect(at).toBeGreaterThanOrEqual(now);
        expect(at - now).toBeLessThanOrEqual(every);
        expect((next(at, at, every, phase) - at) % every).toBe(0);
      }),
    );
  });
});
