import { FengsuiError } from '../../../../sdk/model/errors.ts';
import type { PointSpec, ProfileSpec } from '../../../../sdk/model/profile.ts';

/** Where in a row things stand. */
export type RecordColumns = {
  readonly timestamp: number;
  readonly quality: number | undefined;
  readonly points: readonly RecordedPoint[];
  /** Names of columns that nobody looks at. */
  readonly unused: readonly string[];
  /** All names, in order. */
  readonly names: readonly string[];
};
export type RecordedPoint = { readonly column: number; readonly name: string; readonly spec: PointSpec };

const timestamps = ['timestamp', 'time', '时间'];
const qualities = ['quality', '质量'];
const values = ['value', '数值', '值'];

/**
 * What the columns of a recording mean, by the names in its first line: `timestamp`, `value` or names of points, and
 * perhaps `quality`.
 * @param wanted the point that a `value` column holds; the only number of the profile unless given
 * @throws FengsuiError INVALID
 */
export function recordColumns(
  header: readonly string[],
  profile: ProfileSpec,
  wanted: string | undefined,
): RecordColumns {
  const names = header.map((name) => name.trim());
  const at = (known: readonly string[]): number => names.findIndex((name) => known.includes(name.toLowerCase()));
  const timestamp = at(timestamps);
  if (timestamp < 0)
    throw invalid(
      `there is no column “timestamp”; the first line is ${names.join(', ')}. Name the columns there: timestamp,value,quality`,
    );
  const twice = names.find((name, i) => name !== '' && names.indexOf(name) < i);
  if (twice !== undefined) throw invalid(`two columns are called “${twice}”; rename one`);
  const quality = at(qualities);
  const value = at(values);
  const points = value < 0 ? namedPoints(names, profile, wanted) : [valuePoint(value, profile, wanted)];
  const used = new Set([timestamp, quality, ...points.map(({ column }) => column)]);
  return {
    timestamp,
    quality: quality < 0 ? undefined : quality,
    points,
    unused: names.filter((name, i) => !used.has(i) && name !== ''),
    names,
  };
}

function valuePoint(column: number, profile: ProfileSpec, wanted: string | undefined): RecordedPoint {
  const name = wanted ?? onlyNumber(profile);
  const spec = pointOf(profile, name);
  if (spec) return { column, name, spec };
  throw invalid(`${profile.id} has no point “${name}”; it has ${Object.keys(profile.points).join(', ')}`);
}

function onlyNumber(profile: ProfileSpec): string {
  const all = Object.entries(profile.points);
  const [only, ...more] = all.length === 1 ? all : all.filter(([, spec]) => 'range' in spec);
  if (only && more.length === 0) return only[0];
  const names = all.map(([name]) => name).join(', ');
  throw invalid(
    `which point is “value”? Add --point with one of ${names}, or call the columns by their points instead of “value”`,
  );
}

function namedPoints(
  names: readonly string[],
  profile: ProfileSpec,
  wanted: string | undefined,
): readonly RecordedPoint[] {
  const found = names.flatMap((name, column): RecordedPoint[] => {
    const spec = pointOf(profile, name);
    return spec && (wanted === undefined || wanted === name) ? [{ column, name, spec }] : [];
  });
  if (found.length > 0) return found;
  throw invalid(
    `no column holds a value; call it “value”, or by a point of ${profile.id}: ${Object.keys(profile.points).join(', ')}`,
  );
}

const pointOf = ({ points }: ProfileSpec, name: string): PointSpec | undefined =>
  Object.hasOwn(points, name) ? points[name] : undefined;

const invalid = (what: string): FengsuiError => new FengsuiError('INVALID', `line 1: ${what}`);
