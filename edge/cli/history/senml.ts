import type { Scalar } from '../../../sdk/model/point.ts';
import type { Unit } from '../../../sdk/model/profile.ts';
import type { BucketItem, HistoryItem, HistoryOutput, ReadingItem } from './item.ts';

type Measured = { readonly u: string; readonly factor: number; readonly shift?: number };

/** Units as SenML registers them (RFC 8428 §12.1, RFC 8798 §2). What it has no name for goes without. */
const units: Readonly<Record<Unit, Measured | undefined>> = {
  MPa: { u: 'Pa', factor: 1e6 },
  kPa: { u: 'Pa', factor: 1e3 },
  V: { u: 'V', factor: 1 },
  A: { u: 'A', factor: 1 },
  mA: { u: 'A', factor: 1e-3 },
  W: { u: 'W', factor: 1 },
  VA: { u: 'VA', factor: 1 },
  var: { u: 'var', factor: 1 },
  Hz: { u: 'Hz', factor: 1 },
  kWh: { u: 'J', factor: 3.6e6 },
  '°C': { u: 'Cel', factor: 1 },
  K: { u: 'K', factor: 1 },
  m: { u: 'm', factor: 1 },
  s: { u: 's', factor: 1 },
  '%': { u: '/', factor: 0.01 },
  dBm: { u: 'dBW', factor: 1, shift: -30 },
  '1': undefined,
};
const measures = new Map<string, Measured | undefined>(Object.entries(units));

/**
 * SenML in JSON (RFC 8428 §5), written as it comes. It has no word for quality: only good values are in it. Sums are
 * records of their own, named `pressure/mean` and so on, at the time their span begins.
 */
export function senmlOutput(place: string): HistoryOutput {
  let separator = '';
  let base: object = { bn: place };
  const written = (record: object): string => {
    const text = `${separator}\n${JSON.stringify({ ...base, ...record })}`;
    separator = ',';
    base = {};
    return text;
  };
  return {
    head: () => '[',
    items: (items) => items.flatMap(recordsOf).map(written).join(''),
    tail: () => '\n]\n',
  };
}

const recordsOf = (item: HistoryItem): readonly object[] =>
  item.kind === 'reading' ? readingRecords(item) : bucketRecords(item);

function readingRecords(item: ReadingItem): readonly object[] {
  return item.quality === 'good' ? [{ n: item.point, t: seconds(item.at), ...valueFields(item.value, item.unit) }] : [];
}

function bucketRecords({ point, from, unit, count, min, max, mean, last }: BucketItem): readonly object[] {
  if (last === undefined) return [];
  const figures = mean === undefined ? { last } : { min, max, mean, last };
  const t = seconds(from);
  return [
    { n: `${point}/count`, t, v: count },
    ...Object.entries(figures).flatMap(([name, value]) =>
      value === undefined ? [] : [{ n: `${point}/${name}`, t, ...valueFields(value, unit) }],
    ),
  ];
}

const seconds = (at: Date): number => at.getTime() / 1_000;

function valueFields(value: Scalar, unit: string | undefined): object {
  if (typeof value === 'boolean') return { vb: value };
  if (typeof value === 'string') return { vs: value };
  const measure = unit === undefined ? undefined : measures.get(unit);
  if (!measure) return { v: value };
  // The dirt of a binary fraction times a factor is cut off; no meter shows twelve digits.
  return { u: measure.u, v: Number((value * measure.factor + (measure.shift ?? 0)).toPrecision(12)) };
}
