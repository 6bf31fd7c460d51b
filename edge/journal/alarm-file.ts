import { closeSync, fdatasyncSync, openSync } from 'node:fs';
import type { OpenDatabase } from '../../sdk/sqlite/driver.ts';
import { applyWrite, cursorsOf } from './apply-write.ts';
import { type DatabaseFile, openDatabaseFile } from './database-file.ts';
import type { Keep, Seq } from './journal.ts';
import { checkLane, type LaneFile, laneFile, laneSchema } from './lane-file.ts';
import { seal, unseal } from './seal.ts';
import type { Note, Write } from './store.ts';

export type AlarmFile = {
  readonly file: DatabaseFile;
  readonly lane: LaneFile;
  /** Synced when it returns. `peerLast`: the last telemetry number, recorded along. */
  write(writes: readonly Write[], peerLast: Seq): void;
  readonly kept: (prefix: string) => ReadonlyMap<string, Uint8Array>;
  readonly damagedKept: () => number;
  /** Inside a transaction of the file. */
  readonly keep: (keep: Keep) => void;
  /** For what was written to the file beside `write`. */
  sync(): void;
  close(): void;
};

/** Entries that stay for local reading after all destinations took them. */
const history = 1_000;
/** Rows deleted with one commit: so many are worth the pages that deleting writes, and no alarm waits long behind it. */
const trimRows = 64;
/** Some 30,000 alarms: a slow card reads as much in 0.4 s, and a start may take 2. */
const readThroughBytes = 8 * 1_048_576;

/**
 * Synced by us at each commit, with `fdatasync`: SQLite would call `fsync`, which has the file system write its own
 * journal for a new time stamp, more than the alarm itself. And padded, so that no acknowledged alarm is lost even if a
 * power cut garbles a whole flash block.
 */
export function openAlarmFile(open: OpenDatabase, path: string, notes: Note[]): AlarmFile {
  const file = openDatabaseFile(
    open,
    {
      path,
      synchronous: 'NORMAL',
      checkpointPages: 64, // a short log: damage inside it silently drops all that follows
      cacheKib: 256,
      steps: [laneSchema],
      readThroughBytes,
      check: checkLane,
      isSalvaged: true,
      roomBytes: 512 * 1_024, // twice the log at its checkpoint: the commit that leads to one must fit on a full disk
    },
    notes,
  );
  const log = openSync(`${path}-wal`, 'r+');
  const rows = laneFile(file);
  const kept = keptValues(file);
  let isUnsynced = false;
  /** Committed, and not synced: nobody may hear of such an alarm, whose number a power cut would give to another. */
  let hiddenAbove: Seq | undefined;
  const isShown = (seq: Seq): boolean => hiddenAbove === undefined || seq <= hiddenAbove;
  const extent = (): ReturnType<LaneFile['extent']> => {
    const { first, last } = rows.extent();
    return { first, last: Math.min(last, hiddenAbove ?? last) };
  };
  const lane: LaneFile = {
    ...rows,
    read: (after, limit) => rows.read(after, limit).filter(({ seq }) => isShown(seq)),
    extent,
  };
  /** One more commit of a page, which is larger than a block: what the next alarm shares its first block with is this one, not the alarm before. */
  const syncBehind = (padding: () => void): void => {
    file.transaction(padding);
    isUnsynced = true;
    fdatasyncSync(log);
    isUnsynced = false;
  };
  return {
    file,
    lane,
    write(writes, peerLast) {
      // After a failed sync the kernel takes its pages for written: only writing them anew makes them safe.
      if (isUnsynced) file.db.exec('PRAGMA wal_checkpoint(FULL)');
      const apply = (write: Write): void => applyWrite({ file, lane, keep: kept.set }, write);
      const [cursors, others] = [writes.filter(isCursor), writes.filter((write) => !isCursor(write))];
      const { last } = extent();
      file.transaction(() => others.forEach(apply));
      hiddenAbove = last;
      // These need not come in one commit with the alarm, and would be one page more in it.
      syncBehind(() => {
        cursors.forEach(apply);
        file.setMark('peer-last', peerLast);
        trim(file, lane);
      });
      hiddenAbove = undefined;
    },
    sync: () => syncBehind(() => file.setMark('padding', 0)),
    kept: kept.all,
    keep: kept.set,
    damagedKept: kept.damaged,
    close() {
      closeSync(log);
      file.db.close();
    },
  };
}

const isCursor = ({ kind }: Write): boolean => kind === 'cursor';

/** Only what every known destination took; with none known, nothing. */
function trim(file: DatabaseFile, lane: LaneFile): void {
  const cursors = [...cursorsOf(file).values()];
  const { first, last } = lane.extent();
  const upTo = Math.min(...cursors, last - history);
  if (cursors.length > 0 && upTo - first >= trimRows - 1) lane.deleteOldest(upTo, trimRows);
}

function keptValues({ db }: DatabaseFile) {
  const upsert = db.prepare('INSERT OR REPLACE INTO kept(key, value) VALUES(?, ?)');
  const remove = db.prepare('DELETE FROM kept WHERE key = ?');
  const from = db.prepare('SELECT key, value FROM kept WHERE key >= ? ORDER BY key');
  const damaged = new Set<string>();
  return {
    set: ({ key, value }: Keep): void => {
      if (value === undefined) remove.run(key);
      else upsert.run(key, seal(key, value));
      damaged.delete(key);
    },
    all: (prefix: string): ReadonlyMap<string, Uint8Array> => {
      const found = new Map<string, Uint8Array>();
      for (const { key, value } of from.all(prefix)) {
        if (typeof key !== 'string' || !key.startsWith(prefix)) break;
        const body = unseal(key, value);
        if (body) found.set(key, body);
        else damaged.add(key);
      }
      return found;
    },
    damaged: () => damaged.size,
  };
}
