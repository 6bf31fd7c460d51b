import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { delays } from '../../../edge/uplink/backoff.ts';
import { millis, seconds } from '../../../sdk/model/time.ts';

const backoff = { first: millis(500), factor: 2, ceiling: seconds(30) };
const take = (count: number, random: () => number): number[] => {
  const waits = delays(backoff, random);
  return Array.from({ length: count }, () => waits.next().value);
};

describe('delays', () => {
  it('the bound doubles up to the ceiling and stays there', () => {
    expect(take(9, () => 1)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('full jitter: anything from 0 to the bound, whatever chance says', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 }), (chances) => {
        const left = [...chances];
        for (const [i, wait] of take(chances.length, () => left.shift() ?? 0).entries()) {
          expect(wait).toBeGreaterThanOrEqual(0);
          expect(wait).toBeLessThanOrEqual(Math.min(30_000, 500 * 2 ** i));
        }
      }),
    );
  });

  it('never ends', () => {
    const waits = delays(backoff, () => 0.5);
    for (let i = 0; i < 2_000; i++) expect(waits.next().done).toBe(false);
  });
});
