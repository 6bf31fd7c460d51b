import { wallTime } from '../../sdk/model/time.ts';
import type { Database, Row } from '../../sdk/sqlite/driver.ts';
import type { DatabaseFile } from './database-file.ts';
import { type EntryRows, plainRows } from './entry-rows.ts';
import type { Entry, Seq } from './journal.ts';

export const laneSchema = `
  CREATE TABLE IF NOT EXISTS entry(seq INTEGER PRIMARY KEY, at REAL NOT NULL, body BLOB NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS kept(key TEXT PRIMARY KEY, value BLOB) STRICT, WITHOUT ROWID`;

/** The entries of one lane in their file. */
export type LaneFile = {
  /** Inside a transaction. An entry whose number is stored already is left as it is. */
  insert(entry: Entry): void;
  /** Inside a transaction. Deletes at most `limit` of the oldest up to `upTo`, and tells which. */
  deleteOldest(upTo: Seq, limit: number): readonly Seq[];
  read(after: Seq, limit: number): readonly Entry[];
  extent(): { readonly first: Seq; readonly last: Seq };
  /** Rows found damaged since start. */
  damaged(): number;
};

/** Entries at the end of a lane that are read when it is opened: what a crash may have torn is there. */
const tail = 16;

/** Reads what a start needs, and the ends of the lane; the rest shows its damage when it is read. Throws as SQLite does. */
export function checkLane(db: Database): void {
  db.prepare('SELECT name, value, crc FROM mark').all();
  db.prepare('SELECT key, value FROM kept').all();
  db.prepare('SELECT seq, at, body FROM entry ORDER BY seq LIMIT 1').all();
  db.prepare('SELECT seq, at, body FROM entry ORDER BY seq DESC LIMIT ?').all(tail);
}

export function laneFile({ db }: Pick<DatabaseFile, 'db'>, rows: EntryRows = plainRows): LaneFile {
  const damaged = new Set<unknown>();
  const insert = db.prepare('INSERT OR IGNORE INTO entry(seq, at, body) VALUES(?, ?, ?)');
  const oldest = db.prepare('SELECT seq FROM entry WHERE seq <= ? ORDER BY seq LIMIT ?');
  const remove = db.prepare('DELETE FROM entry WHERE seq <= ?');
  const read = db.prepare('SELECT seq, at, body FROM entry WHERE seq > ? ORDER BY seq LIMIT ?');
  // Two statements: with min and max in one, SQLite walks the whole table.
  const first = db.prepare('SELECT min(seq) AS seq FROM entry');
  const last = db.prepare('SELECT max(seq) AS seq FROM entry');
  return {
    insert: ({ seq, at, body }) => void insert.run(seq, at, rows.pack(seq, at, body)),
    deleteOldest(upTo, limit) {
      const seqs = oldest.all(upTo, limit).map((row) => numberIn(row, 'seq'));
      if (seqs.length > 0) remove.run(Math.max(...seqs));
      return seqs;
    },
    read: (after, limit) => collect({ rows, damaged, fetch: (from, most) => read.all(from, most) }, after, limit),
    extent: () => ({ first: numberIn(first.get(), 'seq'), last: numberIn(last.get(), 'seq') }),
    damaged: () => damaged.size,
  };
}

/** The number in a column, 0 for NULL: an empty table has no smallest row. */
export function numberIn(row: Row | undefined, column: string): number {
  const value = row?.[column];
  return typeof value === 'number' ? value : 0;
}

type Source = {
  readonly rows: EntryRows;
  readonly damaged: Set<unknown>;
  readonly fetch: (after: Seq, limit: number) => readonly Row[];
};

/** Up to `limit` sound entries: damaged rows are remembered and skipped, and more are fetched in their place. */
function collect({ rows, damaged, fetch }: Source, after: Seq, limit: number): readonly Entry[] {
  const entries: Entry[] = [];
  let from = after;
  while (entries.length < limit) {
    const start = from;
    for (const row of fetch(start, limit - entries.length)) {
      const seq = numberIn(row, 'seq');
      const at = numberIn(row, 'at');
      const body = rows.unpack(seq, at, row['body']);
      if (body) entries.push({ seq, at: wallTime(at), body });
      else damaged.add(seq);
      from = Math.max(from, seq);
    }
    if (from === start) break; // nothing more, or numbers out of order in a damaged page
  }
  return entries;
}
