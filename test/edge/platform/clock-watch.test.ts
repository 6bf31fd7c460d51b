import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClockSample, type ClockWatch, unwatched, watchedClock } from '../../../edge/platform/clock-watch.ts';
import { type ClockTrust, monoTime, wallTime } from '../../../sdk/model/time.ts';
import { clockLife } from '../../support/clock-life.ts';
import { propertyRuns } from '../../support/property-runs.ts';

const seen = (mono: number, offset: number, trust: ClockTrust = 'synced'): ClockSample => ({
  mono: monoTime(mono),
  wall: wallTime(mono + offset),
  trust,
});
const watched = (...samples: readonly ClockSample[]): ClockWatch => samples.reduce(watchedClock, unwatched);
const points = ({ points: list }: ClockWatch) => list.map(({ mono, wall }) => [mono, wall - mono]);

describe('the watch over the clock', () => {
  it('sees a step, forward and back, and by how much', () => {
    const forward = watched(seen(0, 0, 'unknown'), seen(1_000, 5_000_000, 'unknown'));
    expect([forward.steps, forward.lastStep]).toEqual([1, 5_000_000]);
    const back = watchedClock(forward, seen(2_000, 4_000_000, 'unknown'));
    expect([back.steps, back.lastStep]).toEqual([2, -1_000_000]);
  });

  it('takes slewing and jitter for no step', () => {
    const samples = Array.from({ length: 100 }, (_, i) => seen(i * 1_000, i * 0.5 + (i % 3)));
    expect(watched(...samples).steps).toBe(0);
  });

  it('keeps the first and the newest moment at which the clock was right, and those around a step', () => {
    const samples = [seen(0, 0, 'unknown'), ...[1, 2, 3, 4].map((s) => seen(s * 1_000, 70))];
    expect(points(watched(...samples))).toEqual([
      [1_000, 70],
      [4_000, 70],
    ]);
    expect(points(watched(...samples, seen(5_000, 9_000, 'unknown'), seen(6_000, 900), seen(7_000, 900)))).toEqual([
      [1_000, 70],
      [4_000, 70],
      [6_000, 900],
      [7_000, 900],
    ]);
  });

  it('keeps a bounded number of them, the first and the newest always', () => {
    const kept = points(watched(...Array.from({ length: 50 }, (_, i) => seen(i * 1_000, i * 100))));
    expect(kept).toHaveLength(8);
    expect([kept[0], kept.at(-1)]).toEqual([
      [0, 0],
      [49_000, 4_900],
    ]);
  });
});

describe('the life of a clock', () => {
  it('what counts as right is right within a second, and nothing goes back that was not trusted', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const life = clockLife(seed);
        expect(life.worstError).toBeLessThanOrEqual(1_000);
        expect([life.wentBack, life.beforePast]).toEqual([0, 0]);
      }),
      propertyRuns(30),
    );
  });
});
