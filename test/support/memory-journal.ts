import { historyBuffer } from '../../edge/journal/history/buffer.ts';
import { historyPage } from '../../edge/journal/history/page.ts';
import { sampleTaker } from '../../edge/journal/history/telemetry-samples.ts';
import type { Entry, Journal, JournalStatus, Keep, Lane, LaneStatus, Seq } from '../../edge/journal/journal.ts';
import { FengsuiError } from '../../sdk/model/errors.ts';
import type { WallTime } from '../../sdk/model/time.ts';

/** What outlives a journal: hand it to the next `memoryJournal` to play a restart. */
export type MemoryDisk = {
  readonly id: number;
  readonly lanes: Readonly<Record<Lane, Entry[]>>;
  readonly cursors: Map<string, Seq>;
  readonly kept: Map<string, Uint8Array>;
  /** The disk stops taking writes: what is appended waits in memory. Lost if the journal is closed before `recover`. */
  fail(why: string): void;
  /** The disk takes writes again, and what waits is stored in order. */
  recover(): void;
  readonly failure: () => string | undefined;
  onRecover(flush: () => void): () => void;
};

export function memoryDisk(id = 4_711): MemoryDisk {
  let failure: string | undefined;
  const waiters = new Set<() => void>();
  return {
    id,
    lanes: { alarm: [], telemetry: [] },
    cursors: new Map(),
    kept: new Map(),
    fail: (why) => {
      failure = why;
    },
    recover: () => {
      failure = undefined;
      for (const flush of waiters) flush();
    },
    failure: () => failure,
    onRecover: (flush) => {
      waiters.add(flush);
      return () => waiters.delete(flush);
    },
  };
}

/** A journal without files, for tests of the stages around it. Keeps every promise but that of the power cut. */
export function memoryJournal(disk: MemoryDisk = memoryDisk()): Journal {
  const queue: { store: () => void; done: () => void; fail: (e: unknown) => void }[] = [];
  let isClosed = false;
  const next = {
    alarm: nextNumber(disk, 'alarm'),
    telemetry: nextNumber(disk, 'telemetry'),
  } satisfies Record<Lane, Seq>;

  const flush = (): void => {
    while (disk.failure() === undefined) {
      const write = queue.shift();
      if (!write) return;
      write.store();
      write.done();
    }
  };
  const unsubscribe = disk.onRecover(flush);
  const write = (store: () => void): Promise<void> =>
    new Promise((done, fail) => {
      queue.push({ store, done, fail });
      flush();
    });
  const open = (): void => {
    if (isClosed) throw new FengsuiError('JOURNAL', 'the journal is closed: open it again');
  };

  return {
    id: disk.id,
    async append(lane, at, encode, keep) {
      open();
      const seq = next[lane];
      const body = Uint8Array.from(encode(seq));
      next[lane] = seq + 1;
      await write(() => {
        disk.lanes[lane].push({ seq, at, body });
        if (keep) store(disk.kept, keep);
      });
      return seq;
    },
    async read(lane, after, limit) {
      open();
      return disk.lanes[lane].filter((e) => e.seq > after).slice(0, Math.max(0, limit));
    },
    async between(from: WallTime, to: WallTime, after, limit) {
      open();
      return disk.lanes.telemetry
        .filter((e) => e.seq > after && e.at >= from && e.at <= to)
        .slice(0, Math.max(0, limit));
    },
    async history(query) {
      open();
      const buffer = historyBuffer();
      const take = sampleTaker(buffer, (hash) => disk.kept.get(`table/${hash}`));
      for (const entry of disk.lanes.telemetry) take(entry);
      return historyPage(buffer.source, query);
    },
    async acknowledge(destination, lane, upTo) {
      open();
      if (!Number.isSafeInteger(upTo) || upTo < 0 || upTo >= next[lane]) {
        throw new FengsuiError('INVALID', `${destination} acknowledged ${lane} ${upTo}, which was never given out`);
      }
      const key = cursorKey(destination, lane);
      await write(() => {
        disk.cursors.set(key, Math.max(disk.cursors.get(key) ?? 0, upTo));
      });
    },
    async cursor(destination, lane) {
      open();
      return disk.cursors.get(cursorKey(destination, lane)) ?? 0;
    },
    async keep(keep) {
      open();
      await write(() => store(disk.kept, keep));
    },
    async kept(prefix) {
      open();
      return new Map([...disk.kept].filter(([key]) => key.startsWith(prefix)));
    },
    status: () => statusOf(disk, queue.length),
    async [Symbol.asyncDispose]() {
      isClosed = true;
      unsubscribe();
      const lost = new FengsuiError('JOURNAL', 'the journal was closed before the entry reached the disk');
      for (const { fail } of queue.splice(0)) fail(lost);
    },
  };
}

const cursorKey = (destination: string, lane: Lane): string => `${lane} ${destination}`;

function nextNumber(disk: MemoryDisk, lane: Lane): Seq {
  const cursors = [...disk.cursors].filter(([key]) => key.startsWith(`${lane} `)).map(([, seq]) => seq);
  return Math.max(disk.lanes[lane].at(-1)?.seq ?? 0, ...cursors, 0) + 1;
}

function store(kept: Map<string, Uint8Array>, { key, value }: Keep): void {
  if (value === undefined) kept.delete(key);
  else kept.set(key, Uint8Array.from(value));
}

function statusOf(disk: MemoryDisk, waiting: number): JournalStatus {
  const lane = (name: Lane): LaneStatus => ({
    first: disk.lanes[name][0]?.seq ?? 0,
    last: disk.lanes[name].at(-1)?.seq ?? 0,
    bytes: disk.lanes[name].reduce((sum, e) => sum + e.body.length, 0),
    evicted: 0,
    summarised: 0,
  });
  const failure = disk.failure();
  return {
    lanes: { alarm: lane('alarm'), telemetry: lane('telemetry') },
    waiting,
    quarantined: 0,
    ...(failure === undefined ? {} : { degraded: failure }),
  };
}
