import type { LaneEntry } from '../wire/lane-entry.ts';
import type { Position } from './alarm-cursor.ts';
import { addRange, fromOn, inRanges, joinRanges, type Range, type Ranges, withoutRange } from './ranges.ts';

/** Numbers of an alarm lane that were passed over, and why. */
export type SequenceGap = {
  /** `taken-elsewhere`: another application has receipted them. `missing`: the gateway did not send them again; one that still comes is delivered late. `new-journal`: the gateway began to count anew. */
  readonly reason: 'taken-elsewhere' | 'missing' | 'new-journal';
  readonly log: number;
  readonly from: number;
  /** Below `from` when nothing is known to be missing. */
  readonly to: number;
};

/** What the shell has to do after a step. */
export type SequenceStep = {
  readonly deliver: readonly LaneEntry[];
  readonly gaps: readonly SequenceGap[];
  /** To be receipted again: it was taken, but the gateway does not know. */
  readonly receipt: Ranges;
  /** Copies that were let go. */
  readonly repeated: number;
  /** Messages of a journal that the gateway says is not its own. */
  readonly foreign: readonly LaneEntry[];
};

/** Puts the entries of one gateway's alarm lane in order, each once. No time, no sockets: the shell brings both. */
export type AlarmSequence = {
  /** @param room how many entries may be delivered now; the rest is held. */
  readonly receive: (message: LaneEntry, room: number) => SequenceStep;
  /** The gateway has said from where on it sends again. */
  readonly resumed: (from: { readonly log: number; readonly next: number }, room: number) => SequenceStep;
  /** There is room again. */
  readonly drain: (room: number) => SequenceStep;
  /** What is missing has not come in time: an alarm that is here must not wait for one that is not. */
  readonly giveUp: (room: number) => SequenceStep;
  /** The consumer has taken a change for good. */
  readonly commit: (position: Position) => void;
  /** Up to where everything is committed; with `also`, as if that were committed, too. */
  readonly position: (also?: Position) => Position | undefined;
  /** Something is held behind a hole, or without a place. */
  readonly stuck: () => boolean;
  /** The gateway should be asked to send again. */
  readonly wantsResume: (room: number) => boolean;
};

/** Changes held per gateway while an earlier one is awaited. */
export const heldLimit = 1_000;

type State = {
  readonly start: Position | undefined;
  /** Undefined until the gateway has said where it stands. */
  log: number | undefined;
  /** Highest number delivered or passed over. */
  last: number;
  held: Map<number, LaneEntry>;
  /** Of another journal, or of any while the own is not known. */
  strangers: Map<string, LaneEntry>;
  committed: Ranges;
  missing: Ranges;
  /** Something was let go for want of room: the gateway must send it again. */
  lacking: boolean;
  /** The gateway has told its journal since the last stranger came. */
  answered: boolean;
};

/** A step while it is worked out. */
type Draft = {
  readonly deliver: LaneEntry[];
  readonly gaps: SequenceGap[];
  readonly receipt: Range[];
  repeated: number;
  readonly foreign: LaneEntry[];
};

/** @param start up to where an earlier run of the application had committed. */
export function alarmSequence(start?: Position): AlarmSequence {
  const s: State = {
    start,
    log: undefined,
    last: 0,
    held: new Map(),
    strangers: new Map(),
    committed: [],
    missing: [],
    lacking: false,
    answered: false,
  };
  return {
    receive: (message, room) => step((out) => accept(s, message, room, out)),
    resumed: (from, room) => step((out) => place(s, from, room, out)),
    drain: (room) => step((out) => drain(s, room, out)),
    giveUp: (room) => step((out) => passHole(s, room, out)),
    commit: ({ log, seq }) => {
      if (log === s.log) s.committed = addRange(s.committed, [seq, seq]);
    },
    position: (also) => {
      if (s.log === undefined) return start;
      const taken = joinRanges(s.committed, s.missing);
      return { log: s.log, seq: (also?.log === s.log ? addRange(taken, [also.seq, also.seq]) : taken)[0]?.[1] ?? 0 };
    },
    stuck: () => s.strangers.size > 0 || hasHole(s),
    wantsResume: (room) =>
      room > 0 && (s.log === undefined || s.strangers.size > 0 || hasHole(s) || (s.lacking && s.held.size === 0)),
  };
}

function step(work: (out: Draft) => void): SequenceStep {
  const out: Draft = { deliver: [], gaps: [], receipt: [], repeated: 0, foreign: [] };
  work(out);
  return out;
}

const hasHole = (s: State): boolean => s.held.size > 0 && !s.held.has(s.last + 1);

function accept(s: State, message: LaneEntry, room: number, out: Draft): void {
  const { log, seq } = message;
  if (log !== s.log) {
    const name = `${log}/${seq}`;
    if (s.strangers.has(name)) {
      out.repeated++;
      return;
    }
    s.answered = false;
    if (s.strangers.size < heldLimit) s.strangers.set(name, message);
    else s.lacking = true;
    return;
  }
  if (inRanges(s.missing, seq)) {
    if (room - out.deliver.length <= 0) {
      s.lacking = true;
      return;
    }
    s.missing = withoutRange(s.missing, [seq, seq]);
    out.deliver.push(message);
    return;
  }
  if (seq <= s.last || s.held.has(seq)) {
    out.repeated++;
    if (inRanges(s.committed, seq)) out.receipt.push([seq, seq]);
    return;
  }
  hold(s, message);
  drain(s, room, out);
}

/** The lowest numbers are worth most: they are what the rest waits for. */
function hold(s: State, message: LaneEntry): void {
  s.held.set(message.seq, message);
  if (s.held.size <= heldLimit) return;
  s.held.delete(Math.max(...s.held.keys()));
  s.lacking = true;
}

function drain(s: State, room: number, out: Draft): void {
  for (;;) {
    const next = s.held.get(s.last + 1);
    if (!next || out.deliver.length >= room) return;
    s.held.delete(next.seq);
    s.last = next.seq;
    out.deliver.push(next);
  }
}

function place(s: State, { log, next }: { log: number; next: number }, room: number, out: Draft): void {
  const { start } = s;
  if (log !== s.log) {
    const before = s.log ?? start?.log;
    flush(s, out);
    if (before !== undefined && before !== log) out.gaps.push({ reason: 'new-journal', log, from: 1, to: next - 1 });
    settle(s, log, start?.log === log ? start.seq : next - 1);
  }
  // What is receipted elsewhere will not come again.
  for (const [from, to] of s.missing)
    if (from < next) s.committed = addRange(s.committed, [from, Math.min(to, next - 1)]);
  s.missing = fromOn(s.missing, next);
  if (next > s.last + 1) passTo(s, log, next - 1, out);
  out.receipt.push(...fromOn(s.committed, next));
  s.lacking = false;
  s.answered = true;
  adopt(s, room, out);
}

function passHole(s: State, room: number, out: Draft): void {
  const strangers = [...s.strangers.values()];
  const stranger = strangers.at(-1);
  if (stranger && s.log !== undefined && s.answered) {
    out.foreign.push(...strangers);
    s.strangers.clear();
  } else if (stranger) {
    // Nobody tells where this journal stands: begin with what is here, and take what is older whenever it comes.
    const first = Math.min(...strangers.filter((m) => m.log === stranger.log).map((m) => m.seq));
    const known = s.start?.log === stranger.log ? s.start.seq : 0;
    flush(s, out);
    settle(s, stranger.log, Math.min(known, first - 1));
    skipTo(s, stranger.log, first, out);
    adopt(s, room, out);
  }
  if (s.log !== undefined && hasHole(s)) skipTo(s, s.log, Math.min(...s.held.keys()), out);
  drain(s, room, out);
}

/** Goes on with `seq`; what is before it is reported, and still welcome. */
function skipTo(s: State, log: number, seq: number, out: Draft): void {
  if (seq <= s.last + 1) return;
  const hole: Range = [s.last + 1, seq - 1];
  out.gaps.push({ reason: 'missing', log, from: hole[0], to: hole[1] });
  s.missing = addRange(s.missing, hole);
  s.last = seq - 1;
}

/** Strangers of the journal that is now known. */
function adopt(s: State, room: number, out: Draft): void {
  for (const [name, stranger] of [...s.strangers].toSorted(([, a], [, b]) => a.seq - b.seq)) {
    if (stranger.log !== s.log) continue;
    s.strangers.delete(name);
    accept(s, stranger, room, out);
  }
  drain(s, room, out);
}

function settle(s: State, log: number, last: number): void {
  s.log = log;
  s.last = Math.max(0, last);
  s.committed = [[0, s.last]];
  s.missing = [];
}

/** The journal is over: whatever is held of it is delivered now. */
function flush(s: State, out: Draft): void {
  if (s.log === undefined) return;
  for (const message of inOrder(s.held)) {
    skipTo(s, s.log, message.seq, out);
    out.deliver.push(message);
    s.last = message.seq;
  }
  s.held.clear();
}

/** Everything up to `to` was taken elsewhere; what is here of it is delivered all the same. */
function passTo(s: State, log: number, to: number, out: Draft): void {
  const skip = (from: number, end: number): void => {
    if (from > end) return;
    out.gaps.push({ reason: 'taken-elsewhere', log, from, to: end });
    s.committed = addRange(s.committed, [from, end]);
  };
  for (const message of inOrder(s.held)) {
    if (message.seq > to) break;
    skip(s.last + 1, message.seq - 1);
    out.deliver.push(message);
    s.held.delete(message.seq);
    s.last = message.seq;
  }
  skip(s.last + 1, to);
  s.last = to;
}

const inOrder = (held: ReadonlyMap<number, LaneEntry>): readonly LaneEntry[] =>
  [...held.values()].toSorted((a, b) => a.seq - b.seq);
