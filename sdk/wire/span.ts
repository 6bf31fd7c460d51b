import { FengsuiError } from '../model/errors.ts';
import type { Scalar } from '../model/point.ts';
import { type Millis, type WallTime, wallTime } from '../model/time.ts';
import type { Cbor } from './cbor.ts';
import { columnAt, inSteps, ofSteps, packScalar, unpackScalar } from './column-value.ts';
import { isCount, isList, isNumber } from './parse.ts';
import type { PointColumn, PointTable } from './point-table.ts';

/** The readings of one column from `from` on, for as long as its batch says, summed up. */
export type Span = {
  readonly column: number;
  readonly from: WallTime;
  /** Good readings. */
  readonly count: number;
  /** Others, in doubt or lost: they are in none of the figures. */
  readonly leftOut: number;
  /** The last good value; absent when there was none. */
  readonly last?: Scalar;
  /** Of numbers alone. The mean to a tenth of the point's resolution. */
  readonly figures?: { readonly min: number; readonly max: number; readonly mean: number };
};

/** Parts of a step that a mean is told in. */
const meanParts = 10;

/**
 * A column of spans: index, times (in spans from the base), counts, how many were left out (0: none of any), last values,
 * and for numbers min, max and mean of each; null where they equal the last value, as they do while nothing changes.
 */
export function spanBlock(column: PointColumn, spans: readonly Span[], base: number, every: Millis): Cbor {
  const leftOut = spans.map((s) => s.leftOut);
  const head: Cbor[] = [
    spans[0]?.column ?? 0,
    spans.map((s) => Math.round((s.from - base * 1_000) / every)),
    spans.map((s) => s.count),
    leftOut.some((n) => n > 0) ? leftOut : 0,
    spans.map((s) => (s.last === undefined ? null : packScalar(column, s.last))),
  ];
  return spans.some((s) => s.figures) ? [...head, spans.map((s) => packFigures(column, s))] : head;
}

function packFigures(column: PointColumn, { last, figures }: Span): Cbor {
  if (!figures) return 0;
  const { min, max, mean } = figures;
  if (min === last && max === last && mean === last) return null;
  const { resolution } = column;
  if (!resolution) return [min, max, mean];
  return [inSteps(min, resolution), inSteps(max, resolution), inSteps(mean, resolution / meanParts)];
}

type Place = { readonly base: number; readonly every: Millis; readonly table: PointTable };

/** @throws FengsuiError PROTOCOL */
export function readSpans(block: unknown, { base, every, table }: Place): Span[] {
  const [index, times, counts, leftOut, lasts, figures] = isList(block) ? block : [];
  if (!isCount(index) || !isList(times) || !isList(counts) || !isList(lasts) || times.length !== lasts.length)
    throw new FengsuiError(
      'PROTOCOL',
      'telemetry summary: expected [column, times, counts, left out, last values, figures] of one length',
    );
  const column = columnAt(table, index);
  return times.map((time, i) => {
    const count = counts[i];
    const out = isList(leftOut) ? leftOut[i] : 0;
    if (!isCount(time) || !isCount(count) || !isCount(out))
      throw new FengsuiError('PROTOCOL', `telemetry summary ${index}: times and counts must be whole numbers from 0`);
    const last = lasts[i] === null ? undefined : unpackScalar(column, lasts[i]);
    const own = isList(figures) ? readFigures(column, last, figures[i]) : undefined;
    return {
      column: index,
      from: wallTime(base + time * every),
      count,
      leftOut: out,
      ...(last !== undefined && { last }),
      ...(own && { figures: own }),
    };
  });
}

function readFigures(column: PointColumn, last: Scalar | undefined, raw: unknown): Span['figures'] {
  if (raw === 0) return undefined;
  if (raw === null && typeof last === 'number') return { min: last, max: last, mean: last };
  const [min, max, mean] = isList(raw) ? raw : [];
  if (!isNumber(min) || !isNumber(max) || !isNumber(mean))
    throw new FengsuiError(
      'PROTOCOL',
      `telemetry summary of ${column.device}/${column.point}: expected min, max and mean as numbers`,
    );
  const { resolution } = column;
  if (!resolution) return { min, max, mean };
  return { min: ofSteps(min, resolution), max: ofSteps(max, resolution), mean: ofSteps(mean, resolution / meanParts) };
}
