import type { Scalar } from '../../../sdk/model/point.ts';
import { type Millis, type WallTime, wallTime } from '../../../sdk/model/time.ts';
import type { Span } from '../../../sdk/wire/span.ts';
import type { Sample } from '../../../sdk/wire/telemetry.ts';

/** Sums up readings, or spans that are shorter or as long, into spans of one length. Only good readings count. */
export type SpanSums = {
  addSamples(samples: readonly Sample[]): void;
  addSpans(spans: readonly Span[]): void;
  /** By column, each in order of time. */
  spans(): readonly Span[];
};

type Sum = {
  count: number;
  leftOut: number;
  last: Scalar | undefined;
  lastAt: number;
  min: number;
  max: number;
  total: number;
  /** No other good value was among them: then they have no figures. */
  areNumbers: boolean;
};

/** @param every length of a span in ms; spans begin at its multiples since 1970 */
export function spanSums(every: Millis): SpanSums {
  const columns = new Map<number, Map<WallTime, Sum>>();
  const sumAt = (column: number, at: WallTime): Sum => {
    const from = wallTime(Math.floor(at / every) * every);
    const sums = columns.get(column) ?? new Map<WallTime, Sum>();
    columns.set(column, sums);
    const sum = sums.get(from) ?? emptySum();
    sums.set(from, sum);
    return sum;
  };
  return {
    addSamples(samples) {
      for (const { column, wall, value } of samples) {
        const sum = sumAt(column, wall);
        if (value.quality === 'good') addValue(sum, wall, value.value);
        else sum.leftOut++;
      }
    },
    addSpans(spans) {
      for (const span of spans) addSpan(sumAt(span.column, span.from), span);
    },
    spans: () =>
      [...columns]
        .toSorted(([a], [b]) => a - b)
        .flatMap(([column, sums]) =>
          [...sums].toSorted(([a], [b]) => a - b).map(([from, sum]) => spanOf(column, from, sum)),
        ),
  };
}

const emptySum = (): Sum => ({
  count: 0,
  leftOut: 0,
  last: undefined,
  lastAt: Number.NEGATIVE_INFINITY,
  min: Number.POSITIVE_INFINITY,
  max: Number.NEGATIVE_INFINITY,
  total: 0,
  areNumbers: true,
});

function addValue(sum: Sum, at: number, value: Scalar): void {
  sum.count++;
  setLast(sum, at, value);
  if (typeof value === 'number') addFigures(sum, { min: value, max: value, total: value });
  else sum.areNumbers = false;
}

function addSpan(sum: Sum, { from, count, leftOut, last, figures }: Span): void {
  sum.count += count;
  sum.leftOut += leftOut;
  if (last !== undefined) setLast(sum, from, last);
  if (figures) addFigures(sum, { min: figures.min, max: figures.max, total: figures.mean * count });
  else if (count > 0) sum.areNumbers = false;
}

/** Of two at the same time the one that came later. */
function setLast(sum: Sum, at: number, value: Scalar): void {
  if (at < sum.lastAt) return;
  sum.last = value;
  sum.lastAt = at;
}

function addFigures(sum: Sum, more: { readonly min: number; readonly max: number; readonly total: number }): void {
  sum.min = Math.min(sum.min, more.min);
  sum.max = Math.max(sum.max, more.max);
  sum.total += more.total;
}

function spanOf(column: number, from: WallTime, sum: Sum): Span {
  const { count, leftOut, last, min, max, total } = sum;
  return {
    column,
    from,
    count,
    leftOut,
    ...(last !== undefined && { last }),
    ...(count > 0 && sum.areNumbers && { figures: { min, max, mean: total / count } }),
  };
}
