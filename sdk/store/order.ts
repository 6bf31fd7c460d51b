import type { Key } from './cursor.ts';
import type { AlarmEntry, HistoryMark } from './platform-store.ts';

/** Texts by their UTF-8 bytes, as SQLite and PostgreSQL's collation "C" have them; JavaScript's own order differs beyond U+FFFF. */
export function compareKeys(a: Key, b: Key): number {
  for (const [i, left] of a.entries()) {
    const right = b[i];
    const order =
      typeof left === 'number' ? left - Number(right) : Buffer.compare(Buffer.from(left), Buffer.from(String(right)));
    if (order !== 0) return order;
  }
  return 0;
}

type Placed = Pick<AlarmEntry, 'log' | 'seq' | 'receivedAt'>;

/** Whether `entry` says more of a condition than `known` does: within a log by number; a new log comes after the old one. */
export const isLater = (entry: Placed, known: Placed | undefined): boolean =>
  known === undefined ||
  (entry.log === known.log ? entry.seq > known.seq : entry.receivedAt.getTime() >= known.receivedAt.getTime());

type MarkPlace = Pick<HistoryMark, 'log' | 'seq'>;

/** Whether a mark takes the place of another: never back within a log; one of another log does. */
export const isMarkAhead = (mark: MarkPlace, known: MarkPlace | undefined): boolean =>
  mark.log !== known?.log || mark.seq > known.seq;

/** A walk test is no alarm: it must not take the place of one that stands. */
export const isStandingWord = ({ event }: Pick<AlarmEntry, 'event'>): boolean => event !== 'tested';

export const standingPhases: readonly AlarmEntry['phase'][] = ['active-unacked', 'active-acked', 'cleared-unacked'];
