import { isStorableTime } from '../checks.ts';
import type { HistoryMark } from '../platform-store.ts';
import {
  begun,
  endOfEarlier,
  firstHole,
  type LaneRecord,
  type Mark,
  markOf,
  noted,
  type Stretch,
} from './lane-record.ts';
import { firstPace, type Pace } from './pace.ts';
import type { SpanSearch } from './span-search.ts';

/** What is stored of one gateway's telemetry, and how far the filling of its holes is. */
export type LaneState = {
  readonly gateway: string;
  record: LaneRecord;
  pace: Pace;
  /** It is not asked before, by `performance.now()`. */
  notBefore: number;
  /** It was not there when it was asked last: the next that is heard of it ends the waiting. */
  isAway: boolean;
  /** Somebody asks it now. */
  isBusy: boolean;
  /** The first few numbers of a hole were asked for in vain: all of it is asked for. */
  isWide: boolean;
  /** How often its history has refused in a row. */
  refusals: number;
  /** For what its lane does not have any more. */
  search?: SpanSearch | undefined;
};

/** Entries of the journal `log`. */
export type LaneStretch = Stretch & { readonly log: number };

/** By `performance.now()`. */
export type Heard = { readonly now: number; readonly notBefore: number };

/** What is known of each gateway that was heard. */
export type LaneBook = {
  readonly has: (gateway: string) => boolean;
  readonly at: (gateway: string) => LaneState | undefined;
  /** A gateway is heard for the first time: what the store knows of it. */
  readonly open: (gateway: string, mark: HistoryMark | undefined) => void;
  /** Another process keeps it from now on. */
  readonly forget: (gateway: string) => void;
  /** The record as it will be when these are stored, too. Changes nothing. */
  readonly withEntries: (gateway: string, entries: readonly LaneStretch[]) => LaneRecord | undefined;
  /** Takes note of entries that were heard, and are stored. New holes are filled from `notBefore` on. */
  readonly heard: (gateway: string, entries: readonly LaneStretch[], time: Heard) => void;
  /** Of the gateways with holes that nobody asks just now the one that is due first. */
  readonly next: () => LaneState | undefined;
};

export function laneBook(): LaneBook {
  const marks = new Map<string, Mark | undefined>();
  const states = new Map<string, LaneState>();
  const withEntries = (gateway: string, entries: readonly LaneStretch[]): LaneRecord | undefined =>
    entries.reduce<LaneRecord | undefined>((record, { log, ...stretch }) => {
      if (record?.log === log) return noted(record, stretch);
      return begun(record ? (record.earlier ?? markOf(record)) : marks.get(gateway), log, stretch);
    }, states.get(gateway)?.record);
  return {
    has: (gateway) => marks.has(gateway),
    at: (gateway) => states.get(gateway),
    open: (gateway, mark) => void marks.set(gateway, mark && { ...mark, at: mark.at.getTime() }),
    forget(gateway) {
      marks.delete(gateway);
      states.delete(gateway);
    },
    withEntries,
    heard(gateway, entries, time) {
      const record = withEntries(gateway, entries);
      const state = states.get(gateway);
      if (!record) return;
      if (!state) states.set(gateway, newState(gateway, record, time.now));
      else noteHeard(state, record, time);
    },
    next() {
      let found: LaneState | undefined;
      for (const state of states.values())
        if (!state.isBusy && isWanting(state) && state.notBefore < (found?.notBefore ?? Number.POSITIVE_INFINITY))
          found = state;
      return found;
    },
  };
}

const newState = (gateway: string, record: LaneRecord, now: number): LaneState => ({
  gateway,
  record,
  pace: firstPace,
  notBefore: now,
  isAway: false,
  isBusy: false,
  isWide: false,
  refusals: 0,
});

function noteHeard(state: LaneState, record: LaneRecord, { now, notBefore }: Heard): void {
  const isOther = record.log !== state.record.log;
  const isMoving = firstHole(record)?.from !== firstHole(state.record)?.from;
  if (isOther) state.search = undefined;
  if (state.isAway) state.notBefore = now;
  if (isMoving && !isOther) state.notBefore = Math.max(state.notBefore, notBefore);
  state.isAway = false;
  state.record = record;
}

const isWanting = ({ record, search }: LaneState): boolean =>
  search !== undefined || firstHole(record) !== undefined || endOfEarlier(record) !== undefined;

/** What the store is told; undefined when that is no more than before. */
export function markBeyond(
  gateway: string,
  before: LaneRecord | undefined,
  after: LaneRecord,
): HistoryMark | undefined {
  const [old, mark] = [before && markOf(before), markOf(after)];
  if (!mark || (old?.log === mark.log && old.seq === mark.seq)) return undefined;
  const at = new Date(mark.at);
  return { gateway, log: mark.log, seq: mark.seq, at: isStorableTime(at) ? at : new Date() };
}
