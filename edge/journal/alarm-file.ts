import { applyWrite, cursorsOf } from './apply-write.ts';
import { type DatabaseFile, openDatabaseFile } from './database-file.ts';
import type { Keep, Seq } from './journal.ts';
import { type LaneFile, laneFile, laneSchema } from './lane-file.ts';
import { seal, unseal } from './seal.ts';
import type { OpenDatabase } from './sqlite-driver.ts';
import type { Write } from './store.ts';

export type AlarmFile = {
  readonly file: DatabaseFile;
  readonly lane: LaneFile;
  /** Synced when it returns. `peerLast`: the last telemetry number, recorded along. */
  write(writes: readonly Write[], peerLast: Seq): void;
  readonly kept: (prefix: string) => ReadonlyMap<string, Uint8Array>;
  readonly damagedKept: () => number;
  bytes(): number;
};

/** Entries that stay for local reading after all destinations took them. */
const history = 1_000;
/** Rows deleted with one commit: bounds how long an alarm can wait behind the cleaning. */
const trimRows = 64;

/** Synced at each commit, and `psow=0`: no acknowledged alarm is lost even if a power cut garbles a whole flash block. */
export function openAlarmFile(open: OpenDatabase, path: string, notes: string[]): AlarmFile {
  const file = openDatabaseFile(
    open,
    {
      path,
      synchronous: 'FULL',
      parameters: '?psow=0',
      checkpointPages: 64, // a short log: damage inside it silently drops all that follows
      cacheKib: 256,
      steps: [laneSchema],
      roomBytes: 512 * 1_024, // twice the log at its checkpoint: the commit that leads to one must fit on a full disk
    },
    notes,
  );
  const lane = laneFile(file);
  const kept = keptValues(file);
  let bytes = lane.bytes();
  return {
    file,
    lane,
    write(writes, peerLast) {
      bytes += file.transaction(() => {
        let added = 0;
        for (const write of writes) added += applyWrite({ file, lane, keep: kept.set }, write);
        if (file.mark('peer-last') !== peerLast) file.setMark('peer-last', peerLast);
        return added - trim(file, lane);
      });
    },
    kept: kept.all,
    damagedKept: kept.damaged,
    bytes: () => bytes,
  };
}

/** Only what every known destination took; with none known, nothing. */
function trim(file: DatabaseFile, lane: LaneFile): number {
  const cursors = [...cursorsOf(file).values()];
  const upTo = Math.min(...cursors, lane.extent().last - history);
  return cursors.length > 0 && upTo > 0 ? lane.deleteOldest(upTo, trimRows).bytes : 0;
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
