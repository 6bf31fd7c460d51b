import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Heard } from '../../../../edge/bus/scan/ask-unit.ts';
import { identify, trusted } from '../../../../edge/runtime/identify/identify.ts';
import type { Identification, IdentityCheck, ProfileSpec } from '../../../../sdk/model/profile.ts';

const profile = (name: string, identification?: Identification, unverified?: string): ProfileSpec => ({
  id: `test/${name}`,
  name: { en: name, zh: name },
  source: 'made up for this test',
  points: {},
  pollMs: 1_000,
  silenceMs: 10_000,
  ...(identification && { identification }),
  ...(unverified === undefined ? {} : { unverified }),
});
const check = (at: number, ...words: IdentityCheck['words']): IdentityCheck => ({ from: 'holding', at, words });
/** A device with these holding registers; others are refused. */
const device =
  (registers: Readonly<Record<number, number>>) =>
  ({ at, words }: IdentityCheck): Heard => {
    const found = words.map((_, i) => registers[at + i]);
    return found.every((word) => word !== undefined)
      ? { kind: 'words', words: found }
      : { kind: 'refused', exception: 2 };
  };

describe('who a device may be', () => {
  it('is certain by registers that no other model has', () => {
    const sensor = profile('sensor', { certain: [check(0, 3, 16)] });
    const other = profile('other', { certain: [check(0, 4, 16)], plausible: [check(1, 16)] });
    const [best, ...rest] = identify([other, sensor], 13, device({ 0: 3, 1: 16 }));
    expect(best).toMatchObject({ profile: sensor, by: 'register', evidence: ['holding 0 = 3', 'holding 1 = 16'] });
    expect(best?.confidence).toBeGreaterThanOrEqual(trusted);
    expect(rest).toEqual([]); // what other would be certain of is not so
  });

  it('needs all identity registers, not one of two', () => {
    const sensor = profile('sensor', { certain: [check(0, 3), check(9, 7)] });
    expect(identify([sensor], 1, device({ 0: 3, 9: 8 }))).toEqual([]);
    expect(identify([sensor], 1, device({ 0: 3 }))).toEqual([]);
    expect(identify([sensor], 1, device({ 0: 3, 9: 7 }))).toHaveLength(1);
  });

  it('is a guess by what fits, the better the more fits', () => {
    const dial = profile('dial', { plausible: [check(0, 'unit'), check(3, { min: 0, max: 4 })] });
    const loose = profile('loose', { plausible: [check(3, [1, 2, 3])] });
    const found = identify([loose, dial], 7, device({ 0: 7, 3: 2 }));
    expect(found.map(({ profile, by }) => [profile.id, by])).toEqual([
      ['test/dial', 'plausible'],
      ['test/loose', 'plausible'],
    ]);
    expect(found.map(({ confidence }) => Math.round(confidence * 100))).toEqual([60, 40]);
    expect(found[0]?.evidence).toEqual(['holding 0 = 7 (= unit)', 'holding 3 = 2 (0–4)']);
  });

  it('does not count a range that nearly every number is in', () => {
    const anything = profile('anything', { plausible: [check(0, { min: 0, max: 60_000 })] });
    expect(identify([anything], 1, device({ 0: 5 }))).toEqual([]);
  });

  it('may still be guessed where identity registers are refused', () => {
    const old = profile('old', { certain: [check(500, 1)], plausible: [check(0, 5)] });
    expect(identify([old], 1, device({ 0: 5 }))).toMatchObject([{ by: 'plausible' }]);
  });

  it('is not trusted by a profile that is itself unverified', () => {
    const hearsay = profile('hearsay', { certain: [check(0, 5)] }, 'the map is from memory');
    const [found] = identify([hearsay], 1, device({ 0: 5 }));
    expect(found?.by).toBe('register');
    expect(found?.confidence).toBeLessThan(trusted);
  });

  it('is unknown where nothing was heard, and where a profile says nothing', () => {
    const silent = profile('silent', { certain: [check(0, 5)], plausible: [check(1, 5)] });
    expect(identify([silent, profile('mute')], 1, () => ({ kind: 'silent' }))).toEqual([]);
    expect(identify([silent], 1, () => undefined)).toEqual([]);
  });

  it('is never trusted on plausibility, however much fits', () => {
    const words = fc.array(fc.nat(65_535), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(words, (all) => {
        const guess = profile('guess', { plausible: [check(0, ...all)] });
        const [found] = identify([guess], 1, () => ({ kind: 'words', words: all }));
        expect(found?.confidence).toBeLessThan(trusted);
        expect(found?.by).toBe('plausible');
      }),
    );
  });
});
