import { FengsuiError } from '../../model/errors.ts';
import type { Column, Database, Row, Statement } from '../../sqlite/driver.ts';
import { isBusy, isCorrupt, isFull } from '../../sqlite/errors.ts';
import type { Sql, SqlDatabase, SqlValue } from '../sql/sql.ts';

/** Statements of a database, compiled once. */
export type Statements = {
  readonly all: (sql: string, values?: readonly Column[]) => readonly Row[];
  /** @returns how many rows it has changed */
  readonly run: (sql: string, values: readonly Column[]) => number;
  readonly exec: (sql: string) => void;
};

export type SqliteDatabase = SqlDatabase & {
  /** All or nothing, without a pause in between. */
  readonly atOnce: <T>(work: (statements: Statements) => T) => Promise<T>;
};

/** Names of month tables come and go: statements beyond so many are compiled again. */
const mostStatements = 500;

export function sqliteDatabase(db: Database, path: string): SqliteDatabase {
  const statements = compiled(db);
  const inTurn = queue();
  const guarded = async <T>(work: () => T | Promise<T>): Promise<T> => {
    try {
      return await inTurn(work);
    } catch (e) {
      throw FengsuiError.is(e) ? e : storeError(e, path);
    }
  };
  const sql: Sql = { rows: async (text, values) => rowsOf(statements, text, values) };
  return {
    rows: (text, values) => guarded(() => rowsOf(statements, text, values)),
    transaction: (_subject, work) =>
      guarded(async () => {
        statements.exec('BEGIN IMMEDIATE');
        try {
          const result = await work(sql);
          statements.exec('COMMIT');
          return result;
        } catch (e) {
          rollBack(statements);
          throw e;
        }
      }),
    atOnce: (work) =>
      guarded(() => {
        statements.exec('BEGIN IMMEDIATE');
        try {
          const result = work(statements);
          statements.exec('COMMIT');
          return result;
        } catch (e) {
          rollBack(statements);
          throw e;
        }
      }),
  };
}

/** After some errors SQLite has rolled back by itself, and refuses to do it again. */
function rollBack(statements: Statements): void {
  try {
    statements.exec('ROLLBACK');
  } catch (e) {
    if (!(e instanceof Error)) throw e;
  }
}

function compiled(db: Database): Statements {
  const known = new Map<string, Statement>();
  const prepared = (sql: string): Statement => {
    const found = known.get(sql);
    if (found) return found;
    if (known.size >= mostStatements) known.clear();
    const made = db.prepare(sql);
    known.set(sql, made);
    return made;
  };
  return {
    all: (sql, values = []) => prepared(sql).all(...values),
    run: (sql, values) => Number(prepared(sql).run(...values).changes),
    exec: (sql) => db.exec(sql),
  };
}

/** SQLite takes `?` for values, each once and in order. */
function rowsOf(statements: Statements, text: string, values: readonly SqlValue[] = []): readonly Row[] {
  const columns: Column[] = [];
  const sql = text.replaceAll(/\$(\d+)/g, (_, place) => {
    const value = values[Number(place) - 1] ?? null;
    columns.push(value instanceof Date ? value.getTime() : value);
    return '?';
  });
  return statements.all(sql, columns);
}

/** One piece of work at a time: a statement must not slip into another caller's transaction. */
function queue() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => T | Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => undefined); // its caller has it
    return result;
  };
}

export function storeError(cause: unknown, path: string): FengsuiError {
  const details = { path };
  if (isBusy(cause))
    return new FengsuiError('UNAVAILABLE', `${path} is busy: another program writes to it`, { details, cause });
  if (isFull(cause))
    return new FengsuiError('UNAVAILABLE', `${path}: the disk is full; make room, then it goes on`, { details, cause });
  if (isCorrupt(cause))
    return new FengsuiError('STORE', `${path} is damaged: stop, and put the folder back from a copy`, {
      details,
      cause,
    });
  return new FengsuiError('STORE', `${path} cannot be read or written: check the disk and the permissions`, {
    details,
    cause,
  });
}
