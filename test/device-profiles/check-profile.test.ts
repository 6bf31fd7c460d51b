import { describe, expect, it } from 'vitest';
import { checkProfile } from '../../device-profiles/check-profile.ts';
import { fc20Zone } from '../../device-profiles/siemens/fc20.ts';
import type { NumberPoint, PointSpec, ProfileSpec } from '../../sdk/model/profile.ts';

const pump: ProfileSpec = {
  id: 'acme/pump',
  name: { en: 'Pump', zh: '水泵' },
  source: 'invented for this test',
  points: { flow: word({ at: 10 }) },
  pollMs: 1_000,
  silenceMs: 10_000,
};

function word(spec: Partial<NumberPoint>): NumberPoint {
  return { from: 'holding', at: 0, as: 'u16', unit: '%', resolution: 1, range: [0, 100], ...spec };
}

const withPoints = (points: Record<string, PointSpec>, more: Partial<ProfileSpec> = {}): ProfileSpec => ({
  ...pump,
  points,
  ...more,
});
const messages = (profile: ProfileSpec): string[] => checkProfile(profile).map(({ message }) => message);
const flag = (at: number, bit: number): PointSpec => ({ from: 'holding', at, as: 'bool', bit });
const choice = (at: number): PointSpec => ({ from: 'holding', at, as: 'choice', of: { 0: 'off', 1: 'on' } });
const level = { default: 5, min: 0, max: 10, help: 'a level of this test' };

it('a problem names the profile and the part, says what and what to do', () => {
  expect(checkProfile(withPoints({ flow: word({ at: 65_535, as: 'f32' }) }))).toEqual([
    {
      profile: 'acme/pump',
      part: 'point “flow”',
      message:
        'profile “acme/pump”, point “flow”: holding 65535–65536 is not made of whole numbers within 0–65535; addresses are zero-based, 40001 is 0',
    },
  ]);
});

it.each<[what: string, spec: PointSpec, message: RegExp]>([
  ['an address below 0', word({ at: -1 }), /holding -1 is not made of whole numbers within/],
  ['an address between registers', word({ at: [0.5] }), /holding 0.5 is not made of whole numbers within/],
  [
    'a value that ends beyond the last register',
    word({ at: 65_533, as: 'u64' }),
    /65533–65536 is not made of whole numbers within/,
  ],
  ['an order of too few bytes', word({ as: 'u32', order: 'BA' }), /order BA does not order the bytes ABCD of a u32/],
  ['an order of too many bytes', word({ as: 'u16', order: 'ABCD' }), /order ABCD does not order the bytes AB of a u16/],
  ['bits beyond 15', word({ bits: [8, 16] }), /bits 8–16 are no field/],
  ['bits the wrong way round', word({ bits: [7, 0] }), /bits 7–0 are no field.*\[lowest, highest\]/],
  ['bits of a signed number', word({ as: 'i16', bits: [0, 7] }), /bits 0–7 are no field of one u16/],
  ['bit 16', flag(0, 16), /bit 16 is not one of a register’s 0–15/],
  ['a range the wrong way round', word({ range: [100, 0] }), /range 100 to 0 holds nothing/],
  ['no resolution', word({ resolution: 0 }), /resolution 0 is no step/],
  [
    'a negative marker',
    word({ as: 'i16', lostMarkers: [-32_768] }),
    /marker -32768 never comes.*unsigned number, 0–65535/,
  ],
  ['a marker wider than the value', word({ lostMarkers: [0xffff_ffff] }), /marker 4294967295 never comes/],
  ['decimals that are the value', word({ at: 4, decimals: 4 }), /its decimals register 4 is the value itself/],
  ['decimals within the value', word({ at: 4, as: 'f32', decimals: 5 }), /its decimals register 5 is the value itself/],
  [
    'decimals beyond the last register',
    word({ decimals: 65_536 }),
    /holding 65536 is not made of whole numbers within/,
  ],
  ['a slower period that is none', word({ everyMs: 1_000 }), /everyMs 1000 is not slower.*pollMs 1000; leave it out/],
  ['a setting of an address that is not there', word({ at: ['start', 1] }), /it uses a setting “start”.*declare it/],
  ['a setting of a product that is not there', word({ at: [['slot', 4]] }), /it uses a setting “slot”/],
  ['a setting of a scale that is not there', word({ scale: 'gain' }), /it uses a setting “gain”/],
  ['a setting of decimals that is not there', word({ at: 9, decimals: ['dp'] }), /it uses a setting “dp”/],
])('%s is told', (_, spec, message) => {
  expect(messages(withPoints({ flow: spec }))).toEqual([expect.stringMatching(message)]);
});

describe('points on the same registers', () => {
  it.each<[what: string, points: Record<string, PointSpec>]>([
    ['as other types', { a: word({ at: 4 }), b: word({ at: 4, as: 'i16' }) }],
    ['as a number and as a choice', { a: word({ at: 4 }), b: choice(4) }],
    ['as a number and as a flag of it', { a: word({ at: 4 }), b: flag(4, 0) }],
    ['a float and its lower half', { a: word({ at: 4, as: 'f32' }), b: word({ at: 5 }) }],
    ['two floats that are one apart', { a: word({ at: 4, as: 'f32' }), b: word({ at: 5, as: 'f32' }) }],
    ['in other orders', { a: word({ at: 4, as: 'u32' }), b: word({ at: 4, as: 'u32', order: 'CDAB' }) }],
    ['a text and a number in it', { a: { from: 'holding', at: 0, as: 'text', words: 8 }, b: word({ at: 7 }) }],
  ])('%s contradict each other', (_, points) => {
    expect(messages(withPoints(points))).toEqual([expect.stringMatching(/point “a”: .* contradicts point “b”/)]);
  });

  it.each<[what: string, points: Record<string, PointSpec>]>([
    ['flags of one word', { a: flag(4, 0), b: flag(4, 1) }],
    ['a flag and a field of one word', { a: flag(4, 15), b: word({ at: 4, bits: [0, 7] }) }],
    ['the same in two units', { a: word({ at: 4 }), b: word({ at: 4, scale: 0.1 }) }],
    ['neighbours', { a: word({ at: 4, as: 'f32' }), b: word({ at: 6 }) }],
    ['of another table', { a: word({ at: 4 }), b: word({ at: 4, as: 'f32', from: 'input' }) }],
    ['one decimals register of two', { a: word({ at: 4, decimals: 3 }), b: word({ at: 5, decimals: 3 }) }],
    ['a decimals register that is also shown', { a: word({ at: 4, decimals: 3 }), b: word({ at: 3 }) }],
  ])('%s do not', (_, points) => expect(messages(withPoints(points))).toEqual([]));

  it('a decimals register in the middle of a float is told', () => {
    expect(messages(withPoints({ a: word({ at: 4, decimals: 3 }), b: word({ at: 2, as: 'f32' }) }))).toEqual([
      expect.stringMatching(/point “a”: its decimals register 3 is a part of point “b”/),
    ]);
  });

  it('depend on the settings of a site', () => {
    const slots = withPoints(
      { a: word({ at: ['first'] }), b: choice(4) },
      { settings: { first: { ...level, help: 'first register' } } },
    );
    expect(checkProfile(slots)).toEqual([]);
    expect(checkProfile(slots, { first: 4 })).toHaveLength(1);
  });
});

describe('what can never be read', () => {
  it('a value wider than the largest block', () => {
    expect(messages(withPoints({ flow: word({ as: 'f64' }) }, { maxBlock: 2 }))).toEqual([
      expect.stringMatching(/it takes 4, but one request brings at most 2/),
    ]);
    expect(messages(withPoints({ name: { from: 'input', at: 0, as: 'text', words: 126 } }))).toEqual([
      expect.stringMatching(/at most 125/),
    ]);
  });

  const forbidden = [{ from: 'holding', at: 100, count: 10, why: 'resets the device' }] as const;
  it.each<[what: string, spec: PointSpec]>([
    ['a point in a forbidden range', word({ at: 105 })],
    ['a point that reaches into it', word({ at: 99, as: 'f32' })],
    ['decimals in it', word({ at: 1, decimals: 109 })],
  ])('%s', (_, spec) => {
    expect(messages(withPoints({ flow: spec }, { forbidden }))).toEqual([
      expect.stringMatching(/must not be read \(resets the device\); drop it or correct/),
    ]);
  });

  it('registers beside a forbidden range can, and those of another table', () => {
    const points = { a: word({ at: 99 }), b: word({ at: 110 }), c: word({ at: 105, from: 'input' }) };
    expect(messages(withPoints(points, { forbidden }))).toEqual([]);
  });

  it('identity registers in a forbidden range, or beyond the last', () => {
    const identification = {
      certain: [{ from: 'holding', at: 108, words: [1] }],
      plausible: [{ from: 'input', at: 65_535, words: [1, 2] }],
    } as const;
    expect(messages({ ...pump, forbidden, identification })).toEqual([
      expect.stringMatching(/identification: holding 108 must not be read/),
      expect.stringMatching(/identification: input 65535–65536 is not made of whole numbers within/),
    ]);
  });

  it('a forbidden range that is none', () => {
    expect(messages({ ...pump, forbidden: [{ ...forbidden[0], at: 65_530 }] })).toEqual([
      expect.stringMatching(/forbidden range: holding 65530–65539 is not made of whole numbers within/),
    ]);
  });
});

describe('conditions and settings', () => {
  const low = { kind: 'fault', point: 'flow', when: { below: 5, deadband: 1 }, source: 'this test' } as const;
  const delays = { onDelayMs: 0, offDelayMs: 0 } as const;

  it.each<[what: string, condition: object, message: RegExp]>([
    ['a point that is not there', { point: 'flaw' }, /there is no point “flaw”; name one of flow, mode, on, slow/],
    ['a limit that is not declared', { when: { above: 'high', deadband: 0 } }, /it uses a setting “high”/],
    ['a delay that is not declared', { onDelayMs: 'hold' }, /it uses a setting “hold”/],
    ['a limit of a bit', { point: 'on' }, /its point is no number and has no limit; use “is”/],
    [
      'a choice that is none',
      { point: 'mode', when: { is: ['on', 'auto'] } },
      /its point is never “auto”; it is one of its choices: /,
    ],
    ['a point that is read slowly', { point: 'slow' }, /point “slow” raises an alarm and must not be read more slowly/],
  ])('%s is told', (_, condition, message) => {
    const points = { flow: word({}), mode: choice(1), on: flag(2, 0), slow: word({ at: 9, everyMs: 60_000 }) };
    const profile = withPoints(points, { conditions: { low: { ...low, ...delays, ...condition } } });
    expect(messages(profile)).toEqual([expect.stringMatching(message)]);
    expect(checkProfile(profile)[0]?.part).toBe('condition “low”');
  });

  it('a default that its own limits refuse, and limits the wrong way round', () => {
    expect(messages({ ...pump, settings: { level: { ...level, default: 11 } } })).toEqual([
      expect.stringMatching(/setting “level”: its default 11 is not within 0–10/),
    ]);
    expect(messages({ ...pump, settings: { level: { ...level, min: 5, max: 4 } } })).toContainEqual(
      expect.stringMatching(/its “min” is above its “max”/),
    );
  });

  it('settings that are used everywhere they may be are no problem', () => {
    const settings = { at: level, scale: level, limit: level, hold: level };
    const points = { flow: word({ at: ['at'], decimals: [['at', 2]], scale: 'scale' }) };
    const when = { below: 'limit', deadband: 0 };
    const conditions = { low: { ...low, when, onDelayMs: 'hold', offDelayMs: 'hold' } };
    expect(messages(withPoints(points, { settings, conditions }))).toEqual([]);
  });
});

it('an address that a site puts beyond the last register is told', () => {
  expect(checkProfile(fc20Zone, { tableAt: 65_000, index: 1_000 })[0]?.message).toMatch(
    /profile “siemens\/fc20-zone”, point “alarm”: input 66000 is not made of whole numbers within/,
  );
});
