import { randomInt } from 'node:crypto';
import { FengsuiError } from '../../sdk/model/errors.ts';
import { seconds } from '../../sdk/model/time.ts';
import type { Clock } from '../platform/clock.ts';
import { withDeadline } from '../platform/deadline.ts';
import { type Log, onChange } from '../platform/log.ts';
import { stopper } from '../platform/stop.ts';
import { cursorBook } from './cursor-book.ts';
import type { Journal, Keep, Lane, Seq } from './journal.ts';
import { type LaneQueue, laneQueue } from './lane-queue.ts';
import type { Call, HistoryBound, Note, Reply, TelemetrySync } from './store.ts';
import { openStoreClient, type StoreClient } from './store-client.ts';

export type JournalOptions = {
  readonly directory: string;
  /**
   * Room for telemetry in bytes, at least 256 KiB. Its log takes up to 2.5 MB beside it, and alarms have their own
   * file, which is not bounded: the disk needs some 7 MB more than this, and the room of the history.
   */
  readonly maxBytes: number;
  /** Telemetry that is older is given up, as far as the clock can be trusted. Default 90. */
  readonly maxDays?: number;
  /** Room of the history. Default: 400 days, 512 MiB. */
  readonly history?: HistoryBound;
  /** Default: `always`. */
  readonly fsync?: TelemetrySync;
  /** The built `journal-worker.js`. */
  readonly worker: URL;
  readonly clock: Clock;
  readonly log: Log;
};

const smallestRoom = 256 * 1_024;
const defaultDays = 90;
export const defaultHistory: HistoryBound = { days: 400, maxBytes: 512 * 1_048_576 };
/** Bytes of one entry, and of the entries of one commit: bounds the time of a commit, hence the wait of an alarm behind it. */
const largestCommit = 256 * 1_024;
/** What still waits at the end is given so long: a service manager waits a little longer. */
const drainWithin = seconds(60);
/** Writes held in memory while the disk refuses; see `LaneQueueOptions.whenFull`. */
const memory = { alarm: 10_000, telemetry: 10_000 } as const satisfies Record<Lane, number>;

/**
 * The journal on disk, through a thread of its own.
 * @throws FengsuiError INVALID, DRIVER_MISSING, JOURNAL (the disk refuses, or another process holds the files)
 */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { directory, maxBytes, maxDays = defaultDays, history = defaultHistory, fsync, worker, clock, log } = options;
  if (!(maxBytes >= smallestRoom)) {
    throw new FengsuiError(
      'INVALID',
      `the journal needs room for at least ${smallestRoom} bytes of telemetry, not ${maxBytes}`,
    );
  }
  const trouble = troubles(log);
  const note = (notes: readonly Note[]): void => {
    for (const { kind, text } of notes) log.warn(`journal.${kind}`, { note: text });
  };
  const store = await openStoreClient({
    directory,
    maxBytes,
    maxDays,
    history,
    ...(fsync && { fsync }),
    newId: randomInt(1, 2 ** 32), // 32 bits, so that any codec carries it as an integer
    worker,
    clock,
    onDown: (why) => trouble.set('thread', why),
    onUp: (opened) => {
      trouble.set('thread', undefined);
      note(opened.notes);
    },
    onHistory: onChange<string | undefined>((to, from) => {
      if (to !== undefined) log.warn('history.degraded', { why: to });
      else if (from !== undefined) log.info('history.recovered');
    }),
  });
  note(store.opened.notes);
  const queueOf = (lane: Lane): LaneQueue =>
    laneQueue({
      clock,
      store: (writes) => store.call({ do: 'write', lane, writes }),
      limit: memory[lane],
      batchBytes: mostBytes(maxBytes),
      whenFull: lane === 'alarm' ? 'refuse' : 'drop-oldest',
      onTrouble: (why) => trouble.set(lane, why),
      onStall: (why) => trouble.set(`${lane} stalled`, why),
    });
  return journal({
    store,
    clock,
    trouble,
    maxBytes,
    queues: { alarm: queueOf('alarm'), telemetry: queueOf('telemetry') },
  });
}

type Troubles = ReturnType<typeof troubles>;

type Parts = {
  readonly store: StoreClient;
  readonly clock: Clock;
  readonly trouble: Troubles;
  readonly maxBytes: number;
  readonly queues: Readonly<Record<Lane, LaneQueue>>;
};

function journal({ store, clock, trouble, maxBytes, queues }: Parts): Journal {
  const next: Record<Lane, Seq> = { ...store.opened.next };
  const cursors = cursorBook(store.opened.cursors, clock, (lane, destination, upTo) => {
    queues[lane].push({ kind: 'cursor', destination, upTo }).catch(() => undefined); // a lost cursor only sends again
  });
  const ask = async (call: Call): Promise<Reply> => {
    if (isClosed) throw closed();
    return store.call(call);
  };
  let isClosed = false;
  return {
    id: store.opened.id,
    async append(lane, at, encode, keep) {
      if (isClosed) throw closed();
      if (!Number.isFinite(at))
        throw new FengsuiError('INVALID', `the time of a journal entry must be a number, not ${at}`);
      if (queues[lane].isFull())
        throw new FengsuiError('OVERLOADED', 'the disk took no alarms for too long: free space on it or replace it');
      const seq = next[lane];
      const body = checkedBody(encode(seq), mostBytes(maxBytes));
      const entry = { seq, at, body };
      const kept = keep && copied(keep);
      next[lane] = seq + 1;
      cursors.ride(lane);
      await queues[lane].push({ kind: 'entry', entry, ...(kept ? { keep: kept } : {}) });
      return seq;
    },
    async read(lane, after, limit, reader) {
      return entriesOf(await ask({ do: 'read', lane, after, limit: wholeLimit(limit), reader }));
    },
    async history(query) {
      const reply = await ask({ do: 'history', query });
      return reply.kind === 'history' ? reply.page : { rows: [] };
    },
    async acknowledge(destination, lane, upTo) {
      if (isClosed) throw closed();
      if (!Number.isSafeInteger(upTo) || upTo < 0 || upTo >= next[lane]) {
        throw new FengsuiError(
          'INVALID',
          `${destination} acknowledged ${lane} ${upTo}, but the last number given out is ${next[lane] - 1}`,
        );
      }
      cursors.raise(destination, lane, upTo);
    },
    cursor: async (destination, lane) => cursors.at(destination, lane),
    async keep(keep) {
      if (isClosed) throw closed();
      await queues.alarm.push({ kind: 'keep', keep: copied(keep) });
    },
    async kept(prefix) {
      const reply = await ask({ do: 'kept', prefix });
      return reply.kind === 'kept' ? reply.kept : new Map();
    },
    status() {
      const { lanes, quarantined } = store.status();
      const degraded = trouble.text();
      const telemetry = { ...lanes.telemetry, evicted: lanes.telemetry.evicted + queues.telemetry.dropped() };
      return {
        lanes: { alarm: lanes.alarm, telemetry },
        waiting: queues.alarm.waiting() + queues.telemetry.waiting(),
        quarantined,
        ...(degraded === undefined ? {} : { degraded }),
        ...(trouble.isStallAlone() && { isStalled: true as const }),
      };
    },
    async [Symbol.asyncDispose]() {
      if (isClosed) return;
      isClosed = true;
      cursors.flush();
      // A thread that hangs answers none of them; closing the store fails what waits.
      const drained = Promise.all([queues.alarm.close(), queues.telemetry.close()]);
      await withDeadline({ clock, ms: drainWithin, signal: stopper().signal, what: 'the last writes' }, () => drained)
        .catch(() => undefined)
        .then(() => store.close());
      await drained;
    },
  };
}

const closed = (): FengsuiError => new FengsuiError('JOURNAL', 'the journal is closed: open it again');

/** An eighth of the room at most: what is kept free and what one eviction gives up have to hold it. */
const mostBytes = (maxBytes: number): number => Math.min(largestCommit, Math.floor(maxBytes / 8));

/** A copy of its own: an encoder may reuse its buffer, and a view would be sent to the thread with all that surrounds it. */
function checkedBody(body: Uint8Array, most: number): Uint8Array {
  if (body.length <= most) return new Uint8Array(body);
  throw new FengsuiError('INVALID', `a journal entry may have ${most} bytes, not ${body.length}: divide it`);
}

function copied({ key, value }: Keep): Keep {
  return { key, value: value && new Uint8Array(value) };
}

/** SQLite takes a negative limit for none, and refuses a fraction. */
const wholeLimit = (limit: number): number => Math.min(Math.max(0, Math.floor(limit)), 2 ** 31);

const entriesOf = (reply: Reply) => (reply.kind === 'entries' ? reply.entries : []);

type Part = Lane | 'thread' | `${Lane} stalled`;

/** What is wrong with which part, as one text; each change is logged once. */
function troubles(log: Log) {
  const current = new Map<Part, string>();
  const text = (): string | undefined => (current.size === 0 ? undefined : [...new Set(current.values())].join('; '));
  const report = onChange<string | undefined>((to, from) => {
    if (to !== undefined) log.warn('journal.degraded', { why: to });
    else if (from !== undefined) log.info('journal.recovered');
  });
  return {
    text,
    isStallAlone: () => current.size > 0 && [...current.keys()].every((part) => part.endsWith('stalled')),
    set(part: Part, why: string | undefined): void {
      if (why === undefined) current.delete(part);
      else current.set(part, why);
      report(text());
    },
  };
}
