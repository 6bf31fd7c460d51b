import { describe, expect, it } from 'vitest';
import { type GroupBounds, nextGroup } from '../../../../edge/journal/ageing/group.ts';
import type { RowHead } from '../../../../edge/journal/ageing/level-rows.ts';
import { millis, minutes, wallTime } from '../../../../sdk/model/time.ts';

/** One row a minute; each 100 bytes. */
const row = (seq: number, level = 0): RowHead => ({ first: seq, seq, at: wallTime(seq * 60_000), level, bytes: 100 });
const rows = (from: number, to: number, level = 0): readonly RowHead[] =>
  Array.from({ length: to - from + 1 }, (_, i) => row(from + i, level));
const bounds: GroupBounds = {
  level: 0,
  bytes: 10_000,
  rows: 50,
  span: minutes(15),
  least: minutes(3),
  open: minutes(15),
  divide: () => false,
};
const seqs = (heads: readonly RowHead[], more: Partial<GroupBounds> = {}) => {
  const { rows: found, from } = nextGroup(heads, 0, { ...bounds, ...more });
  return found.length === 0 ? from : [found[0]?.seq, found.at(-1)?.seq];
};

describe('what is summed up together', () => {
  it('is a quarter of an hour, or as many bytes or rows as one step may have', () => {
    expect(seqs(rows(1, 40))).toEqual([1, 16]);
    expect(seqs(rows(1, 40), { bytes: 500 })).toEqual([1, 5]);
    expect(seqs(rows(1, 40), { rows: 7 })).toEqual([1, 7]);
  });
  it('is nothing as long as more may come', () => {
    expect(seqs(rows(3, 12))).toBe(2);
    expect(seqs(rows(3, 12), { open: millis(0) })).toEqual([3, 12]);
  });
  it('ends where rows of another kind or missing numbers do not let it go on', () => {
    expect(seqs([...rows(1, 4), row(5, 3), ...rows(6, 40)])).toEqual([1, 4]);
    expect(seqs([...rows(1, 4), ...rows(6, 40)])).toEqual([1, 4]);
    expect(seqs([row(1), row(2, 3), ...rows(3, 40)])).toEqual([3, 18]); // one alone gains nothing
    expect(seqs(rows(1, 9, 1))).toBe(9);
  });
  it('does not reach over where a destination stands, and leaves out what that makes too short', () => {
    const at = (cursor: number) => ({ divide: (first: number, last: number) => first <= cursor && cursor < last });
    expect(seqs(rows(1, 40), at(10))).toEqual([1, 10]);
    expect(seqs(rows(1, 40), at(2))).toEqual([3, 18]);
    expect(seqs(rows(1, 12), at(2))).toBe(0); // the destination may move on
  });
  it('passes over what a destination was just handed', () => {
    const handed = { divide: (first: number, last: number) => first <= 6 && last > 2 };
    expect(seqs(rows(1, 40), handed)).toEqual([7, 22]);
    expect(seqs(rows(1, 10), handed)).toBe(0);
  });
});
