import { FengsuiError } from '../model/errors.ts';
import type { Scalar } from '../model/point.ts';
import type { Cbor } from './cbor.ts';
import { isCount, isNumber } from './parse.ts';
import type { PointColumn, PointTable } from './point-table.ts';

/** A value as its column carries it: numbers as whole multiples of the resolution, choices as their position. */
export function packScalar(column: PointColumn, value: Scalar): Cbor {
  if (typeof value === 'number' && column.resolution) return inSteps(value, column.resolution);
  if (typeof value === 'string' && column.choices) {
    const position = column.choices.indexOf(value);
    return position < 0 ? value : position;
  }
  return value;
}

/** @throws FengsuiError PROTOCOL */
export function unpackScalar(column: PointColumn, raw: unknown): Scalar {
  if (isNumber(raw) && column.resolution) return ofSteps(raw, column.resolution);
  if (isCount(raw) && column.choices) {
    const name = column.choices[raw];
    if (name !== undefined) return name;
  } else if (typeof raw === 'boolean' || typeof raw === 'string' || isNumber(raw)) return raw;
  throw new FengsuiError('PROTOCOL', `value of ${column.device}/${column.point} cannot be read: ${String(raw)}`);
}

/** @throws FengsuiError PROTOCOL */
export function columnAt(table: PointTable, index: number): PointColumn {
  const column = table.columns[index];
  if (!column) throw new FengsuiError('PROTOCOL', `point table ${table.hash} has no column ${index}`);
  return column;
}

/** Things by their column, in the order in which the columns first come. */
export function byColumn<T extends { readonly column: number }>(
  items: readonly T[],
): ReadonlyMap<number, readonly T[]> {
  const columns = new Map<number, T[]>();
  for (const item of items) {
    const list = columns.get(item.column);
    if (list) list.push(item);
    else columns.set(item.column, [item]);
  }
  return columns;
}

export const inSteps = (value: number, resolution: number): number => Math.round(value / resolution);

/** `n` steps of `resolution` without the dirt of binary fractions: 421 steps of 0.001 are 0.421. */
export function ofSteps(n: number, resolution: number): number {
  const steps = 1 / resolution;
  return Number.isInteger(steps) ? n / steps : n * resolution;
}
