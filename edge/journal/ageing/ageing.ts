import { type Millis, minutes } from '../../../sdk/model/time.ts';
import type { PointTable } from '../../../sdk/wire/point-table.ts';
import { cursorsOf } from '../apply-write.ts';
import type { DatabaseFile } from '../database-file.ts';
import type { Seq } from '../journal.ts';
import type { LaneFile } from '../lane-file.ts';
import type { Boundaries } from './boundaries.ts';
import type { GiveUp } from './give-up.ts';
import { type GroupBounds, nextGroup } from './group.ts';
import { type LevelRows, level, type RowHead } from './level-rows.ts';
import { type Summing, spanOfLevel, summing } from './sum-up.ts';
import type { SummaryRow } from './summary-rows.ts';

export type AgeingParts = {
  readonly file: DatabaseFile;
  readonly lane: LaneFile;
  readonly rows: LevelRows;
  readonly away: GiveUp;
  readonly boundaries: Boundaries;
  /** Whether so much of the room is used that the lane has to become smaller. */
  readonly isCrowded: () => boolean;
  readonly maxBytes: number;
  readonly tableOf: (hash: number) => PointTable | undefined;
  /** Entries above are not in the history yet; undefined when it does not matter. */
  readonly storedUpTo: () => Seq | undefined;
  /** The history shall store what it has taken: it is in the way. False: there is nothing to do before it has. */
  readonly hurry: () => false;
  /** Lets other work of the thread go first. False: the journal was closed meanwhile. */
  readonly pause: () => Promise<boolean>;
};

/** Entries read in one turn, and rows deleted in one: bounds how long an alarm waits behind it. */
const rowsAtOnce = 16;
const rowsOfGroup = 256;
/** Share of the room that one group takes at most. */
const shareOfGroup = 1 / 8;
/** So much of it may be waiting for the history, which writes once an hour: then that has to write earlier. */
const shareOfHistory = 1 / 4;
const mostBytes = 256 * 1_024;
/** A summary that is not clearly smaller than what it stands for is not worth what it leaves out. */
const worthwhile = 2 / 3;

type SumLevel = typeof level.minute | typeof level.quarter;
type Times = { readonly span: Millis; readonly least: Millis; readonly open: Millis };
const times: Readonly<Record<SumLevel, Times>> = {
  1: { span: minutes(15), least: minutes(3), open: minutes(15) },
  2: { span: minutes(360), least: minutes(30), open: minutes(30) },
};

/**
 * One step on the way of a lane that is short of room: drops what everybody has, else sums up the oldest readings by the
 * minute, else the oldest minutes by the quarter of an hour. Returns whether there may be more to do.
 */
export function ageing(parts: AgeingParts): () => Promise<boolean> {
  const { file, rows, lane } = parts;
  const done: Record<SumLevel, Seq> = { 1: file.mark(markOf(1)) ?? 0, 2: file.mark(markOf(2)) ?? 0 };
  const upTo = (of: SumLevel): Seq => {
    const newest = lane.extent().last - 1; // the newest stays: it carries the numbering
    return of === 1 ? Math.min(newest, parts.storedUpTo() ?? newest) : Math.min(newest, done[1]);
  };
  const sumUp = async (of: SumLevel): Promise<boolean> => {
    const most = upTo(of);
    const heads = rows.heads(done[of], rowsOfGroup).filter(({ seq }) => seq <= most);
    const group = nextGroup(heads, done[of], boundsOf(parts, of));
    const [oldest] = group.rows;
    if (!oldest) {
      const isOn = group.from > done[of];
      done[of] = Math.max(done[of], group.from);
      return isOn;
    }
    const sums = summing(of, parts.tableOf);
    if (!(await readInto(parts, sums, group.rows))) return false;
    if (replace(parts, of, sums)) done[of] = (sums.heads.at(-1) ?? oldest).seq;
    return true;
  };
  return async () => {
    if (!parts.isCrowded()) return false;
    if (dropTaken(parts, upTo(1)) || (await sumUp(1))) return true;
    if (waitingBytes(parts) > parts.maxBytes * shareOfHistory) return parts.hurry();
    return sumUp(2);
  };
}

/** Takes so much of the room for what the history has not stored yet, about. */
function waitingBytes({ lane, rows, storedUpTo }: AgeingParts): number {
  const { last } = lane.extent();
  const stored = storedUpTo() ?? last;
  const [oldest] = rows.heads(stored, 1);
  return oldest ? oldest.bytes * (last - stored) : 0;
}

const markOf = (of: SumLevel): string => `summed-${of}`;

const boundsOf = (parts: AgeingParts, of: SumLevel): GroupBounds => {
  const cursors = [...cursorsOf(parts.file).values()];
  return {
    ...times[of],
    level: of - 1,
    rows: rowsOfGroup,
    bytes: Math.min(mostBytes, parts.maxBytes * shareOfGroup),
    divide: (first, last) => parts.boundaries.divide(first, last, cursors),
  };
};

const dropTaken = ({ file, away }: AgeingParts, upTo: Seq): boolean =>
  file.transaction(() => away.dropTaken(upTo, rowsAtOnce)) > 0;

/** In turns with other work of the thread. Stops at the first row that does not belong to those before. False: closed meanwhile. */
async function readInto(parts: AgeingParts, sums: Summing, heads: readonly RowHead[]): Promise<boolean> {
  for (let at = 0; at < heads.length; at += rowsAtOnce) {
    const some = heads.slice(at, at + rowsAtOnce);
    const entries = new Map(parts.lane.read((some[0]?.seq ?? 0) - 1, some.length).map((entry) => [entry.seq, entry]));
    for (const head of some) {
      const entry = entries.get(head.seq);
      if (!entry || !sums.take(entry, head)) return true;
    }
    if (!(await parts.pause())) return false;
  }
  return true;
}

/** False: while they were read, something came about that forbids it. They are left as they are when little would be gained. */
function replace(parts: AgeingParts, of: SumLevel, sums: Summing): boolean {
  const { heads } = sums;
  const [oldest] = heads;
  const newest = heads.at(-1);
  if (!oldest || !newest) return true;
  const before = heads.reduce((sum, { bytes }) => sum + bytes, 0);
  const found = levelsFrom(of)
    .map((to) => ({ to, messages: sums.rows(spanOfLevel[to]) }))
    .find(({ messages }) => bytesOf(messages) <= before * worthwhile);
  if (!found) return true;
  const { divide } = boundsOf(parts, of);
  const isStillSo = parts.rows.at(oldest.seq) && parts.rows.at(newest.seq) && !divide(oldest.first, newest.seq);
  if (!isStillSo) return false;
  parts.file.transaction(() => {
    parts.rows.remove(oldest.seq, newest.seq);
    for (const message of found.messages) parts.rows.insert({ ...message, at: newest.at, level: found.to });
    parts.file.setMark(markOf(of), newest.seq);
    if (of === 1) parts.file.setMark('summarised', (parts.file.mark('summarised') ?? 0) + numbersIn(oldest, newest));
  });
  return true;
}

/** By the minute, and if that gains little by the quarter of an hour at once. */
const levelsFrom = (of: SumLevel): readonly SumLevel[] => (of === 1 ? [level.minute, level.quarter] : [level.quarter]);
const bytesOf = (messages: readonly SummaryRow[]): number => messages.reduce((sum, { body }) => sum + body.length, 0);
const numbersIn = (oldest: RowHead, newest: RowHead): number => newest.seq - oldest.first + 1;
