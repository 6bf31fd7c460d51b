import { wallTime } from '../../sdk/model/time.ts';
import type { DatabaseFile } from './database-file.ts';
import type { Entry, Seq } from './journal.ts';
import { seal, sealBytes, unseal } from './seal.ts';
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

export function laneFile(file: DatabaseFile): LaneFile {
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
    insert: ({ seq, at, body }) =>
      Number(insert.run(seq, at, seal(entryLabel(seq, at), body)).changes) === 0 ? 0 : body.length,
    deleteOldest(upTo, limit) {
      const rows = oldest.all(upTo, limit);
      const seqs = rows.map((row) => numberIn(row, 'seq'));
      if (seqs.length > 0) remove.run(Math.max(...seqs));
      return { seqs, bytes: rows.reduce((total, row) => total + numberIn(row, 'bytes') - sealBytes, 0) };
    },
    read: (after, limit) => collect(after, limit, damaged, (from, rows) => read.all(from, rows)),
    between: ({ from, to, after, limit }) =>
      collect(after, limit, damaged, (start, rows) => between.all(start, from, to, rows)),
    extent: () => ({ first: numberIn(first.get(), 'seq'), last: numberIn(last.get(), 'seq') }),
    bytes: () => numberIn(sum.get(), 'bytes'),
    damaged: () => damaged.size,
  };
}

export const entryLabel = (seq: Seq, at: number): string => `${seq} ${at}`;

/** The number in a column, 0 for NULL: an empty table has no smallest row. */
export function numberIn(row: Row | undefined, column: string): number {
  const value = row?.[column];
  return typeof value === 'number' ? value : 0;
}

/** Up to `limit` sound entries: damaged rows are remembered and skipped, and more are fetched in their place. */
function collect(
  after: Seq,
  limit: number,
  damaged: Set<unknown>,
  fetch: (after: Seq, limit: number) => readonly Row[],
): readonly Entry[] {
  const entries: Entry[] = [];
  let from = after;
  while (entries.length < limit) {
    const start = from;
    for (const row of fetch(start, limit - entries.length)) {
      const seq = numberIn(row, 'seq');
      const at = numberIn(row, 'at');
      const body = unseal(entryLabel(seq, at), row['body']);
      if (body) entries.push({ seq, at: wallTime(at), body });
      else damaged.add(seq);
      from = Math.max(from, seq);
    }
    if (from === start) break; // nothing more, or numbers out of order in a damaged page
  }
  return entries;
}
