import { type Key, limitOf } from '../cursor.ts';
import type { PageQuery, StoreCall } from '../platform-store.ts';
import type { Sql, SqlRow, SqlValue } from './sql.ts';

export type ListQuery = {
  readonly select: string;
  /** A condition that always holds. */
  readonly only?: string;
  /** E.g. `['gateway =', 'gw-1']`; left out where the value is undefined. */
  readonly filters: readonly (readonly [condition: string, value: SqlValue | undefined])[];
  /** Columns that make up the key of the list, ascending. */
  readonly order: readonly string[];
  /** Of the last item of the page before. */
  readonly after: Key | undefined;
  readonly page: PageQuery;
};

/** The rows of a page, and one more where there is another page. A number in the place of a time is Unix ms. */
export function listRows(sql: Sql, query: ListQuery, call?: StoreCall): Promise<readonly SqlRow[]> {
  const values: SqlValue[] = [];
  const place = (value: SqlValue): string => `$${values.push(value)}`;
  const conditions = query.only === undefined ? [] : [query.only];
  conditions.push(
    ...query.filters.flatMap(([condition, value]) => (value === undefined ? [] : [`${condition} ${place(value)}`])),
  );
  if (query.after) {
    const key = query.after.map((part, i) => place(isTime(query.order[i]) ? new Date(Number(part)) : part));
    conditions.push(`(${query.order.join(', ')}) > (${key.join(', ')})`);
  }
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
  const limit = place(limitOf(query.page) + 1);
  return sql.rows(`${query.select}${where} ORDER BY ${query.order.join(', ')} LIMIT ${limit}`, values, call);
}

const isTime = (column: string | undefined): boolean => /(^|\.)at$/.test(column ?? '');
