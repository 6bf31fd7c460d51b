import { closeSync, constants, existsSync, fdatasyncSync, fstatSync, openSync, statSync, writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { describeError, FengsuiError } from '../../sdk/model/errors.ts';
import type { Database, OpenDatabase } from '../../sdk/sqlite/driver.ts';
import { DamagedFile, isBusy, isDamage, isFull } from '../../sdk/sqlite/errors.ts';
import { backUp, removeBackups } from './backup.ts';
import { checksum } from './seal.ts';
import { isMarkedDamaged, setAside } from './set-aside.ts';
import type { Note } from './store.ts';
import { watched } from './watched-database.ts';

export type FileOptions = {
  readonly path: string;
  /** `FULL`: each commit is synced by SQLite. `NORMAL`: the caller syncs the `-wal` file itself. */
  readonly synchronous: 'FULL' | 'NORMAL';
  readonly checkpointPages: number;
  readonly cacheKib: number;
  /** How to make the file, then how to change it from each version to the next. Its version is how many of them were taken. */
  readonly steps: readonly string[];
  /** Bytes to allocate before the disk is ever full: in the file at its creation, in its write-ahead log at each start. */
  readonly roomBytes: number;
  /** Up to this size every page is looked at when it is opened. Damage elsewhere shows when it is come across. */
  readonly readThroughBytes: number;
  /** Reads what has to be sound to go on with. Throws as SQLite does where it is not. */
  readonly check?: (db: Database) => void;
  /** What is sound in a file that is set aside is taken over into the new one afterwards. */
  readonly isSalvaged: boolean;
};

export type DatabaseFile = {
  readonly path: string;
  readonly db: Database;
  /** Files that were renamed because they were damaged or newer: 0 or 1. */
  readonly setAside: number;
  /** Below the number of its steps when there was no room for the others. */
  readonly version: number;
  /** Pages that hold something. */
  usedPages(): number;
  /** All or nothing. */
  transaction<T>(work: () => T): T;
  /** A number that outlives a restart; undefined when never set, or damaged. */
  mark(name: string): number | undefined;
  setMark(name: string, value: number): void;
  /** Marks whose names start with `prefix`, without the prefix. */
  marks(prefix: string): Map<string, number>;
};

type OpenFile = Omit<DatabaseFile, 'path' | 'setAside'>;

export const pageBytes = 4_096;

/** "Feng" in ASCII: tells our files from another program's. */
const applicationId = 0x46656e67;
const ours = `PRAGMA application_id=${applicationId}`;
const markTable =
  'CREATE TABLE IF NOT EXISTS mark(name TEXT PRIMARY KEY, value INTEGER NOT NULL, crc INTEGER NOT NULL) STRICT, WITHOUT ROWID';

/**
 * Opens or creates a database file. One that is damaged or not ours is renamed to `*.corrupt-<n>`, noted, and replaced;
 * one of a newer program, to `*.newer-<n>`.
 * @throws FengsuiError JOURNAL when the disk refuses or another process holds the file.
 */
export function openDatabaseFile(open: OpenDatabase, options: FileOptions, notes: Note[]): DatabaseFile {
  try {
    return { ...tryOpen(open, options, notes), path: options.path, setAside: 0 };
  } catch (e) {
    notes.push(replaced(options, e));
  }
  try {
    return { ...tryOpen(open, options, notes), path: options.path, setAside: 1 };
  } catch (e) {
    throw refused(options.path, e);
  }
}

export function pragma(db: Database, name: string): unknown {
  return Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}

/** Makes way for a new file. */
function replaced({ path, isSalvaged }: FileOptions, e: unknown): Note {
  if (!(e instanceof NewerFile) && !isDamage(e)) throw refused(path, e);
  try {
    if (!(e instanceof NewerFile)) {
      const aside = setAside(path, 'corrupt', isSalvaged);
      return { kind: 'damaged', text: `${path} was set aside as ${aside}: ${describeError(e)}` };
    }
    const aside = setAside(path, 'newer', false);
    return {
      kind: 'newer',
      text: `${path} ${e.message}: kept as ${aside}; rename it back when that program runs again`,
    };
  } catch (cause) {
    throw refused(path, cause);
  }
}

/** Made by a program that knows more than this one: not to be written to. */
class NewerFile extends Error {}

function refused(path: string, cause: unknown): FengsuiError {
  const advice = isBusy(cause)
    ? 'another process uses it: stop that one first'
    : 'check the disk, its free space and the permissions';
  return new FengsuiError('JOURNAL', `${path} cannot be opened: ${advice}`, { details: { path }, cause });
}

function tryOpen(open: OpenDatabase, options: FileOptions, notes: Note[]): OpenFile {
  const { path } = options;
  for (const file of [path, `${path}-wal`])
    if (existsSync(file) && !statSync(file).isFile()) throw new DamagedFile(`${file} is not a file`);
  if (isMarkedDamaged(path)) throw new DamagedFile('it turned out damaged while it was in use');
  const db = watched(open(pathToFileURL(path).href), path);
  try {
    const version = prepareFile(db, options, notes);
    lengthenLog(options, notes);
    return databaseFile(db, version);
  } catch (e) {
    db.close();
    throw e;
  }
}

function prepareFile(db: Database, options: FileOptions, notes: Note[]): number {
  db.exec(`PRAGMA page_size=${pageBytes}; PRAGMA locking_mode=EXCLUSIVE; PRAGMA cell_size_check=ON`);
  const isNew = isEmpty(db, options);
  // The engine defaults to NORMAL in this mode: without the explicit value a power cut loses what was acknowledged.
  db.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=${options.synchronous};
    PRAGMA wal_autocheckpoint=${options.checkpointPages}; PRAGMA cache_size=-${options.cacheKib};
    PRAGMA temp_store=MEMORY`);
  const expected = options.synchronous === 'FULL' ? 2 : 1;
  if (pragma(db, 'synchronous') !== expected || pragma(db, 'journal_mode') !== 'wal') {
    throw new FengsuiError(
      'JOURNAL',
      `${options.path}: this build of SQLite does not accept WAL with synchronous=${options.synchronous}`,
    );
  }
  if (isNew) allocate(db, options, notes);
  const version = migrate(db, options, notes);
  options.check?.(db);
  return version;
}

/** Nothing is written where nothing is new: a gateway has to start on a full disk. */
function migrate(db: Database, { path, steps }: FileOptions, notes: Note[]): number {
  const found = versionOf(db);
  if (found >= steps.length) {
    removeBackups(path, found);
    return found;
  }
  const making = `${ours}; DROP TABLE IF EXISTS room; ${markTable};`;
  try {
    if (found > 0) backUp(db, { path, version: found }, notes);
    const script = `${found === 0 ? making : ''} ${steps.slice(found).join(';')}; PRAGMA user_version=${steps.length}`;
    transaction(db, () => db.exec(script));
    return steps.length;
  } catch (e) {
    if (found === 0 || !isFull(e)) throw e;
    notes.push({
      kind: 'no-room',
      text: `${path} stays at version ${found}: there is no room to bring it to ${steps.length}`,
    });
    return found;
  }
}

/** Files that were made before there were version numbers have their table of marks. */
function versionOf(db: Database): number {
  const version = Number(pragma(db, 'user_version'));
  if (version > 0) return version;
  return db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'mark'").get() ? 1 : 0;
}

/** True for a file without tables. What is another's is seen before anything is written to it. */
function isEmpty(db: Database, { steps, readThroughBytes }: FileOptions): boolean {
  const tables = db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table'").get()?.['n'];
  if (tables === 0) return true;
  if (pragma(db, 'application_id') !== applicationId) throw new DamagedFile('another program made it');
  const found = versionOf(db);
  if (found > steps.length)
    throw new NewerFile(`has layout ${found}, and this program knows none above ${steps.length}`);
  const isSmall = Number(pragma(db, 'page_count')) * pageBytes <= readThroughBytes;
  const check = isSmall ? pragma(db, 'quick_check(1)') : 'ok';
  if (check !== 'ok') throw new DamagedFile(String(check));
  return false;
}

/**
 * SQLite deletes the log when the file is closed properly, and a log that has to grow again finds no room on a disk that
 * is full by then. Zeros behind its end are no entries to SQLite (sqlite.org/fileformat2.html#walformat).
 */
function lengthenLog({ path, roomBytes }: FileOptions, notes: Note[]): void {
  const log = openSync(`${path}-wal`, constants.O_RDWR | constants.O_CREAT);
  try {
    const zeros = new Uint8Array(pageBytes);
    for (let at = fstatSync(log).size; at < roomBytes; at += pageBytes) writeSync(log, zeros, 0, pageBytes, at);
    fdatasyncSync(log);
  } catch (e) {
    notes.push({
      kind: 'no-room',
      text: `${path}: its log could not be lengthened to ${roomBytes} bytes in advance: ${describeError(e)}`,
    });
  } finally {
    closeSync(log);
  }
}

/**
 * In two transactions: pages that are freed in the one that made them are never written. The first tells whose the file
 * is, for the start after a power cut between the two.
 */
function allocate(db: Database, options: FileOptions, notes: Note[]): void {
  try {
    db.exec(
      `BEGIN; ${ours}; CREATE TABLE room(x BLOB); INSERT INTO room VALUES(zeroblob(${options.roomBytes})); COMMIT`,
    );
    db.exec('DROP TABLE room');
  } catch (e) {
    if (!isFull(e)) throw e;
    notes.push({ kind: 'no-room', text: `${options.path}: no room to allocate ${options.roomBytes} bytes in advance` });
  }
}

/** A database with our table of marks, in this version. */
export function databaseFile(db: Database, version: number): OpenFile {
  const get = db.prepare('SELECT name, value, crc FROM mark WHERE name = ?');
  const all = db.prepare('SELECT name, value, crc FROM mark');
  const set = db.prepare('INSERT OR REPLACE INTO mark(name, value, crc) VALUES(?, ?, ?)');
  const pages = db.prepare('PRAGMA page_count');
  const free = db.prepare('PRAGMA freelist_count');
  return {
    db,
    version,
    transaction: (work) => transaction(db, work),
    usedPages: () => Number(pages.get()?.['page_count']) - Number(free.get()?.['freelist_count']),
    mark: (name) => sound(get.get(name)),
    setMark: (name, value) => set.run(name, value, checksum(`${name}=${value}`)),
    marks(prefix) {
      const found = new Map<string, number>();
      for (const row of all.all()) {
        const value = sound(row);
        const { name } = row;
        if (value !== undefined && typeof name === 'string' && name.startsWith(prefix)) {
          found.set(name.slice(prefix.length), value);
        }
      }
      return found;
    },
  };
}

/** A damaged mark counts as never set: a cursor that jumped ahead would hide alarms, one that fell back only repeats them. */
function sound(row: Readonly<Record<string, unknown>> | undefined): number | undefined {
  if (typeof row?.['value'] !== 'number') return undefined;
  return row['crc'] === checksum(`${String(row['name'])}=${row['value']}`) ? row['value'] : undefined;
}

function transaction<T>(db: Database, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (e) {
    try {
      db.exec('ROLLBACK');
    } catch {
      // SQLite rolled back by itself, as it does when the disk is full; the first error is the one to tell.
    }
    throw e;
  }
}
