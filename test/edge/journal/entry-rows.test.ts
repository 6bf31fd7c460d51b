import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { deflatedRows, plainRows } from '../../../edge/journal/entry-rows.ts';

const body = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.uint8Array({ maxLength: 10 }).map((some) => new Uint8Array(2_000).fill(some[0] ?? 0)),
);

it.each([
  ['plain', plainRows],
  ['deflated', deflatedRows],
])('%s rows give back what was put in, and no row of another entry or with a flipped bit', (_, rows) => {
  fc.assert(
    fc.property(body, fc.nat(), fc.nat(), fc.nat(), (bytes, seq, at, where) => {
      const row = rows.pack(seq, at, bytes);
      expect(rows.unpack(seq, at, row)).toEqual(new Uint8Array(bytes));
      expect(rows.unpack(seq + 1, at, row)).toBeUndefined();
      const bit = where % (row.length * 8);
      const flipped = row.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      expect(rows.unpack(seq, at, flipped)).toBeUndefined();
    }),
  );
});

it('rows of before there was deflating are read', () => {
  const bytes = new Uint8Array(500).fill(7);
  expect(deflatedRows.unpack(3, 4, plainRows.pack(3, 4, bytes))).toEqual(bytes);
});

it('what does not shrink is not deflated, what does is', () => {
  expect(deflatedRows.pack(1, 2, new Uint8Array(500)).length).toBeLessThan(50);
  expect(deflatedRows.pack(1, 2, Uint8Array.of(1, 2, 3))).toEqual(plainRows.pack(1, 2, Uint8Array.of(1, 2, 3)));
});
