import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs';
import { applyWrite, countEvicted, cursorsOf } from './apply-write.ts';
import { type DatabaseFile, isFull, openDatabaseFile, pageBytes, pragma } from './database-file.ts';
import { deflatedRows } from './entry-rows.ts';
import type { Keep, Seq } from './journal.ts';
import { type LaneFile, laneFile, laneSchema } from './lane-file.ts';
import { seal, unseal } from './seal.ts';
import type { OpenDatabase } from './sqlite-driver.ts';
import type { StoreOptions, Write } from './store.ts';

export type TelemetryFile = {
  readonly file: DatabaseFile;
  readonly lane: LaneFile;
  /** Resolves when synced, if that is asked for; the sync runs beside the thread, so that an alarm can be written meanwhile. */
  write(writes: readonly Write[], peerLast: Seq): Promise<void>;
  /** Kept values of committed entries that still have to move to the alarm file. */
  pendingKeeps(): readonly Keep[];
  clearPendingKeeps(): void;
  bytes(): number;
  evicted(): number;
  close(): void;
};

type Options = Pick<StoreOptions, 'maxBytes' | 'fsync'> & { readonly path: string };

/** The log is brought into the file when it has so many pages, or half as many as the room. */
const longestLog = 500;
/** Room to allocate in the log beyond that, for the commit that leads to the checkpoint. */
const logMargin = 1.25;
/** Share of the room that is kept free, for the tree's own pages and for rows larger than the last. */
const spare = 0.1;
/** Share of the entries that is given up at once when there is no room at all. */
const emergencyShare = 0.1;
/** Of small rows so many cost hardly more pages than one. */
const evictRows = 64;

/** Bounded: the oldest entries give way. SQLite syncs only at checkpoints here; each commit is synced by us with `fdatasync`. */
export function openTelemetryFile(open: OpenDatabase, options: Options, notes: string[]): TelemetryFile {
  const maxPages = Math.floor(options.maxBytes / pageBytes);
  const checkpointPages = Math.floor(Math.min(longestLog, maxPages / 2));
  const file = openDatabaseFile(
    open,
    {
      path: options.path,
      synchronous: 'NORMAL',
      checkpointPages,
      cacheKib: 1_024,
      schema: laneSchema,
      roomBytes: Math.floor(checkpointPages * logMargin) * pageBytes,
    },
    notes,
  );
  file.db.exec(`PRAGMA max_page_count=${maxPages}`);
  const log = openSync(`${options.path}-wal`, 'r+');
  const lane = laneFile(file, deflatedRows);
  const pending = pendingKeeps(file);
  let bytes = lane.bytes();
  let isUnsynced = false;

  const commit = (writes: readonly Write[], peerLast: Seq): void => {
    bytes += file.transaction(() => {
      const removed = makeRoom(file, lane, maxPages);
      let added = 0;
      for (const write of writes) added += applyWrite({ file, lane, keep: pending.set }, write);
      if (file.mark('peer-last') !== peerLast) file.setMark('peer-last', peerLast);
      return added - removed;
    });
  };
  return {
    file,
    lane,
    async write(writes, peerLast) {
      // After a failed sync the kernel takes its pages for written: only writing them anew makes them safe.
      if (isUnsynced) file.db.exec('PRAGMA wal_checkpoint(FULL)');
      try {
        commit(writes, peerLast);
      } catch (e) {
        if (!isFull(e)) throw e;
        const { first, last } = lane.extent();
        const share = Math.max(1, Math.ceil((last - first) * emergencyShare));
        bytes -= file.transaction(() => evict(file, lane, Math.min(first + share - 1, last - 1), share));
        commit(writes, peerLast);
      }
      if (options.fsync === 'os') return;
      isUnsynced = true;
      await synced(log);
      isUnsynced = false;
    },
    pendingKeeps: pending.all,
    clearPendingKeeps() {
      pending.clear();
      fdatasyncSync(log); // before a newer value of the same key can be stored: this one must not come back
    },
    bytes: () => bytes,
    evicted: () => file.mark('evicted') ?? 0,
    close() {
      if (options.fsync === 'os') fdatasyncSync(log);
      closeSync(log);
      file.db.close();
    },
  };
}

const synced = (fd: number): Promise<void> => new Promise((done, fail) => fdatasync(fd, (e) => (e ? fail(e) : done())));

/** The newest entry always stays: it carries the numbering. */
function makeRoom(file: DatabaseFile, lane: LaneFile, maxPages: number): number {
  let removed = 0;
  const { first, last } = lane.extent();
  for (let at = first; at > 0 && at < last && usedPages(file) > maxPages * (1 - spare); at = lane.extent().first) {
    removed += evict(file, lane, last - 1, evictRows);
  }
  return removed;
}

function usedPages({ db }: DatabaseFile): number {
  return Number(pragma(db, 'page_count')) - Number(pragma(db, 'freelist_count'));
}

/** Oldest first. What some destination has not taken yet counts as evicted. */
function evict(file: DatabaseFile, lane: LaneFile, upTo: Seq, limit: number): number {
  const { seqs, bytes } = lane.deleteOldest(upTo, limit);
  const cursors = [...cursorsOf(file).values()];
  const taken = cursors.length === 0 ? 0 : Math.min(...cursors);
  countEvicted(file, seqs.filter((seq) => seq > taken).length);
  return bytes;
}

/** NULL stands for deletion. A damaged value is left out: the kept value stays as it was. */
function pendingKeeps({ db }: DatabaseFile) {
  const upsert = db.prepare('INSERT OR REPLACE INTO kept(key, value) VALUES(?, ?)');
  const every = db.prepare('SELECT key, value FROM kept');
  return {
    set: ({ key, value }: Keep): void => {
      upsert.run(key, value === undefined ? null : seal(key, value));
    },
    all: (): readonly Keep[] =>
      every.all().flatMap(({ key, value }) => {
        if (typeof key !== 'string') return [];
        const body = unseal(key, value);
        return value === null || body ? [{ key, value: body }] : [];
      }),
    clear: (): void => db.exec('DELETE FROM kept'),
  };
}
