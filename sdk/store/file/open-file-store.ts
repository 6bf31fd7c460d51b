import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FengsuiError } from '../../model/errors.ts';
import { type Database, loadSqlite, type OpenDatabase } from '../../sqlite/driver.ts';
import { isBusy } from '../../sqlite/errors.ts';
import { checkedStore } from '../checked-store.ts';
import { checkDays, defaultHistoryDays } from '../kept-span.ts';
import type { PlatformStore } from '../platform-store.ts';
import { sqlAlarmLog } from '../sql/alarm-log.ts';
import { sqlAuditLog } from '../sql/audit-log.ts';
import { sqlDesired } from '../sql/desired.ts';
import { sqlRegistry } from '../sql/registry.ts';
import { fileHistory } from './file-history.ts';
import { sqliteDatabase, storeError } from './sqlite-database.ts';
import { steps } from './steps.ts';

export type FileStoreOptions = {
  /** Made where it is missing, for its owner only. */
  readonly folder: string;
  /** How long samples are kept, in days; 400 unless given. */
  readonly historyDays?: number | undefined;
};

/**
 * A store in a folder, with nothing to set up: SQLite, each commit synced to disk before it is answered. One process at a
 * time. It works in the caller's thread, and a sync takes as long as the disk takes: for a district, use PostgreSQL.
 * @throws FengsuiError UNAVAILABLE (another process has it open), STORE (the folder cannot be used, is damaged, or was written by a newer program), DRIVER_MISSING, INVALID
 */
export async function openFileStore({
  folder,
  historyDays = defaultHistoryDays,
}: FileStoreOptions): Promise<PlatformStore> {
  checkDays(historyDays);
  const open = await loadSqlite();
  const path = join(folder, 'fengsui.db');
  await makeFolder(folder);
  const lock = locked(open, folder);
  try {
    const db = opened(open, path, steps);
    return storeIn(db, { path, historyDays, release: lock });
  } catch (e) {
    lock();
    throw FengsuiError.is(e) ? e : storeError(e, path);
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new FengsuiError('STORE', `the folder ${folder} cannot be made: check the permissions`, { cause });
  }
}

/**
 * A file of its own, held by the kernel as long as the process lives: the driver for Node 20 keeps the lock of a database
 * until its statements are collected, and here there are none.
 */
function locked(open: OpenDatabase, folder: string): () => void {
  const path = join(folder, 'lock');
  const db = open(pathToFileURL(path).href);
  try {
    db.exec('PRAGMA busy_timeout=0; BEGIN EXCLUSIVE');
  } catch (cause) {
    db.close();
    if (!isBusy(cause)) throw storeError(cause, path);
    throw new FengsuiError(
      'UNAVAILABLE',
      `the store in ${folder} is open already, and only one process may use it: stop the other one, or use PostgreSQL`,
      { details: { folder }, cause },
    );
  }
  return () => {
    db.exec('ROLLBACK');
    db.close();
  };
}

/** "FSPS": tells our files from another program's. */
const applicationId = 0x46535053;

/** @throws FengsuiError STORE when the file is not ours, or of a newer program */
export function opened(open: OpenDatabase, path: string, steps: readonly string[]): Database {
  const db = open(pathToFileURL(path).href);
  try {
    prepare(db, path, steps);
    return db;
  } catch (e) {
    db.close();
    throw e;
  }
}

function prepare(db: Database, path: string, steps: readonly string[]): void {
  const version = Number(pragma(db, 'user_version'));
  const isOurs = pragma(db, 'application_id') === applicationId || isEmpty(db);
  if (!isOurs) throw new FengsuiError('STORE', `${path} was made by another program: choose another folder`);
  if (version > steps.length)
    throw new FengsuiError(
      'STORE',
      `${path} has layout ${version}, and this program knows none above ${steps.length}: run the newer program`,
    );
  // The engine's own choice in this mode is NORMAL, with which a power cut loses what was acknowledged.
  db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000; PRAGMA recursive_triggers=ON');
  if (pragma(db, 'journal_mode') !== 'wal' || pragma(db, 'synchronous') !== 2)
    throw new FengsuiError('STORE', `${path}: the file system does not allow a write-ahead log; use a local disk`);
  const missing = steps.slice(version).join('\n');
  if (missing === '') return;
  const marks = `PRAGMA application_id=${applicationId}; PRAGMA user_version=${steps.length}`;
  db.exec(`BEGIN IMMEDIATE; ${missing}; ${marks}; COMMIT`);
}

const pragma = (db: Database, name: string): unknown => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];

const isEmpty = (db: Database): boolean =>
  db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table'").get()?.['n'] === 0;

type StoreParts = { readonly path: string; readonly historyDays: number; readonly release: () => void };

function storeIn(db: Database, { path, historyDays, release }: StoreParts): PlatformStore {
  const sql = sqliteDatabase(db, path);
  return checkedStore({
    gateways: sqlRegistry(sql),
    desired: sqlDesired(sql),
    history: fileHistory(sql, historyDays),
    alarms: sqlAlarmLog(sql),
    audit: sqlAuditLog(sql),
    async [Symbol.asyncDispose]() {
      try {
        await sql.atOnce(() => undefined); // what was begun comes first
        db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      } finally {
        db.close();
        release();
      }
    },
  });
}
