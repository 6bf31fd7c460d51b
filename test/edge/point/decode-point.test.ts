import { describe, expect, it } from 'vitest';
import { differs, pointDecoder, widthOf } from '../../../edge/point/decode-point.ts';
import type { PointValue } from '../../../sdk/model/point.ts';
import type { NumberPoint, PointSpec } from '../../../sdk/model/profile.ts';
import { monoTime } from '../../../sdk/model/time.ts';

const at = monoTime(7);
const number = (spec: Partial<NumberPoint> & Pick<NumberPoint, 'as'>): NumberPoint => ({
  from: 'holding',
  at: 0,
  unit: '1',
  resolution: 1,
  range: [-1e12, 1e12],
  ...spec,
});
const decode = (spec: PointSpec, words: readonly number[], decimals?: number): PointValue =>
  pointDecoder(spec, { toMegapascal: 0.001 })(words, 0, at, decimals);
const good = (value: number | boolean | string): PointValue => ({ quality: 'good', at, value });
const lost = (why: 'device-marker' | 'bad-reply'): PointValue => ({ quality: 'lost', at, why });

describe('numbers', () => {
  it.each<[as: NumberPoint['as'], words: number[], value: number]>([
    ['u16', [0], 0],
    ['u16', [0xffff], 65_535],
    ['i16', [0x7fff], 32_767],
    ['i16', [0x8000], -32_768],
    ['i16', [0xffff], -1],
    ['u32', [0xffff, 0xffff], 4_294_967_295],
    ['i32', [0xffff, 0xffff], -1],
    ['i32', [0x8000, 0x0000], -2_147_483_648],
    ['f32', [0x4366, 0x0000], 230],
    ['f32', [0xc2c8, 0x0000], -100],
  ])('%s %j is %d', (as, words, value) => expect(decode(number({ as }), words)).toEqual(good(value)));

  it.each([
    ['ABCD', [0x1234, 0x5678]],
    ['CDAB', [0x5678, 0x1234]],
    ['BADC', [0x3412, 0x7856]],
    ['DCBA', [0x7856, 0x3412]],
  ] as const)('%s words come out as 0x12345678', (order, words) => {
    expect(decode(number({ as: 'u32', order }), words)).toEqual(good(0x1234_5678));
    expect(decode(number({ as: 'i32', order }), words)).toEqual(good(0x1234_5678));
  });

  it.each([
    ['ABCD', [0x42f6, 0xe979]],
    ['CDAB', [0xe979, 0x42f6]],
    ['BADC', [0xf642, 0x79e9]],
    ['DCBA', [0x79e9, 0xf642]],
  ] as const)('a float in %s is 123.456', (order, words) => {
    expect(decode(number({ as: 'f32', order }), words)).toEqual(good(Math.fround(123.456)));
  });

  it('takes its words from where the point begins', () => {
    expect(pointDecoder(number({ as: 'u32' }), {})([9, 0, 5, 9], 1, at)).toEqual(good(5));
  });

  it('takes 32-bit values from two words and others from one', () => {
    expect((['u16', 'i16', 'u32', 'i32', 'f32'] as const).map((as) => widthOf(number({ as })))).toEqual([
      1, 1, 2, 2, 2,
    ]);
    expect(widthOf({ from: 'coil', at: 0, as: 'bool' })).toBe(1);
  });
});

describe('scale', () => {
  const kilopascal = number({ as: 'i16', unit: 'MPa', scale: 'toMegapascal', decimals: 3, range: [-0.1, 6] });

  it.each<[raw: number, decimals: number | undefined, value: number]>([
    [4_210, 1, 0.421],
    [4_210, undefined, 4.21],
    [421, 0, 0.421],
    [4_210, 2, 0.0421],
    [4_210, 3, 0.004_21],
    [4_210, 4, 0.000_421],
    [0xffff, 0, -0.001],
  ])('%d with %d decimals of kPa is exactly %d MPa', (raw, decimals, value) => {
    expect(decode(kilopascal, [raw], decimals)).toEqual(good(value));
  });

  it.each([5, 255, -1, 1.5, Number.NaN])(
    '%d decimals are no number of decimals: no value rather than a wrong one',
    (decimals) => {
      expect(decode(kilopascal, [4_210], decimals)).toEqual(lost('bad-reply'));
    },
  );

  it('multiplies where no whole divisor says the same', () => {
    expect(decode(number({ as: 'u16', scale: 60 }), [2])).toEqual(good(120));
    expect(decode(number({ as: 'u16', scale: 0.3 }), [10])).toEqual(good(3));
    expect(decode(number({ as: 'i16', scale: -1 }), [10])).toEqual(good(-10));
  });

  it('refuses a scale by a setting that is not there, instead of guessing 1', () => {
    expect(() => pointDecoder(number({ as: 'u16', scale: 'gain' }), {})).toThrow(
      expect.objectContaining({ code: 'CONFIG', message: expect.stringContaining('“gain”') }),
    );
  });
});

describe('no value, or one not to be acted on', () => {
  const meter = number({ as: 'u16', range: [10, 20], lostMarkers: [0x7fff, 0xffff] });

  it.each<[why: string, spec: NumberPoint, words: number[]]>([
    ['the first marker of the device', meter, [0x7fff]],
    ['the second marker of the device', meter, [0xffff]],
    ['a float that is not a number', number({ as: 'f32' }), [0x7fc0, 0]],
    ['an infinite float', number({ as: 'f32' }), [0x7f80, 0]],
    ['a minus infinite float', number({ as: 'f32' }), [0xff80, 0]],
  ])('%s is a loss, not a value', (_, spec, words) => expect(decode(spec, words)).toEqual(lost('device-marker')));

  it.each<[value: number, quality: string]>([
    [9, 'doubtful'],
    [10, 'good'],
    [20, 'good'],
    [21, 'doubtful'],
  ])('%d in a range from 10 to 20 is %s', (value, quality) => {
    const expected = quality === 'good' ? good(value) : { quality, at, value, why: 'out-of-range' };
    expect(decode(meter, [value])).toEqual(expected);
  });

  it.each<[what: string, spec: PointSpec, words: number[]]>([
    ['a number', meter, []],
    ['half a 32-bit number', number({ as: 'u32' }), [1]],
    ['a choice', { from: 'holding', at: 0, as: 'choice', of: { 0: 'normal' } }, []],
    ['a bit', { from: 'discrete', at: 0, as: 'bool' }, []],
  ])('%s whose words did not arrive is lost, and not read as 0', (_, spec, words) => {
    expect(decode(spec, words)).toEqual(lost('bad-reply'));
  });
});

describe('choices and bits', () => {
  const status = { from: 'holding', at: 0, as: 'choice', of: { 0: 'normal', 1: 'smoke', 65535: 'off' } } as const;

  it.each([
    [0, 'normal'],
    [1, 'smoke'],
    [65_535, 'off'],
  ])('code %d is %s', (code, name) => expect(decode(status, [code])).toEqual(good(name)));

  it('a code that the profile does not know is doubtful, and never normal', () => {
    expect(decode(status, [2])).toEqual({ quality: 'doubtful', at, value: 'code 2', why: 'unknown-code' });
  });

  it.each([
    [1, true],
    [0, false],
  ])('bit %d is %s', (bit, value) => {
    expect(decode({ from: 'discrete', at: 0, as: 'bool' }, [bit])).toEqual(good(value));
  });
});

describe('differs', () => {
  const spec = number({ as: 'u16', unit: 'MPa', resolution: 0.01 });
  const out = (value: number): PointValue => ({ quality: 'doubtful', at, value, why: 'out-of-range' });

  it.each<[why: string, before: PointValue | undefined, now: PointValue, told: boolean]>([
    ['the first value', undefined, good(1), true],
    ['the same value', good(0.42), good(0.42), false],
    ['less than half a step', good(0.42), good(0.424), false],
    ['one step', good(0.42), good(0.43), true],
    ['good to doubtful', good(7), out(7), true],
    ['doubtful to good', out(7), good(7), true],
    ['another doubt of the same value', out(7), { quality: 'doubtful', at, value: 7, why: 'unconfirmed' }, true],
    ['the same doubt', out(7), out(7), false],
    ['lost', good(7), { quality: 'lost', at, why: 'timeout' }, true],
    ['lost as before', { quality: 'lost', at, why: 'timeout' }, { quality: 'lost', at, why: 'timeout' }, false],
    ['lost otherwise', { quality: 'lost', at, why: 'timeout' }, { quality: 'lost', at, why: 'bad-crc' }, true],
    ['back again', { quality: 'lost', at, why: 'timeout' }, good(7), true],
  ])('%s', (_, before, now, told) => expect(differs(spec, before, now)).toBe(told));

  it('a bit or a choice differs by what it is', () => {
    const bit = { from: 'coil', at: 0, as: 'bool' } as const;
    expect([differs(bit, good(true), good(true)), differs(bit, good(true), good(false))]).toEqual([false, true]);
  });
});
