import { describe, expect, it } from 'vitest';
import { lateness, ownLatency } from './own-latency.ts';

describe('how late a read is that saw a change', () => {
  const grid = { base: 100, period: 1_000 };
  it.each<[what: string, changedAt: number, readAt: number, late: number]>([
    ['on time', 500, 1_100, 0],
    ['a little late', 500, 1_112, 12],
    ['late by more than half a period', 500, 1_700, 600],
    ['one period left out', 500, 2_105, 1_005],
    ['three periods left out', 500, 4_100, 3_000],
    ['changed between the moment and its read', 1_103, 1_108, 8],
    ['changed at the moment itself', 1_100, 1_100, 0],
  ])('%s', (_what, changedAt, readAt, late) => expect(lateness(grid, changedAt, readAt)).toBeCloseTo(late, 9));
});

describe('own latency', () => {
  it('counts changes that were judged late with all the time that it took', () => {
    const { times, missed } = ownLatency([{ device: 1, at: 1_000, late: 3 }], [{ device: 1, at: 2_700 }]);
    expect(times).toEqual([{ device: 1, ms: 1_703 }]);
    expect(missed).toBe(0);
  });

  it('tells changes that nobody judged, and takes no judgement of another change or device for theirs', () => {
    const seen = [
      { device: 1, at: 1_000, late: 0 },
      { device: 1, at: 3_000, late: 0 },
      { device: 2, at: 1_000, late: 0 },
    ];
    const { times, missed } = ownLatency(seen, [
      { device: 1, at: 900 },
      { device: 1, at: 3_004 },
      { device: 3, at: 1_001 },
    ]);
    expect(times).toEqual([{ device: 1, ms: 4 }]);
    expect(missed).toBe(2);
  });
});
