import { closeSync, fdatasync, fdatasyncSync, fstatSync, openSync } from 'node:fs';
import type { OpenDatabase } from '../../sdk/sqlite/driver.ts';
import { isFull } from '../../sdk/sqlite/errors.ts';
import { type GiveUp, giveUp } from './ageing/give-up.ts';
import { type LevelRows, levelRows, telemetrySteps } from './ageing/level-rows.ts';
import { rowOf } from './ageing/row-of.ts';
import { applyWrite, countEvicted, cursorsOf } from './apply-write.ts';
import { type DatabaseFile, openDatabaseFile, pageBytes } from './database-file.ts';
import { deflatedRows } from './entry-rows.ts';
import type { Entry, Keep, Seq } from './journal.ts';
import { checkLane, type LaneFile, laneFile } from './lane-file.ts';
import { seal, unseal } from './seal.ts';
import type { Note, StoreOptions, Write } from './store.ts';

export type TelemetryFile = {
  readonly file: DatabaseFile;
  readonly lane: LaneFile;
  /** Rows that stand for more than one number; undefined while there is no room to bring the file to that version. */
  readonly aged: Aged | undefined;
  /** Resolves when synced, if that is asked for; the sync runs beside the thread, so that an alarm can be written meanwhile. */
  write(writes: readonly Write[], peerLast: Seq): Promise<void>;
  /** Kept values of committed entries that still have to move to the alarm file. */
  pendingKeeps(): readonly Keep[];
  clearPendingKeeps(): void;
  /** Whether so much of the room is used that the lane should become smaller before it has to. */
  readonly isCrowded: () => boolean;
  /** The oldest number of which something is left. */
  readonly firstLeft: () => Seq;
  /** Gives the room of the log back to the disk. False: there was none to give. */
  giveRoom(): boolean;
  /** Inside a transaction of the file. */
  readonly keep: (keep: Keep) => void;
  /** Inside a transaction: an entry of another file, whatever it stands for. Returns the first number of that. */
  readonly takeOver: (entry: Entry) => Seq;
  /** Whether what is older may be added without giving way at once. */
  hasRoom(): boolean;
  close(): void;
};

type Aged = { readonly rows: LevelRows; readonly away: GiveUp };
type Options = Pick<StoreOptions, 'maxBytes' | 'fsync'> & { readonly path: string };

/** The log is brought into the file when it has so many pages, or half as many as the room. */
const longestLog = 500;
/** Room to allocate in the log beyond that, for the commit that leads to the checkpoint. */
const logMargin = 1.25;
/** Share of the room that is kept free, for the tree's own pages and for rows larger than the last. */
const spare = 0.1;
/** Share of the room above which the oldest entries are summed up. */
const crowded = 0.8;
/** Share of the entries that is given up at once when there is no room at all. */
const emergencyShare = 0.1;
/** Of small rows so many cost hardly more pages than one. */
const evictRows = 64;

/** Bounded: the oldest entries give way. SQLite syncs only at checkpoints here; each commit is synced by us with `fdatasync`. */
export function openTelemetryFile(open: OpenDatabase, options: Options, notes: Note[]): TelemetryFile {
  const maxPages = Math.floor(options.maxBytes / pageBytes);
  const checkpointPages = Math.floor(Math.min(longestLog, maxPages / 2));
  const file = openDatabaseFile(
    open,
    {
      path: options.path,
      synchronous: 'NORMAL',
      checkpointPages,
      cacheKib: 1_024,
      steps: telemetrySteps,
      readThroughBytes: 0, // it may have hundreds of megabytes
      check: checkLane,
      isSalvaged: true,
      roomBytes: Math.floor(checkpointPages * logMargin) * pageBytes,
    },
    notes,
  );
  file.db.exec(`PRAGMA max_page_count=${maxPages}`);
  const log = openSync(`${options.path}-wal`, 'r+');
  const lane = laneFile(file, deflatedRows);
  const pending = pendingKeeps(file);
  const aged = file.version < telemetrySteps.length ? undefined : agedRows(file, lane);
  const evict = aged ? evictAged(aged) : evictPlain(file, lane);
  let isUnsynced = false;

  const commit = (writes: readonly Write[], peerLast: Seq): void =>
    file.transaction(() => {
      const { last } = lane.extent(); // the newest entry always stays: it carries the numbering
      while (file.usedPages() > maxPages * (1 - spare) && evict(last - 1, evictRows) > 0);
      for (const write of writes)
        applyWrite({ file, lane, keep: pending.set, ...(aged && { lost: aged.away.lost }) }, write);
      if (file.mark('peer-last') !== peerLast) file.setMark('peer-last', peerLast);
    });
  const firstLeft = (): Seq => {
    const { first, last } = lane.extent();
    return aged ? (aged.rows.oldestLeft(last, 1)[0]?.first ?? 0) : first;
  };
  return {
    file,
    lane,
    aged,
    async write(writes, peerLast) {
      // After a failed sync the kernel takes its pages for written: only writing them anew makes them safe.
      if (isUnsynced) file.db.exec('PRAGMA wal_checkpoint(FULL)');
      try {
        commit(writes, peerLast);
      } catch (e) {
        if (!isFull(e)) throw e;
        const first = firstLeft();
        const { last } = lane.extent();
        const share = Math.max(1, Math.ceil((last - first) * emergencyShare));
        file.transaction(() => evict(Math.min(first + share - 1, last - 1), share));
        commit(writes, peerLast);
      }
      if (options.fsync === 'os') return;
      isUnsynced = true;
      await synced(log);
      isUnsynced = false;
    },
    pendingKeeps: pending.all,
    keep: pending.set,
    hasRoom: () => file.usedPages() <= maxPages * (1 - 2 * spare),
    clearPendingKeeps() {
      pending.clear();
      fdatasyncSync(log); // before a newer value of the same key can be stored: this one must not come back
    },
    isCrowded: () => file.usedPages() > maxPages * crowded,
    firstLeft,
    giveRoom() {
      const before = fstatSync(log).size;
      file.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      return fstatSync(log).size < before;
    },
    takeOver(entry) {
      const row = rowOf(entry);
      if (aged) aged.rows.insert(row);
      else lane.insert(entry);
      return row.first;
    },
    close() {
      if (options.fsync === 'os') fdatasyncSync(log);
      closeSync(log);
      file.db.close();
    },
  };
}

function agedRows(file: DatabaseFile, lane: LaneFile): Aged {
  const rows = levelRows(file);
  return { rows, away: giveUp({ file, lane, rows }) };
}

/** Inside a transaction: oldest first, at most `limit` up to `upTo`. Returns how many. */
type Evict = (upTo: Seq, limit: number) => number;

const evictAged =
  ({ away }: Aged): Evict =>
  (upTo, limit) =>
    away.dropTaken(upTo, limit) || away.giveUp(upTo, limit);

function evictPlain(file: DatabaseFile, lane: LaneFile): Evict {
  return (upTo, limit) => {
    const seqs = lane.deleteOldest(upTo, limit);
    const cursors = [...cursorsOf(file).values()];
    const taken = cursors.length === 0 ? 0 : Math.min(...cursors);
    countEvicted(file, seqs.filter((seq) => seq > taken).length);
    return seqs.length;
  };
}

const synced = (fd: number): Promise<void> => new Promise((done, fail) => fdatasync(fd, (e) => (e ? fail(e) : done())));

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
