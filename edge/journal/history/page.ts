import { ofQuality } from '../../../sdk/wire/telemetry.ts';
import type { HistoryBucket, HistoryPage, HistoryQuery, HistoryRow } from '../journal.ts';
import {
  firstFrom,
  hourMs,
  hourOf,
  joined,
  nothing,
  type Sample,
  type Series,
  type Summary,
  summaryOf,
  within,
} from './sample.ts';
import { earlier, type Source, seriesKey } from './source.ts';

const rowsOfPage = 1_000;
const bucketsOfPage = 500;
/** Hours of a point that one page unpacks at most: the thread also writes alarms. A week of one point fits. */
const workOfPage = 200;
/** What a summary costs, in such hours. */
const summaryWork = 1 / 20;
/** A position among buckets: the number of the bucket times this, plus that of the point. */
const pointsOfBucket = 1_024;
/** A position among rows: the time times this, plus how many rows of that time were told. */
const rowsOfTime = 2_048;

/** One page. What is asked next with the page's `next` goes on exactly behind it. */
export function historyPage(source: Source, query: HistoryQuery): HistoryPage {
  const { device, points } = query;
  const series = source
    .points(device)
    .filter((point) => !points || points.includes(point))
    .slice(0, pointsOfBucket)
    .map((point) => ({ device, point }));
  const { every } = query;
  return every === undefined
    ? rowsPage(source, series, query)
    : bucketsPage(unpacked(source), series, { ...query, every });
}

function rowsPage(source: Source, series: readonly Series[], query: HistoryQuery): HistoryPage {
  const [start, told] = [Math.floor(query.after / rowsOfTime), query.after % rowsOfTime];
  const from = query.after > 0 ? start : query.from;
  const rows: HistoryRow[] = [];
  let work = 0;
  for (let hour = hourFrom(source, series, hourOf(from)); hour !== undefined && hour <= hourOf(query.to); ) {
    const found = rowsOf(source, series, hour, { from, to: query.to });
    rows.push(...found.slice(query.after > 0 ? Math.min(told, found.filter(({ at }) => at === start).length) : 0));
    work += series.length;
    const page = rows.length > rowsOfPage ? cut(rows, start, told) : undefined;
    if (page?.next !== undefined) return page;
    hour = hourFrom(source, series, hour + 1);
    if ((page || work >= workOfPage) && hour !== undefined && hour <= hourOf(query.to))
      return { rows, next: hour * hourMs * rowsOfTime };
  }
  return { rows };
}

/** The rows of a page and where the next begins: never within more rows of one time than a position can count. */
function cut(rows: readonly HistoryRow[], start: number, told: number): HistoryPage {
  let length = rowsOfPage;
  const at = (i: number): number => rows[i]?.at ?? 0;
  const same = (): number => {
    const first = rows.findIndex((row) => row.at === at(length - 1));
    return length - first + (at(length - 1) === start ? told : 0);
  };
  while (length < rows.length && same() >= rowsOfTime) length++;
  const page = rows.slice(0, length);
  return length < rows.length ? { rows: page, next: at(length - 1) * rowsOfTime + same() } : { rows: page };
}

function rowsOf(
  source: Source,
  series: readonly Series[],
  hour: number,
  { from, to }: { readonly from: number; readonly to: number },
): readonly HistoryRow[] {
  const rows = series.flatMap((one) =>
    within(source.samples(one, hour), from, to + 1).map(
      ({ at, code, value }): HistoryRow => ({ point: one.point, at, value: ofQuality(code, value) }),
    ),
  );
  return rows.toSorted((a, b) => a.at - b.at);
}

function hourFrom(source: Source, series: readonly Series[], from: number): number | undefined {
  return series.reduce<number | undefined>((least, one) => earlier(least, source.nextHour(one, from)), undefined);
}

/** A source that remembers the hour it unpacked last of each series, and how much it has done. */
type Unpacked = Source & { work(): number };

function unpacked(source: Source): Unpacked {
  const last = new Map<string, { readonly hour: number; readonly samples: readonly Sample[] }>();
  let work = 0;
  return {
    ...source,
    samples(series, hour) {
      const known = last.get(seriesKey(series));
      if (known?.hour === hour) return known.samples;
      const samples = source.samples(series, hour);
      last.set(seriesKey(series), { hour, samples });
      work++;
      return samples;
    },
    summary(series, hour) {
      work += summaryWork;
      return source.summary(series, hour);
    },
    work: () => work,
  };
}

type BucketQuery = HistoryQuery & { readonly every: number };

/**
 * Buckets count from `from`; those without a sample are left out. The position is the number of a bucket and of a point
 * in it: a month of all points at once would keep alarms waiting.
 */
function bucketsPage(source: Unpacked, series: readonly Series[], query: BucketQuery): HistoryPage {
  const { from, to, every, after } = query;
  const buckets: HistoryBucket[] = [];
  const isEnough = (): boolean => buckets.length >= bucketsOfPage || source.work() >= workOfPage;
  let i = Math.floor(after / pointsOfBucket);
  let k = after % pointsOfBucket;
  for (;;) {
    if (k === 0) {
      const first = timeFromAny(source, series, from + i * every, every);
      if (first === undefined || first > to) return { buckets };
      i = Math.floor((first - from) / every);
    }
    const start = from + i * every;
    for (const one of series.slice(k)) {
      const position = i * pointsOfBucket + k;
      if (position > after && isEnough()) return { buckets, next: position };
      const summary = summaryWithin(source, one, start, Math.min(start + every, to + 1));
      if (summary.n > 0) buckets.push(bucketOf(one.point, start, summary));
      k++;
    }
    k = 0;
    i++;
  }
}

function timeFromAny(source: Source, series: readonly Series[], at: number, every: number): number | undefined {
  return series.reduce<number | undefined>((least, one) => earlier(least, timeFrom(source, one, at, every)), undefined);
}

/** When something may come, at or after a time: to the sample for small buckets, to the hour for large ones. */
function timeFrom(source: Source, series: Series, at: number, every: number): number | undefined {
  const hour = source.nextHour(series, hourOf(at));
  if (hour === undefined || every >= hourMs) return hour === undefined ? undefined : Math.max(at, hour * hourMs);
  const samples = source.samples(series, hour);
  const first = samples[firstFrom(samples, at)];
  if (first) return first.at;
  const next = source.nextHour(series, hour + 1);
  return next === undefined ? undefined : next * hourMs;
}

/** Whole hours by their summaries, the rest by their samples. */
function summaryWithin(source: Source, series: Series, from: number, to: number): Summary {
  let summary = nothing;
  for (let hour = source.nextHour(series, hourOf(from)); hour !== undefined && hour * hourMs < to; ) {
    const isWhole = hour * hourMs >= from && (hour + 1) * hourMs <= to;
    summary = joined(
      summary,
      isWhole ? source.summary(series, hour) : summaryOf(within(source.samples(series, hour), from, to)),
    );
    hour = source.nextHour(series, hour + 1);
  }
  return summary;
}

function bucketOf(point: string, from: number, { n, good, min, max, sum, last }: Summary): HistoryBucket {
  const ends = { point, from, count: good, leftOut: n - good, ...(last !== null && { last }) };
  return min === null || max === null || sum === null ? ends : { ...ends, min, max, mean: sum / good };
}
