import { wallTime } from '../../sdk/model/time.ts';
import type { DatabaseFile } from './database-file.ts';
import { type EntryRows, plainRows } from './entry-rows.ts';
import type { Entry, Seq } from './journal.ts';
import { sealBytes } from './seal.ts';
import type { Row } from './sqlite-driver.ts';
import type { Window } from './store.ts';

export const laneSchema = `
  CREATE TABLE IF NOT EXISTS entry(seq INTEGER PRIMARY KEY, at REAL NOT NULL, body BLOB NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS kept(key TEXT PRIMARY KEY, value BLOB) STRICT, WITHOUT ROWID`;

/** The entries of one lane in their file. */
export type LaneFile = {
  /** Inside a transaction. Returns the bytes added: 0 when the number is stored already. */
  insert(entry: Entry): number;
  /** Inside a transaction. Deletes at most `limit` of the oldest up to `upTo`. */
  deleteOldest(upTo: Seq, limit: number): { readonly seqs: readonly Seq[]; readonly bytes: number };
  read(after: Seq, limit: number): readonly Entry[];
  between(window: Window): readonly Entry[];
  extent(): { readonly first: Seq; readonly last: Seq };
  /** Bytes of all bodies; reads every row's header. */
  bytes(): number;
  /** Rows found damaged since start. */
  damaged(): number;
};

export function laneFile(file: DatabaseFile, rows: EntryRows = plainRows): LaneFile {
  const { db } = file;
  const damaged = new Set<unknown>();
  const insert = db.prepare('INSERT OR IGNORE INTO entry(seq, at, body) VALUES(?, ?, ?)');
  const oldest = db.prepare('SELECT seq, length(body) AS bytes FROM entry WHERE seq <= ? ORDER BY seq LIMIT ?');
  const remove = db.prepare('DELETE FROM entry WHERE seq <= ?');
  const read = db.prepare('SELECT seq, at, body FROM entry WHERE seq > ? ORDER BY seq LIMIT ?');
  const between = db.prepare(
    'SELECT seq, at, body FROM entry WHERE seq > ? AND at BETWEEN ? AND ? ORDER BY seq LIMIT ?',
  );
  // Two statements: with min and max in one, SQLite walks the whole table.
  const first = db.prepare('SELECT min(seq) AS seq FROM entry');
  const last = db.prepare('SELECT max(seq) AS seq FROM entry');
  const sum = db.prepare(`SELECT total(length(body) - ${sealBytes}) AS bytes FROM entry`);
  return {
    insert({ seq, at, body }) {
      const row = rows.pack(seq, at, body);
      return Number(insert.run(seq, at, row).changes) === 0 ? 0 : row.length - sealBytes;
    },
    deleteOldest(upTo, limit) {
      const found = oldest.all(upTo, limit);
      const seqs = found.map((row) => numberIn(row, 'seq'));
      if (seqs.length > 0) remove.run(Math.max(...seqs));
      return { seqs, bytes: found.reduce((total, row) => total + numberIn(row, 'bytes') - sealBytes, 0) };
    },
    read: (after, limit) => collect({ rows, damaged, fetch: (from, most) => read.all(from, most) }, after, limit),
    between: ({ from, to, after, limit }) =>
      collect({ rows, damaged, fetch: (start, most) => between.all(start, from, to, most) }, after, limit),
    extent: () => ({ first: numberIn(first.get(), 'seq'), last: numberIn(last.get(), 'seq') }),
    bytes: () => numberIn(sum.get(), 'bytes'),
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
