import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BatchRecord, givenUp, has, missing, noted } from '../../../sdk/client/batch-record.ts';

const after = (...seqs: number[]): BatchRecord | undefined =>
  seqs.reduce<BatchRecord | undefined>((record, seq) => noted(record, 7, seq), undefined);

describe('the record of batches', () => {
  it.each<[why: string, seqs: number[], gap: { from: number; to: number } | undefined]>([
    ['the first batch heard of begins it', [9], undefined],
    ['in order nothing is missing', [1, 2, 3], undefined],
    ['a jump is a gap', [1, 4], { from: 2, to: 3 }],
    ['the oldest gap is told first', [1, 3, 5], { from: 2, to: 2 }],
    ['a gap that fills up is none', [1, 3, 2], undefined],
    ['what was before the first does not count', [5, 2, 6], undefined],
  ])('%s', (_why, seqs, gap) => {
    const record = after(...seqs);
    expect(record && missing(record)).toEqual(gap);
  });

  it('begins anew with another journal', () => {
    const record = noted(after(1, 5), 8, 1);
    expect(has(record, 7, 1)).toBe(false);
    expect(missing(record)).toBeUndefined();
  });

  it('goes on behind what was given up', () => {
    const record = after(1, 4);
    expect(record && givenUp(record, 3)).toMatchObject({ through: 4 });
  });

  it('in whatever order and however often they come, each is new once, and in the end none is missing', () => {
    const shuffled = fc.integer({ min: 1, max: 40 }).chain((n) =>
      fc.shuffledSubarray(
        Array.from({ length: n }, (_, i) => i + 2),
        { minLength: n, maxLength: n },
      ),
    );
    fc.assert(
      fc.property(shuffled, (order) => {
        let record = noted(undefined, 7, 1);
        let fresh = 0;
        for (const seq of [...order, ...order]) {
          if (!has(record, 7, seq)) fresh++;
          record = noted(record, 7, seq);
        }
        expect(fresh).toBe(order.length);
        expect(missing(record)).toBeUndefined();
      }),
    );
  });
});
