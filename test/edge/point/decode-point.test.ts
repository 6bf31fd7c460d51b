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

  it.each<[as: NumberPoint['as'], width: number]>([
    ['u16', 1],
    ['i16', 1],
    ['bcd16', 1],
    ['u32', 2],
    ['i32', 2],
    ['f32', 2],
    ['bcd32', 2],
    ['u64', 4],
    ['i64', 4],
    ['f64', 4],
  ])('a %s takes %i registers', (as, width) => expect(widthOf(number({ as }))).toBe(width));

  it('a bit, a flag and a choice take one, a text as many as it says', () => {
    expect([
      widthOf({ from: 'coil', at: 0, as: 'bool' }),
      widthOf({ from: 'input', at: 0, as: 'bool', bit: 3 }),
      widthOf({ from: 'input', at: 0, as: 'choice', of: {} }),
      widthOf({ from: 'input', at: 0, as: 'text', words: 8 }),
    ]).toEqual([1, 1, 1, 8]);
  });

  it.each<[bits: readonly [number, number], value: number]>([
    [[0, 7], 0x34],
    [[8, 15], 0x12],
    [[0, 15], 0x1234],
    [[12, 12], 1],
    [[15, 15], 0],
  ])('bits %j of 0x1234 are %i', (bits, value) => {
    expect(decode(number({ as: 'u16', bits }), [0x1234])).toEqual(good(value));
  });

  it('a field is taken from the word as its order says', () => {
    expect(decode(number({ as: 'u16', order: 'BA', bits: [0, 7] }), [0x1234])).toEqual(good(0x12));
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
    ['a double that is not a number', number({ as: 'f64' }), [0x7ff8, 0, 0, 0]],
    ['a marker of a signed number', number({ as: 'i16', lostMarkers: [0x8000] }), [0x8000]],
    ['a marker of 32 bits', number({ as: 'u32', lostMarkers: [0xffff_ffff] }), [0xffff, 0xffff]],
    ['a marker of swapped words', number({ as: 'i32', order: 'CDAB', lostMarkers: [0x8000_0000] }), [0, 0x8000]],
    ['a marker that is a float', number({ as: 'f32', lostMarkers: [0x7f7f_ffff] }), [0x7f7f, 0xffff]],
    ['a marker of 64 bits', number({ as: 'u64', lostMarkers: [2 ** 64] }), [0xffff, 0xffff, 0xffff, 0xffff]],
    ['a marker of decimal digits', number({ as: 'bcd16', lostMarkers: [0xffff] }), [0xffff]],
    ['a marker of a field', number({ as: 'u16', bits: [8, 15], lostMarkers: [0xff] }), [0xff01]],
  ])('%s is a loss, not a value', (_, spec, words) => expect(decode(spec, words)).toEqual(lost('device-marker')));

  it('a marker is the whole value: its upper word alone is none', () => {
    expect(decode(number({ as: 'u32', lostMarkers: [0xffff_ffff] }), [0xffff, 0])).toEqual(good(0xffff_0000));
  });

  it.each([
    ['bcd16', [0x12a4]],
    ['bcd16', [0xffff]],
    ['bcd32', [0x1234, 0x567f]],
  ] as const)('%s %j has a digit beyond 9: damage, and no value', (as, words) => {
    expect(decode(number({ as }), words)).toEqual(lost('bad-reply'));
  });

  const wide = { range: [-1e20, 1e20] } as const;
  it.each<[as: 'u64' | 'i64', words: number[], value: number, quality: string]>([
    ['u64', [0x001f, 0xffff, 0xffff, 0xffff], 2 ** 53 - 1, 'good'],
    ['u64', [0x0020, 0, 0, 0], 2 ** 53, 'doubtful'],
    ['u64', [0xffff, 0xffff, 0xffff, 0xffff], 2 ** 64, 'doubtful'],
    ['i64', [0xffff, 0xffff, 0xffff, 0xffff], -1, 'good'],
    ['i64', [0xffe0, 0, 0, 1], 1 - 2 ** 53, 'good'],
    ['i64', [0xffe0, 0, 0, 0], -(2 ** 53), 'doubtful'],
    ['i64', [0x8000, 0, 0, 0], -(2 ** 63), 'doubtful'],
  ])('%s %j is %d, %s: beyond 2^53 neighbours look alike', (as, words, value, quality) => {
    const doubt = { quality: 'doubtful', at, value, why: 'out-of-range' };
    expect(decode(number({ as, ...wide }), words)).toEqual(quality === 'good' ? good(value) : doubt);
  });

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
    ['three quarters of a 64-bit number', number({ as: 'f64' }), [1, 2, 3]],
    ['a bit', { from: 'discrete', at: 0, as: 'bool' }, []],
    ['a flag', { from: 'input', at: 0, as: 'bool', bit: 0 }, []],
    ['half a text', { from: 'input', at: 0, as: 'text', words: 2 }, [0x4142]],
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

describe('parts of words', () => {
  it.each([
    [0, [0x0001], true],
    [0, [0xfffe], false],
    [15, [0x8000], true],
    [15, [0x7fff], false],
  ])('flag %i of %j is %s', (bit, words, value) => {
    expect(decode({ from: 'holding', at: 0, as: 'bool', bit }, words)).toEqual(good(value));
  });

  it('a choice of bits sees no others', () => {
    const state = { from: 'holding', at: 0, as: 'choice', bits: [2, 3], of: { 0: 'normal', 2: 'broken' } } as const;
    expect(decode(state, [0b1111_0011])).toEqual(good('normal'));
    expect(decode(state, [0b0000_1000])).toEqual(good('broken'));
    expect(decode(state, [0b0000_0100])).toMatchObject({ quality: 'doubtful', value: 'code 1', why: 'unknown-code' });
  });
});

describe('text', () => {
  const text = (words: number, order?: 'AB' | 'BA') =>
    ({ from: 'input', at: 0, as: 'text', words, ...(order && { order }) }) as const;

  it.each<[what: string, spec: PointSpec, words: number[], value: string]>([
    ['two characters a register', text(2), [0x4b51, 0x2d37], 'KQ-7'],
    ['swapped characters', text(2, 'BA'), [0x514b, 0x372d], 'KQ-7'],
    ['up to the first NUL', text(3), [0x4b51, 0x0058, 0x5858], 'KQ'],
    ['a swapped one up to the first NUL', text(2, 'BA'), [0x004b, 0x5858], 'K'],
    ['without trailing blanks', text(2), [0x4b20, 0x2020], 'K'],
    ['nothing', text(2), [0, 0], ''],
  ])('%s', (_, spec, words, value) => expect(decode(spec, words)).toEqual(good(value)));

  it.each([[[0x4b0a]], [[0x7f4b]], [[0xffff]], [[0xc4e3]]])('%j is no printable text, and no value', (words) => {
    expect(decode(text(1), words)).toEqual(lost('bad-reply'));
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

  it('a bit, a choice or a text differs by what it is', () => {
    const bit = { from: 'coil', at: 0, as: 'bool' } as const;
    expect([differs(bit, good(true), good(true)), differs(bit, good(true), good(false))]).toEqual([false, true]);
    const text = { from: 'input', at: 0, as: 'text', words: 4 } as const;
    expect([differs(text, good('1.0'), good('1.0')), differs(text, good('1.0'), good('1.1'))]).toEqual([false, true]);
  });
});
