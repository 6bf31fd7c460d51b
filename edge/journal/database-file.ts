import {
  closeSync,
  constants,
  existsSync,
  fdatasyncSync,
  fstatSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { pathToFileURL } from 'node:url';
import { describeError, FengsuiError } from '../../sdk/model/errors.ts';
import { backUp, removeBackups } from './backup.ts';
import { checksum } from './seal.ts';
import type { Database, OpenDatabase } from './sqlite-driver.ts';

export type FileOptions = {
  readonly path: string;
  /** `FULL`: each commit is synced by SQLite. `NORMAL`: the caller syncs the `-wal` file itself. */
  readonly synchronous: 'FULL' | 'NORMAL';
  /** URI parameters, e.g. `?psow=0`: assume that a power cut may damage bytes beside those being written. */
  readonly parameters: string;
  readonly checkpointPages: number;
  readonly cacheKib: number;
  /** How to make the file, then how to change it from each version to the next. Its version is how many of them were taken. */
  readonly steps: readonly string[];
  /** Bytes to allocate before the disk is ever full: in the file at its creation, in its write-ahead log at each start. */
  readonly roomBytes: number;
  /** Look at every page at start. Default true; without, damage shows when it is come across. */
  readonly isReadThrough?: false;
};

export type DatabaseFile = {
  readonly db: Database;
  /** Files renamed because they were damaged: 0 or 1. */
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

export const pageBytes = 4_096;

const damagedMark = '.damaged';

/** "Feng" in ASCII: tells our files from another program's. */
const applicationId = 0x46656e67;
const ours = `PRAGMA application_id=${applicationId}`;
const markTable =
  'CREATE TABLE IF NOT EXISTS mark(name TEXT PRIMARY KEY, value INTEGER NOT NULL, crc INTEGER NOT NULL) STRICT, WITHOUT ROWID';

/**
 * Opens or creates a database file. One that is damaged or not ours is renamed to `*.corrupt-<n>`, noted, and replaced.
 * @throws FengsuiError JOURNAL when the disk refuses or another process holds the file.
 */
export function openDatabaseFile(open: OpenDatabase, options: FileOptions, notes: string[]): DatabaseFile {
  try {
    return { ...tryOpen(open, options, notes), setAside: 0 };
  } catch (e) {
    if (!isDamage(e)) throw refused(options.path, e);
    notes.push(`${options.path} was set aside as ${setAside(options.path)}: ${describeError(e)}`);
  }
  try {
    return { ...tryOpen(open, options, notes), setAside: 1 };
  } catch (e) {
    throw refused(options.path, e);
  }
}

/** Primary result codes of SQLite (sqlite.org/rescode.html) that say the file itself is bad: ERROR, CORRUPT, NOTADB. */
export function isDamage(e: unknown): boolean {
  const shortRead = 522; // IOERR_SHORT_READ: the file is shorter than it says
  const code = resultCode(e);
  return e instanceof DamagedFile || code === shortRead || [1, 11, 26].includes(code & 0xff);
}

/** Result code FULL: no room, on the disk or under `max_page_count`. */
export const isFull = (e: unknown): boolean => (resultCode(e) & 0xff) === 13;

/** Leaves word to set the file aside when it is opened next: its damage may be in a place that the check does not see. */
export const markDamaged = (path: string): void => writeFileSync(path + damagedMark, '');

export function pragma(db: Database, name: string): unknown {
  return Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}

class DamagedFile extends Error {}

function resultCode(e: unknown): number {
  if (!(e instanceof Error)) return 0;
  if ('errcode' in e && typeof e.errcode === 'number') return e.errcode;
  return wordsOfCodes.get(e.message) ?? 0;
}

/** `all` of the package for Node 20 throws without a code: there SQLite's own words (sqlite3_errstr) have to do. */
const wordsOfCodes: ReadonlyMap<string, number> = new Map([
  ['database is locked', 5],
  ['database disk image is malformed', 11],
  ['database or disk is full', 13],
  ['file is not a database', 26],
]);

function refused(path: string, cause: unknown): FengsuiError {
  const isBusy = [5, 6].includes(resultCode(cause) & 0xff);
  const advice = isBusy
    ? 'another process uses it: stop that one first'
    : 'check the disk, its free space and the permissions';
  return new FengsuiError('JOURNAL', `${path} cannot be opened: ${advice}`, { details: { path }, cause });
}

function setAside(path: string): string {
  let n = 1;
  while (existsSync(`${path}.corrupt-${n}`)) n += 1;
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, `${path}.corrupt-${n}${suffix}`);
  }
  rmSync(path + damagedMark, { force: true });
  return `${path}.corrupt-${n}`;
}

function tryOpen(open: OpenDatabase, options: FileOptions, notes: string[]): Omit<DatabaseFile, 'setAside'> {
  if (existsSync(options.path) && !statSync(options.path).isFile()) throw new DamagedFile('it is not a file');
  if (existsSync(options.path + damagedMark)) throw new DamagedFile('it turned out damaged while it was in use');
  const db = open(pathToFileURL(options.path).href + options.parameters);
  try {
    const version = prepareFile(db, options, notes);
    lengthenLog(options, notes);
    return databaseFile(db, version);
  } catch (e) {
    db.close();
    throw e;
  }
}

function prepareFile(db: Database, options: FileOptions, notes: string[]): number {
  // The engine defaults to NORMAL in this mode: without the explicit value a power cut loses what was acknowledged.
  db.exec(`PRAGMA page_size=${pageBytes}; PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL;
    PRAGMA synchronous=${options.synchronous}; PRAGMA wal_autocheckpoint=${options.checkpointPages};
    PRAGMA cache_size=-${options.cacheKib}; PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY`);
  const expected = options.synchronous === 'FULL' ? 2 : 1;
  if (pragma(db, 'synchronous') !== expected || pragma(db, 'journal_mode') !== 'wal') {
    throw new FengsuiError(
      'JOURNAL',
      `${options.path}: this build of SQLite does not accept WAL with synchronous=${options.synchronous}`,
    );
  }
  const tables = db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table'").get()?.['n'];
  const isNew = tables === 0;
  if (!isNew && pragma(db, 'application_id') !== applicationId) throw new DamagedFile('another program made it');
  const check = options.isReadThrough === false ? 'ok' : pragma(db, 'quick_check(1)');
  if (check !== 'ok') throw new DamagedFile(String(check));
  if (isNew) allocate(db, options, notes);
  return migrate(db, options, notes);
}

/** Nothing is written where nothing is new: a gateway has to start on a full disk. */
function migrate(db: Database, { path, steps }: FileOptions, notes: string[]): number {
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
    notes.push(`${path} stays at version ${found}: there is no room to bring it to ${steps.length}`);
    return found;
  }
}

/** Files that were made before there were version numbers have their table of marks. */
function versionOf(db: Database): number {
  const version = Number(pragma(db, 'user_version'));
  if (version > 0) return version;
  return db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'mark'").get() ? 1 : 0;
}

/**
 * SQLite deletes the log when the file is closed properly, and a log that has to grow again finds no room on a disk that
 * is full by then. Zeros behind its end are no entries to SQLite (sqlite.org/fileformat2.html#walformat).
 */
function lengthenLog({ path, roomBytes }: FileOptions, notes: string[]): void {
  const log = openSync(`${path}-wal`, constants.O_RDWR | constants.O_CREAT);
  try {
    const zeros = new Uint8Array(pageBytes);
    for (let at = fstatSync(log).size; at < roomBytes; at += pageBytes) writeSync(log, zeros, 0, pageBytes, at);
    fdatasyncSync(log);
  } catch (e) {
    notes.push(`${path}: no room to lengthen its log to ${roomBytes} bytes in advance: ${describeError(e)}`);
  } finally {
    closeSync(log);
  }
}

/**
 * In two transactions: pages that are freed in the one that made them are never written. The first tells whose the file
 * is, for the start after a power cut between the two.
 */
function allocate(db: Database, options: FileOptions, notes: string[]): void {
  try {
    db.exec(
      `BEGIN; ${ours}; CREATE TABLE room(x BLOB); INSERT INTO room VALUES(zeroblob(${options.roomBytes})); COMMIT`,
    );
    db.exec('DROP TABLE room');
  } catch (e) {
    if (!isFull(e)) throw e;
    notes.push(`${options.path}: no room to allocate ${options.roomBytes} bytes in advance`);
  }
}

function databaseFile(db: Database, version: number): Omit<DatabaseFile, 'setAside'> {
  const get = db.prepare('SELECT name, value, crc FROM mark WHERE name = ?');
  const all = db.prepare('SELECT name, value, crc FROM mark');
  const set = db.prepare('INSERT OR REPLACE INTO mark(name, value, crc) VALUES(?, ?, ?)');
  return {
    db,
    version,
    usedPages: () => Number(pragma(db, 'page_count')) - Number(pragma(db, 'freelist_count')),
    transaction: (work) => transaction(db, work),
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
