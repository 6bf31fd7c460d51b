import type { HistoryMark } from '../platform-store.ts';
import { countAt, textAt, timeAt } from './rows.ts';
import type { SqlRow } from './sql.ts';

/** The rule of `isMarkAhead`, as SQL: what follows the values of an INSERT into the table of the marks. */
export const markConflict = `ON CONFLICT (gateway) DO UPDATE SET log = excluded.log, seq = excluded.seq, at = excluded.at
  WHERE excluded.log <> history_marks.log OR excluded.seq > history_marks.seq`;

export const markOf = (row: SqlRow): HistoryMark => ({
  gateway: textAt(row, 'gateway'),
  log: countAt(row, 'log'),
  seq: countAt(row, 'seq'),
  at: timeAt(row, 'at'),
});
