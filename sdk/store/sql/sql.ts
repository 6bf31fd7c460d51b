import type { StoreCall } from '../platform-store.ts';

export type SqlValue = string | number | Date | null;
export type SqlRow = Readonly<Record<string, unknown>>;

/**
 * A database that knows the SQL which SQLite and PostgreSQL have in common, with `$1`, `$2` … for values. Times go in as
 * `Date`; out come dates or Unix ms, and whole numbers as numbers or texts: see `rows.ts`.
 */
export interface Sql {
  readonly rows: (sql: string, values?: readonly SqlValue[], call?: StoreCall) => Promise<readonly SqlRow[]>;
}

export interface SqlDatabase extends Sql {
  /**
   * All or nothing. Transactions with the same `subject` come one after the other, in every process.
   * @param subject e.g. a gateway's id; '' where any two may run at once
   */
  readonly transaction: <T>(subject: string, work: (sql: Sql) => Promise<T>, call?: StoreCall) => Promise<T>;
}
