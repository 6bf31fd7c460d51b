import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Taken, take } from '../../../edge/uplink/receipts.ts';

const none: Taken = { cursor: 0, above: new Set() };
const all = (ranges: readonly (readonly [number, number])[], last: number): Taken =>
  ranges.reduce((taken, range) => take(taken, range, last), none);

describe('take', () => {
  it.each<[why: string, ranges: [number, number][], cursor: number, above: number[]]>([
    ['nothing', [], 0, []],
    ['the first ones', [[1, 3]], 3, []],
    [
      'behind a gap: the cursor waits',
      [
        [1, 2],
        [4, 5],
      ],
      2,
      [4, 5],
    ],
    [
      'the gap is filled',
      [
        [1, 2],
        [4, 5],
        [3, 3],
      ],
      5,
      [],
    ],
    [
      'a number twice',
      [
        [1, 3],
        [2, 3],
      ],
      3,
      [],
    ],
    ['0, which is no number of an entry', [[0, 2]], 2, []],
    ['more than was ever stored', [[1, 99]], 10, []],
    ['only what was never stored', [[11, 99]], 0, []],
    ['as far as numbers go', [[1, Number.MAX_SAFE_INTEGER]], 10, []],
  ])('%s', (_, ranges, cursor, above) => {
    expect(all(ranges, 10)).toEqual({ cursor, above: new Set(above) });
  });

  it('changes nothing of what it was given', () => {
    const before = all(
      [
        [1, 1],
        [3, 3],
      ],
      10,
    );
    take(before, [2, 2], 10);
    expect(before).toEqual({ cursor: 1, above: new Set([3]) });
  });

  const range = fc.tuple(fc.nat(40), fc.nat(10)).map(([from, more]): [number, number] => [from, from + more]);

  it('any order, and any repetition, gives the same cursor: that of the plain set', () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 20 }), fc.nat(45), fc.infiniteStream(fc.nat()), (ranges, last, keys) => {
        const repeated = [...ranges, ...ranges.slice(0, 5)].map((r) => ({ r, key: keys.next().value ?? 0 }));
        const shuffled = repeated.toSorted((a, b) => a.key - b.key).map(({ r }) => r);
        const numbers = new Set(
          ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i)),
        );
        let cursor = 0;
        while (cursor < last && numbers.has(cursor + 1)) cursor++;
        const above = [...numbers].filter((n) => n > cursor && n <= last);
        for (const order of [ranges, shuffled]) expect(all(order, last)).toEqual({ cursor, above: new Set(above) });
      }),
    );
  });
});
