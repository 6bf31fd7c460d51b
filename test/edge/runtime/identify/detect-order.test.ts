import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Run } from '../../../../edge/bus/scan/readable-ranges.ts';
import {
  type Answer,
  detectOrder,
  type Interpretation,
  type Sighting,
} from '../../../../edge/runtime/identify/detect-order.ts';
import { shownNumber } from '../../../../edge/runtime/identify/shown-number.ts';

const run = (...words: number[]): readonly Run[] => [{ from: 'holding', at: 0, words }];
const sighting = (shown: string, ...words: number[]): Sighting => ({
  shown: shownNumber(shown),
  reads: [run(...words)],
});
const all = (answers: readonly Answer[]): readonly Interpretation[] =>
  answers.flatMap(({ best, same }) => [best, ...same]);

describe('the order detective', () => {
  it('puts the plain reading of a pressure transmitter first', () => {
    const [first] = detectOrder([sighting('0.421', 1, 3, 9, 3, 421)]);
    expect(first?.best).toEqual({ from: 'holding', at: 4, as: 'u16', decimals: 3 });
    expect(first?.same).toContainEqual({ from: 'holding', at: 4, as: 'i16', decimals: 3 });
    expect(first?.same).toContainEqual({ from: 'holding', at: 4, as: 'u16', decimals: { at: 3 } });
  });

  it('tells a decimals register from a fixed scale once it changes', () => {
    const answers = detectOrder([sighting('0.421', 1, 3, 9, 3, 421), sighting('42.2', 1, 3, 9, 1, 422)]);
    expect(answers).toHaveLength(1);
    expect(answers[0]?.best).toEqual({ from: 'holding', at: 4, as: 'u16', decimals: { at: 3 } });
  });

  it('finds a float with its words swapped, and what it reads as in other units', () => {
    const [first] = detectOrder([sighting('230.5', 0x8000, 0x4366)]);
    expect(first?.best).toEqual({ from: 'holding', at: 0, as: 'f32', order: 'CDAB', decimals: 0 });
    expect(all(detectOrder([sighting('0.2305', 0x4366, 0x8000)]))).toContainEqual({
      from: 'holding',
      at: 0,
      as: 'f32',
      order: 'ABCD',
      decimals: 3,
    });
  });

  it('takes any of several reads for the one that the dial showed', () => {
    const flickering: Sighting = { shown: shownNumber('0.421'), reads: [run(1, 420), run(1, 421), run(1, 423)] };
    expect(all(detectOrder([flickering]))).toContainEqual({ from: 'holding', at: 1, as: 'u16', decimals: 3 });
  });

  it('says nothing where nothing fits or nothing was read', () => {
    expect(detectOrder([sighting('0.421', 1, 2, 3)])).toEqual([]);
    expect(detectOrder([{ shown: shownNumber('1'), reads: [[]] }])).toEqual([]);
    expect(detectOrder([])).toEqual([]);
  });

  it('takes equal registers in different places for rivals, not for the same', () => {
    const answers = detectOrder([sighting('0.421', 9, 421, 9, 421)]);
    expect(answers.map(({ best }) => best.at)).toEqual([1, 3]);
    expect(detectOrder([sighting('0.421', 9, 421, 9, 421), sighting('0.5', 9, 421, 9, 500)])).toHaveLength(1);
  });

  it('makes nothing of zeros alone, and uses them beside other values', () => {
    expect(detectOrder([sighting('0.000', 0, 0, 0)])).toEqual([]);
    expect(detectOrder([sighting('0.000', 0, 7), sighting('0.421', 421, 421)])[0]?.best.at).toBe(0);
  });

  it('leaves nothing where two sightings contradict each other', () => {
    expect(detectOrder([sighting('0.421', 421), sighting('0.5', 421)])).toEqual([]);
  });

  it('takes no decimals from a register beyond the reach, nor from what is not read', () => {
    const far = detectOrder([sighting('0.421', 3, ...Array.from({ length: 9 }, () => 9_999), 421)]);
    expect(all(far).filter(({ decimals }) => typeof decimals === 'object')).toEqual([]);
  });
});

/** Bytes of a number, written apart from the product's decoder: a shared mistake would cancel itself out. */
function wordsOf(as: Interpretation['as'], order: string, raw: number): readonly number[] {
  const size = order.length;
  const bytes = Buffer.alloc(size);
  if (as === 'f32') bytes.writeFloatBE(raw);
  else if (as === 'f64') bytes.writeDoubleBE(raw);
  else if (as.startsWith('bcd')) bytes.write(String(raw).padStart(2 * size, '0'), 'hex');
  else if (size === 8) bytes.writeBigInt64BE(BigInt(raw));
  else if (raw < 0) bytes.writeIntBE(raw, 0, size);
  else bytes.writeUIntBE(raw, 0, size);
  const arrived = Buffer.from(Array.from(order, (letter) => bytes.readUInt8(letter.charCodeAt(0) - 65)));
  return Array.from({ length: size / 2 }, (_, i) => arrived.readUInt16BE(2 * i));
}

type Truth = { readonly as: Interpretation['as']; readonly order: string; readonly isSigned: boolean };
const orders: Readonly<Record<number, readonly string[]>> = {
  2: ['AB', 'BA'],
  4: ['ABCD', 'CDAB', 'BADC', 'DCBA'],
  8: ['ABCDEFGH', 'GHEFCDAB', 'BADCFEHG', 'HGFEDCBA'],
};
const sizes: readonly (readonly [Interpretation['as'], number, boolean])[] = [
  ['u16', 2, false],
  ['i16', 2, true],
  ['bcd16', 2, false],
  ['u32', 4, false],
  ['i32', 4, true],
  ['f32', 4, true],
  ['bcd32', 4, false],
  ['u64', 8, false],
  ['i64', 8, true],
  ['f64', 8, true],
];
const truths: readonly Truth[] = sizes.flatMap(([as, size, isSigned]) =>
  (orders[size] ?? []).map((order) => ({ as, order, isSigned })),
);

const length = 24;
/** Steps of the dial; at least three digits, as people can tell apart. */
const steps = fc.uniqueArray(fc.integer({ min: 100, max: 9_999 }), { minLength: 3, maxLength: 3 });
const noise = fc.array(fc.nat(65_535), { minLength: length, maxLength: length });
const scene = fc.record({
  truth: fc.constantFrom(...truths),
  steps,
  negative: fc.boolean(),
  decimals: fc.integer({ min: 0, max: 4 }),
  at: fc.integer({ min: 0, max: length - 4 }),
  noises: fc.tuple(noise, noise, noise),
});
type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;

/** What a device that holds its value in this way gives for three different values, among registers that hold anything. */
function sightingsOf({ truth, steps, negative, decimals, at, noises }: Scene): readonly Sighting[] {
  const sign = negative && truth.isSigned ? -1 : 1;
  const isFloat = truth.as.startsWith('f');
  return steps.map((step, i) => {
    const shown = `${sign < 0 ? '-' : ''}${(step / 10 ** decimals).toFixed(decimals)}`;
    const raw = isFloat ? Number(shown) : sign * step;
    const words = [...(noises[i] ?? [])];
    words.splice(at, truth.order.length / 2, ...wordsOf(truth.as, truth.order, raw));
    return sighting(shown, ...words);
  });
}

describe('for every type, order and scale', () => {
  const isTruth = (i: Interpretation, { truth, decimals, at }: Scene): boolean =>
    i.at === at &&
    i.as === truth.as &&
    (i.order ?? 'AB') === truth.order &&
    i.decimals === (truth.as.startsWith('f') ? 0 : decimals);

  it('the truth is always among the answers', () => {
    fc.assert(
      fc.property(scene, (s) => {
        expect(all(detectOrder(sightingsOf(s).slice(0, 1))).some((i) => isTruth(i, s))).toBe(true);
        expect(all(detectOrder(sightingsOf(s))).some((i) => isTruth(i, s))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('after three different values nothing is left that does not read the same registers', () => {
    fc.assert(
      fc.property(scene, (s) => {
        const end = s.at + s.truth.order.length / 2;
        for (const { at, order = 'AB' } of all(detectOrder(sightingsOf(s)))) {
          expect(at < end && at + order.length / 2 > s.at).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('after three different values a value of one word stands in the first answer', () => {
    fc.assert(
      fc.property(scene, (s) => {
        fc.pre(s.truth.order.length === 2);
        const [first] = detectOrder(sightingsOf(s));
        expect(first && [first.best, ...first.same].some((i) => isTruth(i, s))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
