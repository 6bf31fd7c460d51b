import { FengsuiError } from '../../model/errors.ts';
import type { SqlRow } from './sql.ts';

/** Columns of our own tables. What is not there or of another type was changed by somebody else. */
function wrong(column: string, expected: string): FengsuiError {
  return new FengsuiError('STORE', `column ${column} is not ${expected}: somebody else has written to the store`);
}

export function textAt(row: SqlRow, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw wrong(column, 'a text');
  return value;
}

export const optionalText = (row: SqlRow, column: string): string | undefined =>
  row[column] === null || row[column] === undefined ? undefined : textAt(row, column);

/** PostgreSQL's driver hands whole numbers of 64 bits over as texts. */
export function countAt(row: SqlRow, column: string): number {
  const n = Number(row[column] ?? Number.NaN);
  if (!Number.isSafeInteger(n)) throw wrong(column, 'a whole number');
  return n;
}

export function timeAt(row: SqlRow, column: string): Date {
  const value = row[column];
  return value instanceof Date ? value : new Date(countAt(row, column));
}

export function oneAt<T extends string>(row: SqlRow, column: string, of: readonly T[]): T {
  const value = of.find((name) => name === row[column]);
  if (value === undefined) throw wrong(column, `one of ${of.join(', ')}`);
  return value;
}
