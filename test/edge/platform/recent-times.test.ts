import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { percentileOf, recentTimes } from '../../../edge/platform/recent-times.ts';
import { millis } from '../../../sdk/model/time.ts';

it('keeps the last 128 and no more', () => {
  const times = recentTimes();
  expect(times.count()).toBe(0);
  expect(times.percentile(0.99)).toBe(0);
  for (let i = 1; i <= 200; i++) times.add(millis(i));
  expect(times.count()).toBe(128);
  expect(times.all().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 128 }, (_, i) => i + 73));
  expect(times.percentile(0.5)).toBe(136);
  expect(times.percentile(1)).toBe(200);
});

it('a percentile is one of the times, and that share of them does not exceed it', () =>
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 1 }), fc.double({ min: 0.01, max: 1, noNaN: true }), (times, share) => {
      const rounded = times.map(Math.fround);
      const value = percentileOf(rounded, share);
      expect(rounded).toContain(value);
      expect(rounded.filter((time) => time <= value).length).toBeGreaterThanOrEqual(share * rounded.length);
      expect(rounded.filter((time) => time < value).length).toBeLessThan(share * rounded.length);
    }),
  ));
