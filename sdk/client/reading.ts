import type { Doubt, Loss, PointValue, Scalar } from '../model/point.ts';
import type { PointSpec, ProfileSpec, UnitOf, ValueOf } from '../model/profile.ts';

/**
 * One value of one point, with how far it may be trusted.
 * `good`: act on it. `doubtful`: look, but do not act; `why` tells, and `stale` means that it is the last one known of
 * a gateway that is out of reach. `lost`: there is none.
 */
export type Reading<T extends Scalar = Scalar, U = string | undefined> = Corrected &
  (
    | { readonly quality: 'good'; readonly value: T; readonly unit: U; readonly at: Date }
    | {
        readonly quality: 'doubtful';
        readonly value: T;
        readonly unit: U;
        readonly at: Date;
        readonly why: Doubt | 'stale';
      }
    | {
        readonly quality: 'lost';
        readonly value: undefined;
        readonly unit: U;
        readonly at: Date | undefined;
        readonly why: Loss;
      }
  );

export type Corrected = {
  /** The gateway's clock was not right when it stamped this; the time was worked out from when it was. */
  readonly isCorrected?: true;
};

/** A reading and its age in milliseconds, by this machine's clock against the gateway's; never below 0. */
export type Latest<T extends Scalar = Scalar, U = string | undefined> = Reading<T, U> & {
  readonly ageMs: number | undefined;
};

/** A reading that says where it belongs. */
export type PointReading<T extends Scalar = Scalar, U = string | undefined, K extends string = string> = Reading<
  T,
  U
> & {
  readonly gateway: string;
  readonly device: string;
  readonly point: K;
};

/** What is known of one point. */
export type Observation = Corrected & {
  readonly value: PointValue;
  readonly wall: number;
  readonly unit?: string | undefined;
};

export type PointNames<S extends ProfileSpec> = keyof S['points'] & string;
type ScalarOf<S> = Extract<ValueOf<S>, Scalar>;

/** The latest readings of a device by the names of its profile's points. */
export type LatestOf<S extends ProfileSpec> = {
  readonly [K in PointNames<S>]: Latest<ScalarOf<S['points'][K]>, UnitOf<S['points'][K]>>;
};
/** A reading of any point of a profile: `point` tells which, and with it the type of `value`. */
export type ReadingOf<S extends ProfileSpec, Names extends PointNames<S> = PointNames<S>> = {
  [K in Names]: PointReading<ScalarOf<S['points'][K]>, UnitOf<S['points'][K]>, K>;
}[Names];

/** @param spec what the point's profile says, where it is known: a value that does not fit it is lost, not believed. */
export function toReading(seen: Observation | undefined, spec: PointSpec | undefined, isStale = false): Reading {
  const unit = spec ? unitOf(spec) : seen?.unit;
  if (!seen) return { quality: 'lost', value: undefined, unit, at: undefined, why: 'never-read' };
  const { value, wall, isCorrected } = seen;
  const about = { unit, at: new Date(wall), ...(isCorrected && { isCorrected }) };
  if (value.quality === 'lost') return { quality: 'lost', value: undefined, ...about, why: value.why };
  if (spec && !fits(spec, value.value, seen.unit)) {
    return { quality: 'lost', value: undefined, ...about, why: 'bad-reply' };
  }
  if (value.quality === 'doubtful') return { quality: 'doubtful', value: value.value, ...about, why: value.why };
  if (isStale) return { quality: 'doubtful', value: value.value, ...about, why: 'stale' };
  return { quality: 'good', value: value.value, ...about };
}

/**
 * As {@link toReading}, with where it belongs. A good one, as nearly all are, is written out: copying it together takes
 * several times as long, and this is done for every reading.
 */
export function toPointReading(
  gateway: string,
  seen: Observation & { readonly device: string; readonly point: string },
  spec: PointSpec | undefined,
): PointReading {
  const { device, point, value, wall, unit } = seen;
  if (value.quality === 'good' && !seen.isCorrected && (!spec || fits(spec, value.value, unit)))
    return {
      quality: 'good',
      value: value.value,
      unit: spec ? unitOf(spec) : unit,
      at: new Date(wall),
      gateway,
      device,
      point,
    };
  return { ...toReading(seen, spec), gateway, device, point };
}

export const withAge = (reading: Reading, now: number): Latest => ({
  ...reading,
  ageMs: reading.at && Math.max(0, now - reading.at.getTime()),
});

/** Whether these are readings of every point of the profile; what {@link toReading} makes always fits. */
export const isLatestOf = <S extends ProfileSpec>(profile: S, readings: object): readings is LatestOf<S> =>
  Object.entries(profile.points).every(([point, spec]) => {
    const reading: unknown = new Map(Object.entries(readings)).get(point);
    return isReading(reading) && fitsReading(spec, reading);
  });

/** Whether this is a reading of a point of the profile. */
export function isReadingOf<S extends ProfileSpec>(profile: S, reading: object): reading is ReadingOf<S> {
  if (!isReading(reading) || !('point' in reading) || typeof reading.point !== 'string') return false;
  const spec = pointSpec(profile, reading.point);
  return spec !== undefined && fitsReading(spec, reading);
}

/** Whether a reading that {@link toPointReading} made by this profile is of a point that the profile has: then it fits. */
export const isMadeBy = <S extends ProfileSpec>(profile: S, reading: PointReading): reading is ReadingOf<S> =>
  Object.hasOwn(profile.points, reading.point);

/** The spec of a point by a name that came from a wire: never something inherited. */
export const pointSpec = (profile: ProfileSpec | undefined, point: string): PointSpec | undefined =>
  profile && Object.hasOwn(profile.points, point) ? profile.points[point] : undefined;

export const unitOf = (spec: PointSpec): string | undefined => ('unit' in spec ? spec.unit : undefined);

const fits = (spec: PointSpec, value: Scalar, unit: string | undefined): boolean =>
  fitsPoint(spec, value) && (unit === undefined || unit === unitOf(spec));

/** Whether a value is one that the point can have. */
export function fitsPoint(spec: PointSpec, value: Scalar): boolean {
  if (spec.as === 'bool') return typeof value === 'boolean';
  // A word that the profile does not list travels as it is, doubtful; it is not one of the choices.
  if (spec.as === 'choice') return typeof value === 'string' && Object.values(spec.of).includes(value);
  return typeof value === (spec.as === 'text' ? 'string' : 'number');
}

const isReading = (x: unknown): x is Reading =>
  typeof x === 'object' && x !== null && 'quality' in x && 'unit' in x && 'value' in x;

const fitsReading = (spec: PointSpec, reading: Reading): boolean =>
  reading.unit === unitOf(spec) && (reading.quality === 'lost' || fitsPoint(spec, reading.value));
