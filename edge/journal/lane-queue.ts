import { describeError, FengsuiError } from '../../sdk/model/errors.ts';
import { seconds } from '../../sdk/model/time.ts';
import type { Clock } from '../platform/clock.ts';
import type { Write } from './store.ts';

export type LaneQueueOptions = {
  readonly clock: Clock;
  /** Makes a batch durable, all or nothing. Rejects when the disk refuses. */
  readonly store: (writes: readonly Write[]) => Promise<unknown>;
  /** Writes that may wait. */
  readonly limit: number;
  /** Body bytes of one batch; a single entry may have more. */
  readonly batchBytes: number;
  /** At the limit: give up the oldest entry, or refuse the newest write. */
  readonly whenFull: 'drop-oldest' | 'refuse';
  /** Called when the disk starts to refuse, and with undefined when it takes writes again. */
  readonly onTrouble: (why: string | undefined) => void;
  /** Called when the disk has not answered for long, and with undefined when it has. */
  readonly onStall: (why: string | undefined) => void;
};

export type LaneQueue = {
  /** Resolves when durable. Writes are stored in the order of the calls. @throws FengsuiError OVERLOADED */
  push(write: Write): Promise<void>;
  /** Whether `push` would be refused. */
  isFull(): boolean;
  /** Entries that wait. */
  waiting(): number;
  /** Entries given up and not yet counted by the store. */
  dropped(): number;
  /** Stores what waits, without retrying; what the disk refuses is rejected. */
  close(): Promise<void>;
};

const retryAfter = seconds(1);
/** A slow card takes seconds for a commit; by then a fire should be told as not received. */
const stalledAfter = seconds(30);
/** Bounds the time of one commit, hence the wait of an alarm that comes during it. */
const batchLimit = 256;

type Item = { readonly write: Write; readonly done: () => void; readonly fail: (e: unknown) => void };

/** One batch under way at a time; what comes meanwhile makes the next one. A batch that fails is tried again each second. */
export function laneQueue(options: LaneQueueOptions): LaneQueue {
  const items: Item[] = [];
  let inFlight = 0;
  let running: Promise<void> | undefined;
  let cancelRetry: (() => void) | undefined;
  let isClosing = false;

  const storeBatch = async (): Promise<void> => {
    const batch = items.slice(0, batchLength(items, options.batchBytes));
    inFlight = batch.length;
    let isStalled = false;
    const cancel = options.clock.after(stalledAfter, () => {
      isStalled = true;
      options.onStall(`the disk has not answered for ${stalledAfter / 1_000} s`);
    });
    try {
      await options.store(batch.map(({ write }) => write));
    } finally {
      inFlight = 0;
      cancel();
      if (isStalled) options.onStall(undefined);
    }
    items.splice(0, batch.length);
    options.onTrouble(undefined);
    for (const { done } of batch) done();
  };
  const run = async (): Promise<void> => {
    try {
      await Promise.resolve(); // what is pushed in one turn goes in one batch
      while (items.length > 0) await storeBatch();
    } catch (e) {
      options.onTrouble(describeError(e));
      if (isClosing) giveUp(items, e);
      else cancelRetry = options.clock.after(retryAfter, retry);
    } finally {
      running = undefined;
    }
  };
  const retry = (): void => {
    cancelRetry = undefined;
    running ??= run();
  };
  return {
    push: (write) =>
      new Promise((done, fail) => {
        if (isClosing) return fail(new FengsuiError('JOURNAL', 'the journal is closed: open it again'));
        if (items.length >= options.limit && options.whenFull === 'refuse') return fail(overloaded(options.limit));
        if (items.length >= options.limit) dropOldest(items, inFlight);
        items.push({ write, done, fail });
        if (!cancelRetry) running ??= run();
      }),
    isFull: () => options.whenFull === 'refuse' && items.length >= options.limit,
    waiting: () => items.filter(({ write }) => write.kind === 'entry').length,
    dropped: () =>
      items.reduce((sum, { write }) => sum + (write.kind === 'dropped' ? write.last - write.first + 1 : 0), 0),
    async close() {
      isClosing = true;
      cancelRetry?.();
      await running;
      await run();
    },
  };
}

/** As many as fit: one transaction that is larger than the room of the lane could never be stored. */
function batchLength(items: readonly Item[], most: number): number {
  let bytes = 0;
  let length = 0;
  for (const { write } of items.slice(0, batchLimit)) {
    bytes += write.kind === 'entry' ? write.entry.body.length : 0;
    if (length > 0 && bytes > most) break;
    length += 1;
  }
  return length;
}

const overloaded = (limit: number): FengsuiError =>
  new FengsuiError('OVERLOADED', `${limit} writes wait for the disk already: free space on it or replace it`);

function giveUp(items: Item[], cause: unknown): void {
  const lost = new FengsuiError('JOURNAL', 'the journal was closed before this reached the disk', { cause });
  for (const { fail } of items.splice(0)) fail(lost);
}

/** Leaves word in the place of the entry, so that the loss is told durably. Not from the batch under way. */
function dropOldest(items: Item[], inFlight: number): void {
  const index = items.findIndex(({ write }, i) => i >= inFlight && write.kind === 'entry');
  const item = items[index];
  if (item?.write.kind !== 'entry') return;
  const { seq, at } = item.write.entry;
  const before = items[index - 1];
  if (before?.write.kind === 'dropped' && index > inFlight) {
    items.splice(index - 1, 2, { ...before, write: { ...before.write, last: seq, to: at } });
  } else {
    const write: Write = { kind: 'dropped', first: seq, last: seq, from: at, to: at };
    items.splice(index, 1, { write, done: () => undefined, fail: () => undefined });
  }
  item.fail(
    new FengsuiError('OVERLOADED', 'dropped: the disk took no telemetry for too long, and newer readings matter more'),
  );
}
