import { describe, expect, it } from 'vitest';
import { accounted, isWorn, type WearSample, wearOf } from '../../../../edge/runtime/wear/wear-account.ts';
import { monoTime } from '../../../../sdk/model/time.ts';

const hour = 3_600_000;
const mega = 1e6;

/** Samples every ten minutes of a gateway that writes so much a day. */
const hours = (count: number, ownPerDay: number, cardPerDay?: number): readonly WearSample[] =>
  Array.from({ length: count * 6 + 1 }, (_, i) => ({
    mono: monoTime((i * hour) / 6),
    own: (ownPerDay * i) / 144,
    ...(cardPerDay !== undefined && { card: 1e12 + (cardPerDay * i) / 144 }),
  })).reduce<readonly WearSample[]>(accounted, []);

describe('the wear account', () => {
  it('tells nothing before it has seen two moments', () => {
    expect(wearOf([], 10)).toBeUndefined();
    expect(wearOf(hours(0, 5), 10)).toBeUndefined();
  });

  it('tells what is written a day, and how long the card lasts', () => {
    expect(wearOf(hours(6, 300 * mega), 10)).toEqual({ overMs: 6 * hour, ownPerDay: 300 * mega, cardYears: 91.3 });
  });

  it('forecasts by what everybody writes to the card, where that is known', () => {
    const wear = wearOf(hours(6, 300 * mega, 3_000 * mega), 10);
    expect(wear).toMatchObject({ ownPerDay: 300 * mega, cardPerDay: 3_000 * mega, cardYears: 9.1 });
  });

  it('looks back over one day', () => {
    const week = hours(168, 300 * mega);
    expect(week.length).toBeLessThan(150);
    expect(wearOf(week, 10)).toMatchObject({ overMs: 24 * hour, ownPerDay: 300 * mega });
  });

  it('is worn after a whole day above what ten years bear, not after a busy hour', () => {
    expect(isWorn(hours(12, 5_000 * mega), 10)).toBe(false);
    expect(isWorn(hours(24, 5_000 * mega), 10)).toBe(true);
    expect(isWorn(hours(48, 2_000 * mega), 10)).toBe(false);
    expect(isWorn(hours(48, 2_000 * mega), 5)).toBe(true);
  });

  it('a counter that went back tells nothing', () => {
    const samples = [
      { mono: monoTime(0), own: 500 },
      { mono: monoTime(hour), own: 5 },
    ];
    expect(wearOf(samples, 10)).toBeUndefined();
    expect(isWorn(samples, 10)).toBe(false);
  });
});
