import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describeError, FengsuiError } from '../../sdk/model/errors.ts';
import type { OpenDatabase } from '../../sdk/sqlite/driver.ts';
import { isDamage, isFull } from '../../sdk/sqlite/errors.ts';
import { systemClock } from '../platform/clock.ts';
import { keepSmall } from './ageing/keep-small.ts';
import { type AlarmFile, openAlarmFile } from './alarm-file.ts';
import { cursorsOf } from './apply-write.ts';
import { type DatabaseFile, pageBytes } from './database-file.ts';
import { type History, history } from './history/history.ts';
import { type HistoryFile, openHistoryFile } from './history/history-file.ts';
import type { Lane, LaneStatus, Seq } from './journal.ts';
import { salvageLanes } from './salvage-lanes.ts';
import { markDamaged } from './set-aside.ts';
import { fileNames, type Note, type Opened, type Store, type StoreOptions, type Write } from './store.ts';
import { openTelemetryFile, type TelemetryFile } from './telemetry-file.ts';
import { unsynced } from './unsynced.ts';

/**
 * Each file also records how far the other lane has come, so that numbers never go back when one file is lost.
 * `peer-ceiling` is kept at least half a reserve ahead of the other lane; `peer-last` is exact as of this file's last commit.
 */
const reserve = 1_000;

/** What the owner of the store is told of the history, which may fail without anything else failing. */
export type HistoryEvents = {
  readonly onTrouble: (why: string | undefined) => void;
  /** Open the store again in another thread: then the file is set aside. */
  readonly onDamage: (e: unknown) => void;
};

const unheard: HistoryEvents = { onTrouble: () => undefined, onDamage: () => undefined };

/**
 * The journal on three SQLite files, so that damage or lack of room in one does not touch the others: `alarms.db` (alarm
 * entries, kept values, alarm cursors), `telemetry.db` (telemetry entries and cursors) and `history.db` (what was read,
 * by point and hour). Opens whatever state it finds.
 * @throws FengsuiError JOURNAL when the disk refuses or another process holds the files; never for the history's.
 */
export function openSqliteStore(
  open: OpenDatabase,
  options: StoreOptions,
  events: HistoryEvents = unheard,
  now: () => number = () => systemClock('synced').mono(),
): Store {
  const notes: Note[] = [];
  mkdirSync(options.directory, { recursive: true });
  const alarms = openAlarmFile(open, join(options.directory, fileNames.alarms), notes);
  const telemetry = openTelemetryFile(open, { ...options, path: join(options.directory, fileNames.telemetry) }, notes);
  const salvaged = salvageLanes(open, { alarms, telemetry, notes, now });
  const missing = [...salvaged.values()].reduce((sum, lane) => sum + lane.missing, 0);
  const damaged = alarms.file.setAside + telemetry.file.setAside + missing;
  const doubt = unsynced(alarms, options.fsync ?? 'always');
  const isShort = salvaged.has('telemetry') || doubt.mayBeShort;
  const opened: Opened = {
    id: identity(alarms, telemetry, options.newId),
    next: {
      alarm: nextNumber('alarm', { own: alarms, peer: telemetry, mayBeShort: salvaged.has('alarm') }, notes),
      telemetry: nextNumber('telemetry', { own: telemetry, peer: alarms, mayBeShort: isShort }, notes),
    },
    cursors: { alarm: cursorsOf(alarms.file), telemetry: cursorsOf(telemetry.file) },
    notes,
  };
  doubt.begin();
  const settle = settler(alarms, telemetry);
  settle();
  const past = openHistory(open, { ...options, newId: opened.id }, events, { alarms, telemetry, notes });
  past.history?.take(telemetry.lane.extent().last); // a few entries now, the rest in turns with other work
  const ages = keepSmall(options, {
    telemetry,
    history: past.history,
    tableBytes: (hash) => tableBytes(alarms, hash),
    onFailure: events.onDamage,
  });

  const writeAlarms = (writes: readonly Write[]): void => {
    try {
      settle();
      raiseCeiling(telemetry.file, highest(writes));
    } catch (e) {
      // An alarm must not fail because the telemetry file does. Both are tried again, and that lane reports its trouble.
      if (isDamage(e)) throw e;
    }
    const { last } = telemetry.lane.extent();
    try {
      alarms.write(writes, last);
    } catch (e) {
      if (!isFull(e) || !telemetry.giveRoom()) throw e;
      alarms.write(writes, last); // readings wait in memory now, and are the first to be given up
    }
  };
  const writeTelemetry = async (writes: readonly Write[]): Promise<void> => {
    settle();
    if (raiseCeiling(alarms.file, highest(writes))) alarms.sync();
    await telemetry.write(writes, alarms.lane.extent().last);
    settle();
    past.history?.take(telemetry.lane.extent().last);
    ages.wake();
  };
  const of = (lane: Lane) => (lane === 'alarm' ? alarms.lane : telemetry.lane);
  return {
    opened,
    write: async (lane, writes) => (lane === 'alarm' ? writeAlarms(writes) : writeTelemetry(writes)),
    read(lane, after, limit, reader) {
      const entries = of(lane).read(after, limit);
      if (lane === 'telemetry' && reader !== undefined)
        ages.handed(reader, { after, upTo: entries.at(-1)?.seq ?? after });
      return entries;
    },
    async history(query) {
      if (past.history) return past.history.ask(query);
      throw new FengsuiError('JOURNAL', `there is no history: ${past.why}`);
    },
    kept: alarms.kept,
    status: () => ({
      lanes: {
        alarm: { ...alarms.lane.extent(), bytes: alarms.file.usedPages() * pageBytes, evicted: 0, summarised: 0 },
        telemetry: telemetryStatus(telemetry),
      },
      quarantined:
        damaged +
        alarms.lane.damaged() +
        telemetry.lane.damaged() +
        alarms.damagedKept() +
        (past.file ? past.file.setAside + past.file.damaged() : 0),
    }),
    close() {
      ages.close();
      past.history?.close();
      telemetry.close();
      doubt.end();
      alarms.close();
    },
  };
}

const telemetryStatus = ({ file, lane, firstLeft }: TelemetryFile): LaneStatus => ({
  first: firstLeft(),
  last: lane.extent().last,
  bytes: file.usedPages() * pageBytes,
  evicted: file.mark('evicted') ?? 0,
  summarised: file.mark('summarised') ?? 0,
});

type Past = { readonly history?: History; readonly file?: HistoryFile; readonly why?: string };
type Beside = { readonly alarms: AlarmFile; readonly telemetry: TelemetryFile; readonly notes: Note[] };

/** Whatever is wrong with its file, the journal goes on without. */
function openHistory(open: OpenDatabase, options: StoreOptions, events: HistoryEvents, beside: Beside): Past {
  const { alarms, telemetry, notes } = beside;
  const path = join(options.directory, fileNames.history);
  try {
    const file = openHistoryFile(open, { path, maxBytes: options.history.maxBytes }, notes);
    const parts = {
      file,
      journal: options.newId,
      read: (after: Seq, limit: number) => telemetry.lane.read(after, limit),
      tableBytes: (hash: number) => tableBytes(alarms, hash),
      days: options.history.days,
      pause: () => new Promise<void>((done) => setImmediate(done)),
      ...events,
    };
    return { file, history: history(parts) };
  } catch (e) {
    notes.push({ kind: 'damaged', text: `${path} cannot be used: ${describeError(e)}` });
    if (isDamage(e)) {
      markDamaged(path);
      setImmediate(() => events.onDamage(e));
    }
    return { why: describeError(e) };
  }
}

const tableBytes = (alarms: AlarmFile, hash: number): Uint8Array | undefined =>
  alarms.kept(`table/${hash}`).get(`table/${hash}`);

function highest(writes: readonly Write[]): Seq {
  return writes.reduce((max, write) => (write.kind === 'entry' ? Math.max(max, write.entry.seq) : max), 0);
}

function identity(alarms: AlarmFile, telemetry: TelemetryFile, newId: number): number {
  const id = alarms.file.mark('id') ?? telemetry.file.mark('id') ?? newId;
  if (telemetry.file.mark('id') !== id) telemetry.file.setMark('id', id);
  if (alarms.file.mark('id') === id) return id;
  alarms.file.setMark('id', id);
  alarms.sync(); // nobody may hear of this journal by an identity that a power cut would change
  return id;
}

type LaneParts = AlarmFile | TelemetryFile;
/** `mayBeShort`: its newest entries may be missing, and nothing in it tells. */
type Known = { readonly own: LaneParts; readonly peer: LaneParts; readonly mayBeShort: boolean };

/**
 * One above everything that the lane's own file knows. When the other file, or a cursor, knows of a later entry, then
 * entries were lost: their numbers may be known upstream already and are skipped, with a margin.
 */
function nextNumber(lane: Lane, { own, peer, mayBeShort }: Known, notes: Note[]): Seq {
  const stored = own.lane.extent().last;
  const ceiling = peer.file.mark('peer-ceiling') ?? 0;
  const known = Math.max(peer.file.mark('peer-last') ?? 0, ...cursorsOf(own.file).values());
  const isSure = !mayBeShort || (stored === 0 && ceiling === 0);
  if (isSure && known <= stored && (stored > 0 || ceiling === 0)) return stored + 1;
  const next = Math.max(known, ceiling, stored) + reserve + 1;
  const text = `${lane} entries after ${stored} may be gone from the disk: numbering goes on at ${next}`;
  notes.push({ kind: 'damaged', text });
  return next;
}

/** `last`: 0 when no entry is written; then nothing may seem to have been there. True when it was. */
function raiseCeiling(peer: DatabaseFile, last: Seq): boolean {
  const isRaised = last > 0 && last + reserve / 2 > (peer.mark('peer-ceiling') ?? 0);
  if (isRaised) peer.setMark('peer-ceiling', last + reserve);
  return isRaised;
}

/**
 * Kept values that came with telemetry are stored beside their entry first, then moved to where all kept values live.
 * One that was moved and could not be cleared is not moved again: a newer one may have come.
 */
function settler(alarms: AlarmFile, telemetry: TelemetryFile): () => void {
  let isMoved = false;
  return () => {
    const keeps = telemetry.pendingKeeps();
    if (keeps.length > 0 && !isMoved) {
      alarms.write(
        keeps.map((keep) => ({ kind: 'keep', keep })),
        telemetry.lane.extent().last,
      );
    }
    isMoved = keeps.length > 0;
    if (isMoved) telemetry.clearPendingKeeps();
    isMoved = false;
  };
}
