import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describeError, FengsuiError } from '../../sdk/model/errors.ts';
import { type AlarmFile, openAlarmFile } from './alarm-file.ts';
import { cursorsOf } from './apply-write.ts';
import { type DatabaseFile, isDamage, markDamaged } from './database-file.ts';
import { type History, history } from './history/history.ts';
import { type HistoryFile, openHistoryFile } from './history/history-file.ts';
import type { Lane, Seq } from './journal.ts';
import type { OpenDatabase } from './sqlite-driver.ts';
import type { Opened, Store, StoreOptions, Write } from './store.ts';
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
export function openSqliteStore(open: OpenDatabase, options: StoreOptions, events: HistoryEvents = unheard): Store {
  const notes: string[] = [];
  mkdirSync(options.directory, { recursive: true });
  const alarms = openAlarmFile(open, join(options.directory, 'alarms.db'), notes);
  const telemetry = openTelemetryFile(open, { ...options, path: join(options.directory, 'telemetry.db') }, notes);
  const setAsideCount = alarms.file.setAside + telemetry.file.setAside;
  const doubt = unsynced(alarms, options.fsync ?? 'always');
  const opened: Opened = {
    id: identity(alarms, telemetry, options.newId),
    next: {
      alarm: nextNumber('alarm', { own: alarms, peer: telemetry, mayBeShort: false }, notes),
      telemetry: nextNumber('telemetry', { own: telemetry, peer: alarms, mayBeShort: doubt.mayBeShort }, notes),
    },
    cursors: { alarm: cursorsOf(alarms.file), telemetry: cursorsOf(telemetry.file) },
    notes,
  };
  doubt.begin();
  const settle = settler(alarms, telemetry);
  settle();
  const past = openHistory(open, { ...options, newId: opened.id }, events, { alarms, telemetry, notes });
  past.history?.take(telemetry.lane.extent().last);

  const writeAlarms = (writes: readonly Write[]): void => {
    try {
      settle();
      raiseCeiling(telemetry.file, highest(writes));
    } catch (e) {
      // An alarm must not fail because the telemetry file does. Both are tried again, and that lane reports its trouble.
      if (isDamage(e)) throw e;
    }
    alarms.write(writes, telemetry.lane.extent().last);
  };
  const writeTelemetry = async (writes: readonly Write[]): Promise<void> => {
    settle();
    if (raiseCeiling(alarms.file, highest(writes))) alarms.sync();
    await telemetry.write(writes, alarms.lane.extent().last);
    settle();
    past.history?.take(telemetry.lane.extent().last);
  };
  const of = (lane: Lane) => (lane === 'alarm' ? alarms.lane : telemetry.lane);
  return {
    opened,
    write: async (lane, writes) => (lane === 'alarm' ? writeAlarms(writes) : writeTelemetry(writes)),
    read: (lane, after, limit) => of(lane).read(after, limit),
    between: (window) => telemetry.lane.between(window),
    async history(query) {
      if (past.history) return past.history.ask(query);
      throw new FengsuiError('JOURNAL', `there is no history: ${past.why}`);
    },
    kept: alarms.kept,
    status: () => ({
      lanes: {
        alarm: { ...alarms.lane.extent(), bytes: alarms.bytes(), evicted: 0 },
        telemetry: { ...telemetry.lane.extent(), bytes: telemetry.bytes(), evicted: telemetry.evicted() },
      },
      quarantined:
        setAsideCount +
        alarms.lane.damaged() +
        telemetry.lane.damaged() +
        alarms.damagedKept() +
        (past.file ? past.file.setAside + past.file.damaged() : 0),
    }),
    close() {
      past.history?.close();
      telemetry.close();
      doubt.end();
      alarms.close();
    },
  };
}

type Past = { readonly history?: History; readonly file?: HistoryFile; readonly why?: string };
type Beside = { readonly alarms: AlarmFile; readonly telemetry: TelemetryFile; readonly notes: string[] };

/** Whatever is wrong with its file, the journal goes on without. */
function openHistory(open: OpenDatabase, options: StoreOptions, events: HistoryEvents, beside: Beside): Past {
  const { alarms, telemetry, notes } = beside;
  const path = join(options.directory, 'history.db');
  try {
    const file = openHistoryFile(open, { path, maxBytes: options.history.maxBytes }, notes);
    const parts = {
      file,
      journal: options.newId,
      read: (after: Seq, limit: number) => telemetry.lane.read(after, limit),
      tableBytes: (hash: number) => alarms.kept(`table/${hash}`).get(`table/${hash}`),
      days: options.history.days,
      pause: () => new Promise<void>((done) => setImmediate(done)),
      ...events,
    };
    return { file, history: history(parts) };
  } catch (e) {
    notes.push(`${path} cannot be used: ${describeError(e)}`);
    if (isDamage(e)) {
      markDamaged(path);
      setImmediate(() => events.onDamage(e));
    }
    return { why: describeError(e) };
  }
}

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
type Known = { readonly own: LaneParts; readonly peer: LaneParts; readonly mayBeShort: boolean };

/**
 * One above everything that the lane's own file knows. When the other file, or a cursor, knows of a later entry, then
 * entries were lost: their numbers may be known upstream already and are skipped, with a margin.
 */
function nextNumber(lane: Lane, { own, peer, mayBeShort }: Known, notes: string[]): Seq {
  const stored = own.lane.extent().last;
  const ceiling = peer.file.mark('peer-ceiling') ?? 0;
  const known = Math.max(peer.file.mark('peer-last') ?? 0, ...cursorsOf(own.file).values());
  if (!mayBeShort && known <= stored && (stored > 0 || ceiling === 0)) return stored + 1;
  const next = Math.max(known, ceiling) + reserve + 1;
  const are = mayBeShort ? 'may be' : 'are';
  notes.push(`${lane} entries after ${stored} ${are} gone from the disk: numbering goes on at ${next}`);
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
