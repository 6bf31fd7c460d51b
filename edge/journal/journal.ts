import type { PointValue, Scalar } from '../../sdk/model/point.ts';
import type { WallTime } from '../../sdk/model/time.ts';

/** Alarm changes never wait behind readings: two lanes, each with its own numbers, room and cursors. */
export type Lane = 'alarm' | 'telemetry';

/** Position in a lane. Starts at 1 and grows by one, for ever, across restarts. */
export type Seq = number;

export type Entry = { readonly seq: Seq; readonly at: WallTime; readonly body: Uint8Array };

/** A small value that outlives a restart: the state of an alarm, a point table, an executed request. */
export type Keep = { readonly key: string; readonly value: Uint8Array | undefined };

export type LaneStatus = {
  /** The oldest number of which more is left than word that it is gone. */
  readonly first: Seq;
  readonly last: Seq;
  /** Room that it takes, in bytes. */
  readonly bytes: number;
  /** Entries dropped unacknowledged because there was no room, since the journal was made. */
  readonly evicted: number;
  /** Entries of which only sums are left because there was no room, since the journal was made. */
  readonly summarised: number;
};

export type JournalStatus = {
  readonly lanes: Readonly<Record<Lane, LaneStatus>>;
  /** What is wrong with the disk just now; entries are held in memory meanwhile. */
  readonly degraded?: string;
  /** All that is wrong is that it does not answer: it may be the disk, or the thread. */
  readonly isStalled?: true;
  /** Entries accepted but not yet on disk. */
  readonly waiting: number;
  /** Files that were set aside, and entries and kept values that were found damaged or missing, since start. */
  readonly quarantined: number;
};

/** What was seen of a device in [from, to], Unix ms. */
export type HistoryQuery = {
  readonly device: string;
  /** All unless given. */
  readonly points?: readonly string[];
  readonly from: number;
  readonly to: number;
  /** Sums up so many ms each, counted from `from`, in the place of single readings. */
  readonly every?: number;
  /** 0, or the `next` of the page before. */
  readonly after: number;
};
export type HistoryRow = { readonly point: string; readonly at: number; readonly value: PointValue };
/** `count` good values of one point; `leftOut` others were in doubt or lost. `min`, `max`, `mean`: of numbers alone. */
export type HistoryBucket = {
  readonly point: string;
  readonly from: number;
  readonly count: number;
  readonly leftOut: number;
  readonly last?: Scalar;
  readonly min?: number;
  readonly max?: number;
  readonly mean?: number;
};
/** Oldest first. With `next` there is more, also when this page is empty. */
export type HistoryPage = (
  | { readonly rows: readonly HistoryRow[] }
  | { readonly buckets: readonly HistoryBucket[] }
) & { readonly next?: number };

/**
 * What the gateway may not forget.
 *
 * Promises: `append` on lane `alarm` resolves only when the bytes and the kept value would survive a power cut;
 * on lane `telemetry` likewise (callers group many readings in one entry). Entries are stored in the order of the
 * calls. A disk that fails delays `append`, it does not reject it: entries wait in memory, in order, and are
 * written when the disk recovers; `status().degraded` tells meanwhile. Memory has a bound, too: with 10,000 alarms
 * waiting the next is rejected (OVERLOADED); with 10,000 telemetry entries waiting the oldest is given up.
 */
export interface Journal extends AsyncDisposable {
  /** Random identity, made with the journal: numbers of another journal mean nothing here. */
  readonly id: number;
  /** Encodes with the number that the entry will have; `keep` is stored in the same transaction. */
  append(lane: Lane, at: WallTime, encode: (seq: Seq) => Uint8Array, keep?: Keep): Promise<Seq>;
  /**
   * Entries after `after`, oldest first, at most `limit`. One of telemetry may stand for many numbers, up to its own.
   * `reader`: a destination that will acknowledge what it is handed: until it reads on, that is not summed up behind its back.
   */
  read(lane: Lane, after: Seq, limit: number, reader?: string): Promise<readonly Entry[]>;
  /** Readings of long ago and of just now, but for those that are not stored yet. @throws FengsuiError JOURNAL, INVALID */
  history(query: HistoryQuery): Promise<HistoryPage>;
  /**
   * Everything up to and including `upTo` was taken by `destination`. Never moves a cursor back. The first, also of 0, makes
   * it known: no alarm is let go from then on that it has not taken.
   */
  acknowledge(destination: string, lane: Lane, upTo: Seq): Promise<void>;
  /** Where `destination` stands; 0 before its first acknowledgement. */
  cursor(destination: string, lane: Lane): Promise<Seq>;
  keep(keep: Keep): Promise<void>;
  /** All kept values whose key starts with `prefix`. */
  kept(prefix: string): Promise<ReadonlyMap<string, Uint8Array>>;
  status(): JournalStatus;
}
