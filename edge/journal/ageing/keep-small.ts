import { isDamage, isOfSqlite } from '../../../sdk/sqlite/errors.ts';
import type { History } from '../history/history.ts';
import { knownTables } from '../history/known-tables.ts';
import type { StoreOptions } from '../store.ts';
import type { TelemetryFile } from '../telemetry-file.ts';
import { ageing } from './ageing.ts';
import { type Boundaries, boundaries } from './boundaries.ts';
import { tooOld } from './too-old.ts';

type Around = {
  readonly telemetry: TelemetryFile;
  readonly history: History | undefined;
  /** The bytes of a point table by its hash. */
  readonly tableBytes: (hash: number) => Uint8Array | undefined;
  /** The telemetry file is damaged, or this program is wrong: nothing can go on. */
  readonly onFailure: (e: unknown) => void;
};

export type KeepSmall = {
  /** An entry was stored: sees to it that the lane does not become too large or too old, in turns with other work. */
  wake(): void;
  readonly handed: Boundaries['handed'];
  close(): void;
};

const rowsAtOnce = 16;

export function keepSmall(options: StoreOptions, around: Around): KeepSmall {
  const { telemetry, history, tableBytes, onFailure } = around;
  const { file, lane, aged } = telemetry;
  const bounds = boundaries();
  const life = { isClosed: false, isRunning: false };
  const pause = async (): Promise<boolean> => {
    await new Promise<void>((done) => setImmediate(done));
    return !life.isClosed;
  };
  if (!aged) return { wake: () => undefined, handed: bounds.handed, close: () => undefined };

  const oldest = tooOld(lane, options.maxDays);
  let oldUpTo = 0;
  const dropOld = (): boolean => {
    oldUpTo = Math.max(oldUpTo, oldest() ?? 0);
    const upTo = Math.min(oldUpTo, lane.extent().last - 1);
    return upTo > 0 && file.transaction(() => aged.away.giveUp(upTo, rowsAtOnce)) > 0;
  };
  const sumUp = ageing({
    ...aged,
    file,
    lane,
    boundaries: bounds,
    isCrowded: telemetry.isCrowded,
    maxBytes: options.maxBytes,
    tableOf: knownTables(tableBytes),
    storedUpTo: () => history?.storedUpTo(),
    hurry: () => {
      history?.hurry();
      return false;
    },
    pause,
  });
  const run = async (): Promise<void> => {
    life.isRunning = true;
    try {
      while ((await pause()) && (dropOld() || (await sumUp())));
    } catch (e) {
      if (!isPassing(e)) onFailure(e);
    } finally {
      life.isRunning = false;
    }
  };
  return {
    wake() {
      if (!life.isRunning && !life.isClosed) void run();
    },
    handed: bounds.handed,
    close() {
      life.isClosed = true;
    },
  };
}

/** A disk that refuses: the next commit says so, and after it this is tried again. */
const isPassing = (e: unknown): boolean => isOfSqlite(e) && !isDamage(e);
