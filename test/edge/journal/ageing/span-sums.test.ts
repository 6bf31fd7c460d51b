import { array, assert, constantFrom, integer, nat, property, record } from 'fast-check';
import { expect, it } from 'vitest';
import { spanSums } from '../../../../edge/journal/ageing/span-sums.ts';
import { type Millis, millis, monoTime, wallTime } from '../../../../sdk/model/time.ts';
import type { Span } from '../../../../sdk/wire/span.ts';
import type { Sample } from '../../../../sdk/wire/telemetry.ts';
import { propertyRuns } from '../../../support/property-runs.ts';

const minute = millis(60_000);
const quarter = millis(15 * 60_000);
const start = 1_790_000_040_000;

/** Some minutes of three columns, in order of time: numbers, a contact, and one that is now this and now that. */
const readings = array(
  record({
    column: nat(2),
    at: nat(3 * quarter),
    value: integer({ min: -500, max: 500 }),
    quality: constantFrom('good', 'good', 'good', 'doubtful', 'lost'),
  }),
  { maxLength: 200 },
).map((all) => all.toSorted((a, b) => a.at - b.at).map(sampleOf));

function sampleOf(raw: { column: number; at: number; value: number; quality: string }): Sample {
  const { column, at, quality } = raw;
  const place = { column, wall: wallTime(start + at) };
  if (quality === 'lost') return { ...place, value: { quality: 'lost', at: monoTime(0), why: 'timeout' } };
  const value = column === 0 ? raw.value : column === 1 || raw.value > 0 ? raw.value > 0 : raw.value;
  if (quality === 'good') return { ...place, value: { quality: 'good', at: monoTime(0), value } };
  return { ...place, value: { quality: 'doubtful', at: monoTime(0), value, why: 'out-of-range' } };
}

/** The same in the plainest way. */
function naive(samples: readonly Sample[], every: Millis): readonly Span[] {
  const keys = new Set(samples.map((s) => JSON.stringify([s.column, Math.floor(s.wall / every) * every])));
  return [...keys]
    .map((text): [number, number] => JSON.parse(text))
    .toSorted(([a, at], [b, bt]) => a - b || at - bt)
    .map(([column, from]) => {
      const own = samples.filter((s) => s.column === column && s.wall >= from && s.wall < from + every);
      const good = own.flatMap(({ value }) => (value.quality === 'good' ? [value.value] : []));
      const numbers = good.filter((value) => typeof value === 'number');
      const last = good.at(-1);
      return {
        column,
        from: wallTime(from),
        count: good.length,
        leftOut: own.length - good.length,
        ...(last !== undefined && { last }),
        ...(good.length > 0 &&
          numbers.length === good.length && {
            figures: {
              min: Math.min(...numbers),
              max: Math.max(...numbers),
              mean: expect.closeTo(numbers.reduce((sum, n) => sum + n, 0) / numbers.length, 6),
            },
          }),
      };
    });
}

it('readings are summed up as by hand, in whatever pieces they come', () => {
  assert(
    property(readings, nat(200), (samples, cut) => {
      const sums = spanSums(minute);
      sums.addSamples(samples.slice(0, cut));
      sums.addSamples(samples.slice(cut));
      expect(sums.spans()).toEqual(naive(samples, minute));
    }),
    propertyRuns(200),
  );
});

it('minutes summed up to quarters are what the readings themselves give, also where a minute came in two parts', () => {
  assert(
    property(readings, nat(200), (samples, cut) => {
      const quarters = spanSums(quarter);
      for (const part of [samples.slice(0, cut), samples.slice(cut)]) {
        const minutes = spanSums(minute);
        minutes.addSamples(part);
        quarters.addSpans(minutes.spans());
      }
      expect(quarters.spans()).toEqual(naive(samples, quarter));
    }),
    propertyRuns(200),
  );
});
