import { closeSync, fstatSync, openSync, readSync, truncateSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Database, OpenDatabase, Row, Statement } from '../../sdk/sqlite/driver.ts';
import { isDamage, isFull } from '../../sdk/sqlite/errors.ts';
import { cursorsOf } from './apply-write.ts';
import { type DatabaseFile, databaseFile } from './database-file.ts';
import { deflatedRows } from './entry-rows.ts';
import type { Entry, Keep, Seq } from './journal.ts';
import { type LaneFile, laneFile } from './lane-file.ts';
import { unseal } from './seal.ts';

/** Where to put what is sound. */
export type SalvageInto = {
  readonly file: DatabaseFile;
  readonly lane: LaneFile;
  /** Inside a transaction. */
  readonly keep: (keep: Keep) => void;
  /** Inside a transaction. Returns the first of the numbers that the entry stands for. */
  readonly takeOver: (entry: Entry) => Seq;
  /** Whether older entries still fit. */
  readonly hasRoom: () => boolean;
};

/** Marks are taken over as it is made: those of one file tell how far to look in the other. */
export type Salvage = { finish(limits: SalvageLimits): Salvaged };

export type SalvageLimits = {
  /** The highest number that can have been given out; 0 when nothing is known of it. */
  readonly upTo: Seq;
  /** The newest entry that is known to have been stored. */
  readonly last: Seq;
  /** Ms on any clock that only goes forward. */
  readonly now: () => number;
  readonly budgetMs: number;
};

export type Salvaged = {
  readonly entries: number;
  readonly kept: number;
  /** Numbers between the oldest that was saved and the newest that is known, of which nothing was. */
  readonly missing: number;
  /** Entries below this number were not looked for any more; 0 when all were. */
  readonly leftBelow: Seq;
};

/** Marks of what was salvaged into a file say nothing of another. */
export const salvagedMark = 'salvaged:';

/** Numbers asked for at once: what a damaged page costs is found by halving. */
const span = 64;
/** Of one transaction. The first is always made, however slow the disk: the newest 1,500 entries, above which up to 1,000 numbers are kept free. */
const spans = 40;
const keysAtOnce = 32;
/** Behind all keys that are text. */
const lastKey = '\u{10ffff}';
/** So many numbers without a sound entry are the end: more than one damaged page can hide. */
const widestHole = 50_000;
/** What SQLite itself lets a file grow to is far more than any of ours has. */
const longestFile = 2 ** 32;

/**
 * Takes over all that is what its checksum says from a damaged file that was set aside: marks, kept values, and entries,
 * newest first, because those are what nobody has been told yet. What is there already stays. The damaged file is only
 * read; one that was cut off is lengthened with zeros to the size that it says it has, or SQLite would not look at it.
 * Without locks (`unix-none`): the database that found the damage may hold its own until its statements are collected.
 */
export function startSalvage(open: OpenDatabase, aside: string, into: SalvageInto): Salvage {
  lengthen(aside);
  const damaged = open(`${pathToFileURL(aside).href}?mode=ro&vfs=unix-none`);
  // Without its first page, or the one that leads to a table, there is no way to all others.
  const from = unlessDamaged(() => opened(damaged));
  if (from) into.file.transaction(() => takeMarks(from, into.file));
  return {
    finish(limits) {
      const found = from && {
        kept: takeKept(damaged, into),
        ...takeEntries(laneFile({ db: damaged }, deflatedRows), into, limits),
      };
      damaged.close();
      return found ?? { entries: 0, kept: 0, missing: 0, leftBelow: 0 };
    },
  };
}

function opened(db: Database) {
  db.exec('PRAGMA locking_mode=EXCLUSIVE; PRAGMA cell_size_check=ON; PRAGMA cache_size=-1024');
  laneFile({ db });
  return databaseFile(db, 0);
}

/** SQLite refuses a file that is shorter than its header says. */
function lengthen(path: string): void {
  const file = openSync(path, 'r');
  try {
    const header = new DataView(new ArrayBuffer(32)); // sqlite.org/fileformat2.html#the_database_header
    if (readSync(file, header, 0, header.byteLength, 0) < header.byteLength) return;
    const size = header.getUint16(16) * header.getUint32(28);
    if (size > fstatSync(file).size && size < longestFile) truncateSync(path, size);
  } finally {
    closeSync(file);
  }
}

function takeMarks(from: Pick<DatabaseFile, 'marks'>, into: SalvageInto['file']): void {
  for (const [name, value] of unlessDamaged(() => from.marks('')) ?? [])
    if (!name.startsWith(salvagedMark) && value > (into.mark(name) ?? -1)) into.setMark(name, value);
}

/** From both ends, because behind a damaged page nobody knows which key comes next. */
function takeKept(damaged: Database, { file, keep }: SalvageInto): number {
  const up = damaged.prepare('SELECT key, value FROM kept WHERE key > ? ORDER BY key LIMIT ?');
  const down = damaged.prepare('SELECT key, value FROM kept WHERE key < ? ORDER BY key DESC LIMIT ?');
  const found = new Map<string, Uint8Array | undefined>();
  takeKeys(up, '', found);
  takeKeys(down, lastKey, found);
  file.transaction(() => {
    for (const [key, value] of found) keep({ key, value });
  });
  return found.size;
}

/** Ends where nothing new comes: the order of keys in a damaged page may be anything. */
function takeKeys(next: Statement, from: string, found: Map<string, Uint8Array | undefined>): void {
  const seen = new Set<unknown>();
  let at = from;
  for (let limit = keysAtOnce; limit > 0; ) {
    const rows = unlessDamaged(() => next.all(at, limit));
    for (const row of rows ?? []) takeKeptRow(row, found);
    const last = rows?.at(-1)?.['key'];
    if (!rows) limit = Math.floor(limit / 2);
    else if (typeof last !== 'string' || seen.has(last)) break;
    else at = last;
    if (rows) seen.add(last);
  }
}

function takeKeptRow({ key, value }: Row, found: Map<string, Uint8Array | undefined>): void {
  if (typeof key !== 'string') return;
  const body = unseal(key, value);
  if (body || value === null) found.set(key, body);
}

function takeEntries(from: LaneFile, into: SalvageInto, limits: SalvageLimits): Omit<Salvaged, 'kept'> {
  const end = limits.now() + limits.budgetMs;
  const first = firstSound(from);
  const start = Math.max(limits.upTo, limits.last, lastSound(from));
  const saved = { count: 0, numbers: 0, newest: 0, oldest: start + 1 };
  let at = start;
  const some = (): boolean => {
    for (let n = 0; n < spans && at >= first; n++) {
      for (const entry of soundIn(from, Math.max(first, at - span + 1), at)) {
        const oldest = into.takeOver(entry);
        saved.count++;
        saved.numbers += entry.seq - oldest + 1;
        saved.newest = Math.max(saved.newest, entry.seq);
        saved.oldest = Math.min(saved.oldest, oldest);
      }
      at -= span;
    }
    return true;
  };
  const isEnd = (): boolean => at < first || saved.oldest - at > widestHole;
  for (let isFirst = true; !isEnd() && (isFirst || limits.now() < end) && into.hasRoom(); isFirst = false) {
    if (!unlessFull(() => into.file.transaction(some))) break;
  }
  const known = Math.max(saved.newest, limits.last, ...cursorsOf(into.file).values());
  const missing = saved.count === 0 ? 0 : known - saved.oldest + 1 - saved.numbers;
  return { entries: saved.count, missing, leftBelow: isEnd() ? 0 : at + 1 };
}

/** The oldest entry if it is sound, else the first number there can be. */
function firstSound(lane: LaneFile): Seq {
  return unlessDamaged(() => lane.read(lane.extent().first - 1, 1)[0]?.seq) ?? 1;
}

/** The newest entry if it is sound, else 0. */
function lastSound(lane: LaneFile): Seq {
  return unlessDamaged(() => lane.read(lane.extent().last - 1, 1)[0]?.seq) ?? 0;
}

/** Every sound entry in a range: where reading fails, its halves are read. */
function soundIn(lane: LaneFile, from: Seq, to: Seq): readonly Entry[] {
  const found = unlessDamaged(() => lane.read(from - 1, to - from + 1));
  if (found) return found.filter(({ seq }) => seq >= from && seq <= to);
  if (from === to) return [];
  const middle = Math.floor((from + to) / 2);
  return [...soundIn(lane, from, middle), ...soundIn(lane, middle + 1, to)];
}

/** Undefined when there is no room; then nothing was changed. */
const unlessFull = <T>(work: () => T): T | undefined => unless(isFull, work);
const unlessDamaged = <T>(work: () => T): T | undefined => unless(isDamage, work);

function unless<T>(isExpected: (e: unknown) => boolean, work: () => T): T | undefined {
  try {
    return work();
  } catch (e) {
    if (!isExpected(e)) throw e;
    return undefined;
  }
}
