import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BatchRecord, missing, noted, through, unseen } from '../../../sdk/client/batch-record.ts';
import type { Range, Ranges } from '../../../sdk/client/ranges.ts';

type Numbers = number | Range;
const range = (numbers: Numbers): Range => (typeof numbers === 'number' ? [numbers, numbers] : numbers);
const after = (...messages: Numbers[]): BatchRecord | undefined =>
  messages.reduce<BatchRecord | undefined>((record, numbers) => noted(record, 7, range(numbers)), undefined);

describe('the record of batches', () => {
  it.each<[why: string, messages: Numbers[], hole: Range | undefined]>([
    ['the first batch heard of begins it', [9], undefined],
    ['in order nothing is missing', [1, 2, 3], undefined],
    ['a jump is a gap', [1, 4], [2, 3]],
    ['the oldest gap is told first', [1, 3, 5], [2, 2]],
    ['a gap that fills up is none', [1, 3, 2], undefined],
    ['what was before the first does not count', [5, 2, 6], undefined],
    ['a message that stands for many leaves no gap', [1, [2, 900], 901], undefined],
    ['a gap before one that stands for many ends with its first', [1, [5, 900]], [2, 4]],
    ['one that stands for all of a gap closes it', [1, 9, [2, 8]], undefined],
    ['one that begins it stands for all of its numbers', [[3, 9], 4, 11], [10, 10]],
  ])('%s', (_why, messages, hole) => {
    const record = after(...messages);
    expect(record && missing(record)).toEqual(hole);
  });

  it.each<[why: string, before: Numbers[], numbers: Range, fresh: Ranges]>([
    ['nothing of a copy', [1, 2, 3], [2, 2], []],
    ['all of what is new', [1], [2, 9], [[2, 9]]],
    [
      'what came between left out',
      [1, 4, 6],
      [1, 8],
      [
        [2, 3],
        [5, 5],
        [7, 8],
      ],
    ],
    ['nothing of a summary of what came', [1, 2, 3, 4], [2, 4], []],
    ['all of what was before the first', [5], [2, 2], [[2, 2]]],
    [
      'all of the largest range there can be, at once',
      [1],
      [2, Number.MAX_SAFE_INTEGER],
      [[2, Number.MAX_SAFE_INTEGER]],
    ],
  ])('new is %s', (_why, before, numbers, fresh) => {
    expect(unseen(after(...before), 7, numbers)).toEqual(fresh);
  });

  it('begins anew with another journal', () => {
    const record = noted(after(1, 5), 8, [1, 1]);
    expect(unseen(record, 7, [1, 1])).toEqual([[1, 1]]);
    expect(missing(record)).toBeUndefined();
  });

  it('goes on behind what was given up', () => {
    const record = after(1, 4, [2, 3]);
    expect(record && through(record)).toBe(4);
  });

  it('in whatever order and however often they come, each number is new once, and in the end none is missing', () => {
    const messages = fc
      .array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 30 })
      .map((lengths) => {
        let last = 1;
        return lengths.map((length): Range => [last + 1, (last += length)]);
      })
      .chain((all) => fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }));
    fc.assert(
      fc.property(messages, (order) => {
        let record = noted(undefined, 7, [1, 1]);
        const fresh = new Map<number, number>();
        for (const numbers of [...order, ...order]) {
          for (const [from, to] of unseen(record, 7, numbers))
            for (let n = from; n <= to; n++) fresh.set(n, (fresh.get(n) ?? 0) + 1);
          record = noted(record, 7, numbers);
        }
        const last = Math.max(...order.map(([, to]) => to));
        expect([...fresh.values()]).toEqual(Array.from({ length: last - 1 }, () => 1));
        expect([missing(record), through(record)]).toEqual([undefined, last]);
      }),
    );
  });
});
