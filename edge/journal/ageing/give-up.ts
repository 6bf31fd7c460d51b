import type { WallTime } from '../../../sdk/model/time.ts';
import { encodeGone, openTelemetry, type TelemetryMessage } from '../../../sdk/wire/telemetry.ts';
import { countEvicted, cursorsOf } from '../apply-write.ts';
import type { DatabaseFile } from '../database-file.ts';
import { readable } from '../history/known-tables.ts';
import type { Seq } from '../journal.ts';
import type { LaneFile } from '../lane-file.ts';
import { type LevelRows, level, type RowHead } from './level-rows.ts';

/** Numbers of which nothing is left, and the times between which their readings lay. */
export type Lost = { readonly first: Seq; readonly last: Seq; readonly from: WallTime; readonly to: WallTime };

/** Each inside a transaction. */
export type GiveUp = {
  /** Drops the oldest rows up to `upTo` that every destination has taken: nobody will ask for them. Returns how many, at most `limit`. */
  dropTaken(upTo: Seq, limit: number): number;
  /**
   * Puts one row that says so in the place of the oldest rows up to `upTo`. Counts the numbers that some destination had
   * not taken. Returns how many rows, at most `limit`.
   */
  giveUp(upTo: Seq, limit: number): number;
  /** The same of entries that never came as far as the disk. */
  readonly lost: (range: Lost) => void;
};

type Parts = { readonly file: DatabaseFile; readonly lane: LaneFile; readonly rows: LevelRows };

export function giveUp(parts: Parts): GiveUp {
  const { file, rows } = parts;
  const taken = (): Seq => {
    const cursors = [...cursorsOf(file).values()];
    return cursors.length === 0 ? 0 : Math.min(...cursors);
  };
  return {
    dropTaken(upTo, limit) {
      const most = Math.min(upTo, taken());
      const dropped = rows.heads(0, limit).filter(({ seq }) => seq <= most);
      drop(rows, dropped);
      return dropped.length;
    },
    giveUp(upTo, limit) {
      const before = taken();
      const given = rows.oldestLeft(upTo, limit);
      countEvicted(
        file,
        given.reduce((sum, { first, seq }) => sum + Math.max(0, seq - Math.max(first - 1, before)), 0),
      );
      for (const run of runs(given)) {
        const range = rangeOf(parts, run);
        drop(rows, run);
        if (range) tell(parts, range);
      }
      return given.length;
    },
    lost(range) {
      const [there] = rows.heads(range.last - 1, 1);
      if (there && there.first <= range.last) return; // told before: the write came again
      countEvicted(file, range.last - range.first + 1);
      tell(parts, range);
    },
  };
}

function drop(rows: LevelRows, dropped: readonly RowHead[]): void {
  const [oldest] = dropped;
  const newest = dropped.at(-1);
  if (oldest && newest) rows.remove(oldest.seq, newest.seq);
}

/** Rows between which no number is missing. */
function runs(heads: readonly RowHead[]): readonly (readonly RowHead[])[] {
  const found: RowHead[][] = [];
  for (const head of heads) {
    const run = found.at(-1);
    if (run?.at(-1)?.seq === head.first - 1) run.push(head);
    else found.push([head]);
  }
  return found;
}

function rangeOf(parts: Parts, run: readonly RowHead[]): Lost | undefined {
  const [oldest] = run;
  const newest = run.at(-1);
  if (!oldest || !newest) return undefined;
  const message = messageOf(parts, oldest);
  const from = message && 'since' in message ? message.since : oldest.at;
  return { first: oldest.first, last: newest.seq, from, to: newest.at };
}

/** Puts one row in the place of those that say the same of the numbers right before and behind. */
function tell(parts: Parts, range: Lost): void {
  const { file, rows } = parts;
  const neighbours = [rows.at(range.first - 1), rows.heads(range.last, 1)[0]].filter(
    (head) => head?.level === level.gone && (head.seq === range.first - 1 || head.first === range.last + 1),
  );
  let { first, last, from, to } = range;
  for (const head of neighbours) {
    if (!head) continue;
    const message = messageOf(parts, head);
    first = Math.min(first, head.first);
    last = Math.max(last, head.seq);
    from = earlier(from, message?.kind === 'gone' ? message.from : head.at);
    to = later(to, head.at);
    drop(rows, [head]);
  }
  const body = encodeGone({ log: file.mark('id') ?? 0, first, seq: last, from, to });
  rows.insert({ first, seq: last, at: to, level: level.gone, body });
}

const earlier = (a: WallTime, b: WallTime): WallTime => (b < a ? b : a);
const later = (a: WallTime, b: WallTime): WallTime => (b > a ? b : a);

/** Undefined when the row is damaged, or no telemetry. */
function messageOf({ lane }: Parts, { seq }: RowHead): TelemetryMessage | undefined {
  const [entry] = lane.read(seq - 1, 1);
  return entry?.seq === seq ? readable(() => openTelemetry(entry.body)) : undefined;
}
