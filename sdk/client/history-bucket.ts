import { FengsuiError } from '../model/errors.ts';
import type { Scalar } from '../model/point.ts';
import type { ProfileSpec, UnitOf, ValueOf } from '../model/profile.ts';
import { fieldsOf, isCount, isList, isNumber, isScalar, isText } from '../wire/parse.ts';
import { type Corrected, fitsPoint, type PointNames, pointSpec, unitOf } from './reading.ts';
import { wallOf } from './results.ts';

/**
 * The readings of one point in a span of time. `count` of them were good; `leftOut` others were in doubt or lost, and
 * are in none of the figures. `min`, `max` and `mean` are there for points that are numbers, when any was good.
 */
export type HistoryBucket<T extends Scalar = Scalar, U = string | undefined, K extends string = string> = {
  readonly gateway: string;
  readonly device: string;
  readonly point: K;
  readonly unit: U;
  readonly from: Date;
  /** Not part of it any more. */
  readonly to: Date;
  readonly count: number;
  readonly leftOut: number;
  /** The last good value; undefined when there was none. */
  readonly last: T | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly mean: number | undefined;
};

/** A bucket of any point of a profile: `point` tells which, and with it the type of `last`. */
export type BucketOf<S extends ProfileSpec, Names extends PointNames<S> = PointNames<S>> = {
  [K in Names]: HistoryBucket<Extract<ValueOf<S['points'][K]>, Scalar>, UnitOf<S['points'][K]>, K>;
}[Names];

/**
 * What is left of the readings of one point and span for which a gateway had no room during an outage. Spans are a minute
 * or a quarter of an hour long, counted from 1970 by the gateway's clock as it went then. One may come in two parts: add up
 * the counts, and weigh the means with them.
 */
export type Summary = HistoryBucket & Corrected;

/** A summary of any point of a profile: `point` tells which, and with it the type of `last`. */
export type SummaryOf<S extends ProfileSpec> = BucketOf<S> & Corrected;

/** A bucket as a gateway tells it; `unit` where it does so. */
export type ToldBucket = Omit<HistoryBucket, 'gateway' | 'device' | 'unit' | 'from' | 'to'> & {
  readonly from: number;
  readonly unit?: string;
};

/** @throws FengsuiError PROTOCOL, also of a gateway that does not know `every` and answers with readings */
export function parseBuckets(raw: unknown): { readonly buckets: readonly ToldBucket[]; readonly next?: number } {
  const fields = fieldsOf(raw, 'history');
  if (!fields.has('buckets'))
    throw new FengsuiError(
      'PROTOCOL',
      'history: this gateway is of a version that cannot sum up; ask without `every`, or update the gateway',
    );
  return {
    buckets: fields.list('buckets').map(parseBucket),
    ...(fields.has('next') && { next: fields.count('next') }),
  };
}

function parseBucket(raw: unknown): ToldBucket {
  const [point, from, count, leftOut, last, min, max, mean] = isList(raw) ? raw : [];
  if (!isText(point) || !isCount(count) || !isCount(leftOut))
    throw new FengsuiError(
      'PROTOCOL',
      'history: expected buckets of [point, from, count, left out, last, min, max, mean]',
    );
  const where = `history: ${point}`;
  if (last !== null && !isScalar(last)) throw new FengsuiError('PROTOCOL', `${where}: its last value is none`);
  const figures = { min: figure(min, where), max: figure(max, where), mean: figure(mean, where) };
  return { point, from: wallOf(from, where), count, leftOut, last: last ?? undefined, ...figures };
}

function figure(raw: unknown, where: string): number | undefined {
  if (raw === undefined || raw === null) return undefined;
  if (isNumber(raw)) return raw;
  throw new FengsuiError('PROTOCOL', `${where}: expected numbers for min, max and mean`);
}

/** @param spec what the point's profile says, where it is known: values that do not fit it are left out. */
export function toBucket(
  told: ToldBucket,
  { gateway, device, every, spec }: { gateway: string; device: string; every: number; spec: ProfileSpec | undefined },
): HistoryBucket {
  const own = pointSpec(spec, told.point);
  const unit = own ? unitOf(own) : told.unit;
  const fits =
    !own || ((told.last === undefined || fitsPoint(own, told.last)) && (told.unit === undefined || told.unit === unit));
  return {
    ...told,
    ...(!fits && { last: undefined, min: undefined, max: undefined, mean: undefined }),
    gateway,
    device,
    unit,
    from: new Date(told.from),
    to: new Date(told.from + every),
  };
}

/** Whether this is a bucket of a point of the profile; what {@link toBucket} makes of one always is. */
export function isBucketOf<S extends ProfileSpec, B extends HistoryBucket>(
  profile: S,
  bucket: B,
): bucket is BucketOf<S> & B {
  const spec = pointSpec(profile, bucket.point);
  if (!spec || bucket.unit !== unitOf(spec)) return false;
  return bucket.last === undefined || fitsPoint(spec, bucket.last);
}
