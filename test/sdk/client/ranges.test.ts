import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { addRange, fromOn, inRanges, type Range, type Ranges, withoutRange } from '../../../sdk/client/ranges.ts';

const range = fc.tuple(fc.nat(20), fc.nat(5)).map(([from, length]): Range => [from, from + length]);
const numbers = (ranges: Ranges): number[] =>
  Array.from({ length: 40 }, (_, n) => n).filter((n) => inRanges(ranges, n));

it('hold exactly what was added and not taken out, in the fewest pieces', () => {
  const steps = fc.array(fc.record({ range, add: fc.boolean() }), { maxLength: 30 });
  fc.assert(
    fc.property(steps, fc.nat(25), (todo, floor) => {
      const expected = new Set<number>();
      let ranges: Ranges = [];
      for (const { range: r, add } of todo) {
        ranges = add ? addRange(ranges, r) : withoutRange(ranges, r);
        for (let n = r[0]; n <= r[1]; n++) {
          if (add) expected.add(n);
          else expected.delete(n);
        }
      }
      const wanted = [...expected].toSorted((a, b) => a - b);
      expect(numbers(ranges)).toEqual(wanted);
      expect(numbers(fromOn(ranges, floor))).toEqual(wanted.filter((n) => n >= floor));
      for (const [i, [from]] of ranges.entries()) expect(from).toBeGreaterThan((ranges[i - 1]?.[1] ?? -2) + 1);
    }),
  );
});
