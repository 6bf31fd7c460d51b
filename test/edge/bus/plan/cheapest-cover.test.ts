import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CoverRules, cheapestCover, type Span } from '../../../../edge/bus/plan/cheapest-cover.ts';

const span = (from: number, to: number, every = 1_000): Span => ({ from, to, every });
/** A request costs as much as ten addresses. */
const rules: CoverRules = { price: (count) => 10 + count, reach: (from) => from + 60 };

describe('cheapestCover', () => {
  it('reads nothing when nothing is wanted', () => expect(cheapestCover([], rules)).toEqual([]));

  it.each<[consequence: string, wanted: Span[], reads: Span[]]>([
    [
      'a hole as dear as a request is left out: fewer addresses',
      [span(0, 1), span(11, 12)],
      [span(0, 1), span(11, 12)],
    ],
    ['a hole cheaper than a request is read along', [span(0, 1), span(10, 11)], [span(0, 11)]],
    ['a slow neighbour rides along where that is cheaper', [span(0, 4), span(4, 6, 2_000)], [span(0, 6)]],
    [
      'a slow neighbour is read apart where that is cheaper',
      [span(0, 4), span(4, 6, 60_000)],
      [span(0, 4), span(4, 6, 60_000)],
    ],
    [
      'a fast register is picked out of a slow block',
      [span(0, 50, 60_000), span(7, 8)],
      [span(0, 50, 60_000), span(7, 8)],
    ],
    [
      'two slow ones are read together across a fast one',
      [span(0, 1, 60_000), span(1, 2), span(2, 3, 60_000)],
      [span(0, 3, 60_000), span(1, 2)],
    ],
  ])('%s', (_, wanted, reads) => expect(cheapestCover(wanted, rules)).toEqual(reads));

  it('splits a run longer than one read where the second read is spared the most', () => {
    const wanted = [span(0, 5), span(5, 62), span(65, 125)];
    expect(cheapestCover(wanted, rules)).toEqual(wanted);
  });
});

type Case = { readonly wanted: readonly Span[]; readonly limit: number; readonly perRequest: number };

const anyCase = (periods: readonly number[]): fc.Arbitrary<Case> =>
  fc.record({
    limit: fc.integer({ min: 5, max: 30 }),
    perRequest: fc.constantFrom(0, 1, 4, 10, 40),
    wanted: fc.array(
      fc
        .record({
          from: fc.integer({ min: 0, max: 40 }),
          count: fc.integer({ min: 1, max: 5 }),
          every: fc.constantFrom(...periods),
        })
        .map(({ from, count, every }) => span(from, from + count, every)),
      { maxLength: 7 },
    ),
  });

const rulesOf = ({ limit, perRequest }: Case): CoverRules => ({
  price: (count) => perRequest + count,
  reach: (from) => from + limit,
});
const costOf = (reads: readonly Span[], { price }: CoverRules): number =>
  reads.reduce((sum, { from, to, every }) => sum + price(to - from) / every, 0);

/** The least cost over all ways to put the wanted spans into groups that are read together. */
function bruteForce(test: Case): number {
  const rules = rulesOf(test);
  const least = (left: readonly Span[], groups: readonly Span[]): number => {
    const [next, ...rest] = left;
    if (!next) return costOf(groups, rules);
    const joined = groups.flatMap((group, i) => {
      const both = span(
        Math.min(group.from, next.from),
        Math.max(group.to, next.to),
        Math.min(group.every, next.every),
      );
      return both.to <= rules.reach(both.from) ? [least(rest, groups.with(i, both))] : [];
    });
    return Math.min(least(rest, [...groups, next]), ...joined);
  };
  return least(test.wanted, []);
}

describe.each([[[1_000]], [[1_000, 2_000]], [[1_000, 1_500, 60_000]], [[1, 2, 3, 5, 60]]])(
  'cheapestCover with periods %j',
  (periods) => {
    it('finds the least of all possible costs, and no more reads than that costs', () => {
      fc.assert(
        fc.property(anyCase(periods), (test) => {
          const reads = cheapestCover(test.wanted, rulesOf(test));
          expect(costOf(reads, rulesOf(test))).toBeCloseTo(bruteForce(test), 9);
        }),
        { numRuns: 400 },
      );
    });

    it('holds every span whole in a read that is as fast, and keeps within reach', () => {
      fc.assert(
        fc.property(anyCase(periods), (test) => {
          const reads = cheapestCover(test.wanted, rulesOf(test));
          for (const want of test.wanted)
            expect(reads.some((r) => r.from <= want.from && want.to <= r.to && r.every <= want.every)).toBe(true);
          for (const read of reads) expect(read.to - read.from).toBeLessThanOrEqual(test.limit);
        }),
      );
    });
  },
);
