import type { Pool, PoolClient, PoolConfig, QueryResult } from 'pg';
import { FengsuiError } from '../../model/errors.ts';
import type { StoreCall } from '../platform-store.ts';
import type { Sql, SqlDatabase, SqlRow, SqlValue } from '../sql/sql.ts';
import { postgresError } from './postgres-errors.ts';

export type PostgresValue = SqlValue | boolean | readonly (SqlValue | boolean)[];
export type PostgresRows = { readonly rows: readonly SqlRow[]; readonly changed: number };

export type PostgresDatabase = SqlDatabase & {
  /** One statement. Its error is the driver's, for who can make something of it. */
  readonly query: (text: string, values?: readonly PostgresValue[]) => Promise<PostgresRows>;
  /** Runs with one connection, and makes our errors of the driver's. */
  readonly guarded: <T>(work: () => Promise<T>, call?: StoreCall) => Promise<T>;
  readonly end: () => Promise<void>;
};

/** @throws FengsuiError DRIVER_MISSING | INVALID */
export async function postgresDatabase(config: PoolConfig): Promise<PostgresDatabase> {
  const { pool, where } = await openPool(config);
  pool.on('error', () => undefined); // a connection that was lost while idle; the pool makes a new one when it needs it
  const guarded = <T>(work: () => Promise<T>, call: StoreCall = {}): Promise<T> =>
    unlessAborted(
      call.signal,
      work().catch((e: unknown) => Promise.reject(postgresError(e, where))),
    );
  const query = async (text: string, values: readonly PostgresValue[] = []): Promise<PostgresRows> =>
    rowsOf(await pool.query(text, [...values]));
  return {
    query,
    guarded,
    rows: (text, values, call) => guarded(async () => (await query(text, values)).rows, call),
    transaction: (subject, work, call) => guarded(() => inTransaction(pool, subject, work), call),
    end: () => pool.end(),
  };
}

async function openPool(config: PoolConfig): Promise<{ readonly pool: Pool; readonly where: string }> {
  const { default: pg } = await loadDriver();
  try {
    const { host, port, database } = new pg.Client(config);
    return { pool: new pg.Pool(config), where: `PostgreSQL at ${host}:${port}, database ${database}` };
  } catch {
    // Its words may contain the password.
    throw new FengsuiError(
      'INVALID',
      'the URL of the database is not valid: expected e.g. postgres://user:password@db.example.cn:5432/fengsui',
    );
  }
}

async function loadDriver() {
  try {
    return await import('pg');
  } catch (cause) {
    throw new FengsuiError('DRIVER_MISSING', 'the package pg cannot be loaded: run "npm install pg"', { cause });
  }
}

const rowsOf = ({ rows, rowCount }: QueryResult<SqlRow>): PostgresRows => ({ rows, changed: rowCount ?? 0 });

async function inTransaction<T>(pool: Pool, subject: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let isBroken = false;
  const lost = (): void => {
    isBroken = true;
  };
  client.on('error', lost);
  try {
    await client.query('BEGIN');
    if (subject !== '') await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [subject]);
    const sql: Sql = { rows: async (text, values = []) => rowsOf(await client.query(text, [...values])).rows };
    const result = await work(sql);
    await client.query('COMMIT');
    return result;
  } catch (e) {
    isBroken ||= !(await rolledBack(client));
    throw e;
  } finally {
    client.off('error', lost);
    client.release(isBroken);
  }
}

async function rolledBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false; // the connection is gone, and with it the transaction
  }
}

/** What was sent to the server may still be done. */
function unlessAborted<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (!signal) return work;
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(new FengsuiError('ABORTED', 'the caller gave up', { cause: signal.reason }));
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
