import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packSamples, unpackSamples } from '../../../../edge/journal/history/pack.ts';
import { hourMs, type Sample } from '../../../../edge/journal/history/sample.ts';

const hour = 490_000;

const samplesOf = (value: fc.Arbitrary<Sample['value']>): fc.Arbitrary<readonly Sample[]> =>
  fc
    .array(fc.tuple(fc.integer({ min: 0, max: hourMs - 1 }), fc.constantFrom(0, 0, 0, 1, 3, 16, 21), value), {
      maxLength: 60,
    })
    .map((rows) =>
      rows
        .map(([ms, code, value]): Sample => ({ at: hour * hourMs + ms, code, value: code >= 16 ? null : value }))
        .toSorted((a, b) => a.at - b.at),
    );

describe('an hour of a point', () => {
  it.each<[what: string, value: fc.Arbitrary<Sample['value']>, step: number | undefined]>([
    ['steps of a resolution', fc.integer({ min: -60_000, max: 60_000 }).map((n) => n / 1_000), 0.001],
    ['steps beside numbers that are none', fc.double({ noNaN: true, noDefaultInfinity: true }), 0.001],
    ['any numbers', fc.double({ noNaN: true, noDefaultInfinity: true }), undefined],
    ['very large whole numbers', fc.maxSafeInteger(), 1],
    ['contacts', fc.boolean(), undefined],
    ['choices and texts', fc.oneof(fc.constantFrom('normal', 'smoke', '火警'), fc.string()), undefined],
    ['everything at once', fc.oneof(fc.boolean(), fc.string(), fc.integer()), 0.5],
  ])('of %s comes back to the last bit', (_what, value, step) => {
    fc.assert(
      fc.property(samplesOf(value), (samples) => {
        const plain = samples.map((s) => ({ ...s, value: Object.is(s.value, -0) ? 0 : s.value }));
        expect(unpackSamples(hour, packSamples(hour, plain, step))).toEqual(plain);
      }),
    );
  });

  it('at ten seconds takes some two bytes a sample', () => {
    const samples = Array.from({ length: 360 }, (_, i): Sample => {
      const at = hour * hourMs + i * 10_000 + ((i * 7) % 13);
      return { at, code: 0, value: (420 + ((i * 5) % 7)) / 1_000 };
    });
    expect(packSamples(hour, samples, 0.001).length / samples.length).toBeLessThan(2.5);
  });

  it('of a later version, or cut off, is refused', () => {
    const body = packSamples(hour, [{ at: hour * hourMs, code: 0, value: 1 }], 1);
    expect(() => unpackSamples(hour, body.subarray(0, 3))).toThrow();
    expect(() => unpackSamples(hour, Uint8Array.of(0x63, 0, 0))).toThrow();
  });
});
