import { describe, expect, it } from 'vitest';
import { corrected, correctedTimes, type RunClock } from '../../../sdk/model/run-clock.ts';
import { type ClockTrust, monoTime, type Stamp, wallTime } from '../../../sdk/model/time.ts';

const year2026 = Date.UTC(2026, 0, 1);
const hour = 3_600_000;
const stamp = (mono: number, wall: number, trust: ClockTrust = 'unknown', boot = 7): Stamp => ({
  boot,
  mono: monoTime(mono),
  wall: wallTime(wall),
  trust,
});
const point = (mono: number, wall: number, errorMs?: number) => ({
  mono: monoTime(mono),
  wall: wallTime(wall),
  ...(errorMs !== undefined && { errorMs }),
});
const clocks: readonly RunClock[] = [
  { boot: 3, points: [point(0, year2026 - hour)] },
  { boot: 7, points: [point(60_000, year2026), point(2 * hour, year2026 + 2 * hour - 60_000 + 1_000)] },
];

describe('a stamp', () => {
  it('of a clock that was right is left alone', () => {
    const right = stamp(1_000, 5, 'synced');
    expect(corrected(right, clocks)).toBe(right);
  });

  it('of a run that has not learnt the time is left alone', () => {
    const wrong = stamp(1_000, 5, 'unknown', 99);
    expect(corrected(wrong, clocks)).toBe(wrong);
    expect(corrected(wrong, [{ boot: 99, points: [] }])).toBe(wrong);
    expect(corrected(wrong, [])).toBe(wrong);
  });

  it('of 1970 is put right by the first moment at which its own run knew the time', () => {
    expect(corrected(stamp(10_000, 10_000), clocks)).toEqual({
      ...stamp(10_000, year2026 - 50_000, 'synced'),
      isCorrected: true,
    });
  });

  it('between two such moments lies on the line through both', () => {
    const middle = (60_000 + 2 * hour) / 2;
    expect(corrected(stamp(middle, 0), clocks).wall).toBe(year2026 + middle - 60_000 + 500);
  });

  it('far from any such moment is put right but not trusted', () => {
    const late = corrected(stamp(5 * hour, 0), clocks);
    expect([late.trust, late.isCorrected]).toEqual(['estimated', true]);
  });

  it('is trusted no more than the moment that it goes by', () => {
    const vague = [{ boot: 7, points: [point(60_000, year2026, 1_500)] }];
    expect(corrected(stamp(50_000, 0), vague).trust).toBe('estimated');
  });
});

describe('the times of an alarm change', () => {
  it('of a raising are one', () => {
    const raised = correctedTimes({ event: 'raised', at: stamp(10_000, 10), since: wallTime(10) }, clocks);
    expect(raised.since).toBe(raised.at.wall);
  });

  it('later on are put right each by its own stamp', () => {
    const at = stamp(90_000, year2026 + 30_000, 'synced');
    const cleared = { event: 'cleared', at, since: wallTime(10_000), raised: stamp(10_000, 10_000) } as const;
    expect(correctedTimes(cleared, clocks)).toEqual({ at, since: year2026 - 50_000 });
  });

  it('of an earlier version keep the time since that they came with', () => {
    expect(correctedTimes({ event: 'cleared', at: stamp(1, 5, 'synced'), since: wallTime(3) }, clocks).since).toBe(3);
    expect(correctedTimes({ event: 'cleared', at: stamp(1, 5, 'synced') }, clocks)).not.toHaveProperty('since');
  });
});
