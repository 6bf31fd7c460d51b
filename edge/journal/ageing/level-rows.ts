import { type WallTime, wallTime } from '../../../sdk/model/time.ts';
import type { Row } from '../../../sdk/sqlite/driver.ts';
import type { DatabaseFile } from '../database-file.ts';
import { deflatedRows } from '../entry-rows.ts';
import type { Entry, Seq } from '../journal.ts';
import { laneSchema, numberIn } from '../lane-file.ts';
import { sealBytes } from '../seal.ts';

/** How much is left of what a row stands for: all, sums by the minute, by the quarter of an hour, or nothing. */
export const level = { raw: 0, minute: 1, quarter: 2, gone: 3 } as const;
export type Level = (typeof level)[keyof typeof level];

/**
 * How `telemetry.db` came to be. A row stands for the numbers `first` (its own where there is none) to `seq`. `first` and
 * `level` are for finding rows; what is told of them stands in the body, under its checksum.
 */
export const telemetrySteps: readonly string[] = [
  laneSchema,
  'ALTER TABLE entry ADD COLUMN first INTEGER; ALTER TABLE entry ADD COLUMN level INTEGER NOT NULL DEFAULT 0',
];

/** A row without its body. */
export type RowHead = {
  readonly first: Seq;
  readonly seq: Seq;
  readonly at: WallTime;
  readonly level: number;
  readonly bytes: number;
};

export type LevelRows = {
  /** Oldest first, above `after`. */
  heads(after: Seq, limit: number): readonly RowHead[];
  /** Of those of which something is left, the oldest up to `upTo`. */
  oldestLeft(upTo: Seq, limit: number): readonly RowHead[];
  /** The row that has this number itself. */
  at(seq: Seq): RowHead | undefined;
  /** Inside a transaction. A number that is stored already is left as it is. */
  insert(entry: Entry & { readonly first: Seq; readonly level: Level }): void;
  /** Inside a transaction. Rows whose own numbers are `from` to `to`. */
  remove(from: Seq, to: Seq): void;
};

export function levelRows({ db }: DatabaseFile): LevelRows {
  const columns = 'coalesce(first, seq) AS first, seq, at, level, length(body) AS bytes';
  const after = db.prepare(`SELECT ${columns} FROM entry WHERE seq > ? ORDER BY seq LIMIT ?`);
  const left = db.prepare(`SELECT ${columns} FROM entry WHERE level < 3 AND seq <= ? ORDER BY seq LIMIT ?`);
  const one = db.prepare(`SELECT ${columns} FROM entry WHERE seq = ?`);
  const insert = db.prepare('INSERT OR IGNORE INTO entry(seq, at, body, first, level) VALUES(?, ?, ?, ?, ?)');
  const remove = db.prepare('DELETE FROM entry WHERE seq BETWEEN ? AND ?');
  return {
    heads: (from, limit) => after.all(from, limit).map(headOf),
    oldestLeft: (upTo, limit) => left.all(upTo, limit).map(headOf),
    at(seq) {
      const row = one.get(seq);
      return row && headOf(row);
    },
    insert({ seq, at, body, first, level }) {
      insert.run(seq, at, deflatedRows.pack(seq, at, body), first, level);
    },
    remove: (from, to) => {
      remove.run(from, to);
    },
  };
}

const headOf = (row: Row): RowHead => ({
  first: numberIn(row, 'first'),
  seq: numberIn(row, 'seq'),
  at: wallTime(numberIn(row, 'at')),
  level: numberIn(row, 'level'),
  bytes: numberIn(row, 'bytes') - sealBytes,
});
