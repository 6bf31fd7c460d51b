import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { historyBuffer } from '../../../../edge/journal/history/buffer.ts';
import { historyPage } from '../../../../edge/journal/history/page.ts';
import { hourMs, type Sample } from '../../../../edge/journal/history/sample.ts';
import { both, type Source } from '../../../../edge/journal/history/source.ts';
import type { HistoryBucket, HistoryQuery, HistoryRow } from '../../../../edge/journal/journal.ts';

type Seen = Sample & { readonly point: string };
const start = 490_000 * hourMs;

function sourceOf(seen: readonly Seen[]): Source {
  const buffer = historyBuffer();
  for (const { point, ...sample } of seen) buffer.add(buffer.series({ device: 'gate', point }, undefined), sample);
  return buffer.source;
}

function everyPage(source: Source, query: Omit<HistoryQuery, 'after' | 'device'>) {
  const rows: HistoryRow[] = [];
  const buckets: HistoryBucket[] = [];
  let after: number | undefined = 0;
  let pages = 0;
  while (after !== undefined) {
    const page = historyPage(source, { device: 'gate', ...query, after });
    if ('rows' in page) rows.push(...page.rows);
    else buckets.push(...page.buckets);
    if (page.next !== undefined) expect(page.next).not.toBe(after);
    after = page.next;
    pages++;
  }
  return { rows, buckets, pages };
}

/** What a bucket should be, from the plain list. */
function naive(seen: readonly Seen[], query: { from: number; to: number; every: number }): readonly HistoryBucket[] {
  const inside = seen.filter(({ at }) => at >= query.from && at <= query.to).toSorted((a, b) => a.at - b.at);
  const groups = new Map<string, Seen[]>();
  for (const one of inside) {
    const key = `${Math.floor((one.at - query.from) / query.every)} ${one.point}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups]
    .map(([key, samples]) => {
      const [number = '', point = ''] = key.split(' ');
      const good = samples.filter((s) => s.code === 0).map((s) => Number(s.value));
      const ends = { point, from: query.from + Number(number) * query.every, count: good.length };
      const figures = {
        last: good.at(-1) ?? 0,
        min: Math.min(...good),
        max: Math.max(...good),
        mean: good.reduce((a, b) => a + b, 0) / good.length,
      };
      return { ...ends, leftOut: samples.length - good.length, ...(good.length > 0 && figures) };
    })
    .toSorted((a, b) => a.from - b.from || (a.point < b.point ? -1 : 1));
}

const seenAnywhere = fc.array(
  fc.record({
    point: fc.constantFrom('pressure', 'battery'),
    at: fc.integer({ min: start, max: start + 30 * hourMs }),
    code: fc.constantFrom(0, 0, 0, 1),
    value: fc.integer({ min: -50, max: 50 }),
  }),
  { maxLength: 300 },
);

describe('sums', () => {
  it('are those of the plain list, whatever the span, and however the samples are divided between file and memory', () => {
    const everies = fc.oneof(fc.integer({ min: 1_000, max: 90_000_000 }), fc.constantFrom(600_000, hourMs, 6 * hourMs));
    const ends = fc.tuple(fc.integer({ min: -5, max: 31 * 3_600 }), fc.integer({ min: 0, max: 31 * 3_600 }));
    fc.assert(
      fc.property(seenAnywhere, everies, ends, fc.integer({ min: 0, max: 300 }), (seen, every, [s, length], cut) => {
        const query = { from: start + s * 1_000, to: start + (s + length) * 1_000, every };
        // Times are unique, or which of two is the last would be a matter of taste.
        const plain = [...new Map(seen.map((one) => [`${one.point} ${one.at}`, one])).values()];
        const divided = both(sourceOf(plain.slice(0, cut)), sourceOf(plain.slice(cut)));
        const told = everyPage(divided, query).buckets;
        const expected = naive(plain, query);
        const plainOf = (buckets: readonly HistoryBucket[]) => buckets.map((one) => ({ ...one, mean: undefined }));
        expect(plainOf(told)).toEqual(plainOf(expected));
        for (const [i, { mean }] of expected.entries()) {
          if (mean === undefined) expect(told[i]?.mean).toBeUndefined();
          else expect(told[i]?.mean).toBeCloseTo(mean, 9);
        }
      }),
    );
  });

  it('of months and many points come in pages that keep nobody waiting, each once', () => {
    const points = Array.from({ length: 60 }, (_, i) => `p-${String(i).padStart(2, '0')}`);
    const seen = points.flatMap((point) =>
      Array.from({ length: 300 }, (_, i): Seen => ({ point, at: start + i * hourMs, code: 0, value: i })),
    );
    const query = { from: start, to: start + 300 * hourMs, every: 200 * hourMs };
    const { buckets, pages } = everyPage(sourceOf(seen), query);
    expect(pages).toBeGreaterThan(3);
    expect(buckets.map(({ point, count }) => [point, count])).toEqual(
      [200, 100].flatMap((count) => points.map((point) => [point, count])),
    );
  });

  it('of contacts and words are count and last value', () => {
    const seen = [true, false, true].map((value, i): Seen => ({ point: 'smoke', at: start + i, code: 0, value }));
    expect(everyPage(sourceOf(seen), { from: start, to: start + 9, every: 1_000 }).buckets).toEqual([
      { point: 'smoke', from: start, count: 3, leftOut: 0, last: true },
    ]);
  });

  it('leave out what was in doubt or lost, and say how many', () => {
    const of = (code: number, value: number | null, i: number): Seen => ({ point: 'p', at: start + i, code, value });
    const source = sourceOf([of(0, 5, 0), of(1, 900, 1), of(17, null, 2)]);
    expect(everyPage(source, { from: start, to: start + 9, every: 1_000 }).buckets).toEqual([
      { point: 'p', from: start, count: 1, leftOut: 2, last: 5, min: 5, max: 5, mean: 5 },
    ]);
    expect(everyPage(source, { from: start + 1, to: start + 9, every: 1_000 }).buckets).toEqual([
      { point: 'p', from: start + 1, count: 0, leftOut: 2 },
    ]);
  });
});

describe('pages of readings', () => {
  it('together are all of it in order, each once, also where many share a time', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 40 }), (counts) => {
        const seen = counts.flatMap((count, i) =>
          Array.from(
            { length: count * 60 },
            (_, k): Seen => ({ point: 'p', at: start + i * 600_000, code: 0, value: k }),
          ),
        );
        const { rows } = everyPage(sourceOf(seen), { from: start, to: start + 1_000 * hourMs });
        expect(rows.map(({ at, value }) => [at, value.quality === 'lost' ? null : value.value])).toEqual(
          seen.map(({ at, value }) => [at, value]),
        );
      }),
      { numRuns: 30, examples: [[[0, 0, 0, 0, 11, 40, 1]]] }, // a page that ends with its hour, but not with the history
    );
  });

  it('unpack some hours only, and go on behind them, however long nothing fits', () => {
    const seen = Array.from(
      { length: 900 },
      (_, i): Seen => ({ point: 'p', at: start + i * hourMs, code: 0, value: i }),
    );
    const { rows, pages } = everyPage(sourceOf(seen), { from: start + 1, to: start + 899 * hourMs });
    expect([rows.length, pages]).toEqual([899, 5]);
    expect(everyPage(sourceOf(seen), { from: start + 1, to: start + 1 }).rows).toEqual([]);
  });

  it('are of the points that were asked for', () => {
    const source = sourceOf(['a', 'b', 'c'].map((point): Seen => ({ point, at: start, code: 0, value: 1 })));
    const points = (wanted?: readonly string[]) =>
      everyPage(source, { from: start, to: start, ...(wanted && { points: wanted }) }).rows.map((r) => r.point);
    expect([points(), points(['c', 'a', 'z']), points([])]).toEqual([['a', 'b', 'c'], ['a', 'c'], []]);
  });
});
