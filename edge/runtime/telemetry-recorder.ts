import { describeError } from '../../sdk/model/errors.ts';
import type { PointValue } from '../../sdk/model/point.ts';
import type { PointSpec } from '../../sdk/model/profile.ts';
import { elapsed, type MonoTime, millis, seconds, wallTime } from '../../sdk/model/time.ts';
import { encodePointTable, type PointTable, pointTable } from '../../sdk/wire/point-table.ts';
import { encodeTelemetry, type Sample } from '../../sdk/wire/telemetry.ts';
import type { Journal } from '../journal/journal.ts';
import type { Clock } from '../platform/clock.ts';
import { withDeadline } from '../platform/deadline.ts';
import type { Log } from '../platform/log.ts';
import { differs } from '../point/decode-point.ts';
import type { SiteDevice } from './config/site.ts';

/** Latest value of one point, and when it was last told. */
export type LivePoint = {
  readonly name: string;
  readonly spec: PointSpec;
  readonly column: number;
  value: PointValue | undefined;
  told: MonoTime | undefined;
};

/** A value that does not change is told this often all the same. */
const refresh = seconds(60);
const lastFlush = seconds(2);
/** A sample takes up to 16 bytes, a text its characters on top. */
export const sampleBytes = 16;

export type TelemetryRecorder = {
  readonly table: () => PointTable;
  /** Takes a new list of devices: a new table for the readings from now on. */
  readonly setDevices: (devices: readonly SiteDevice[]) => ReadonlyMap<string, readonly LivePoint[]>;
  readonly record: (point: LivePoint, value: PointValue) => void;
  /** Puts what is waiting into the journal; resolves once it is stored. */
  readonly flush: () => Promise<void>;
  readonly run: (signal: AbortSignal) => Promise<void>;
};

export function telemetryRecorder(ctx: {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  readonly boot: number;
  readonly commitMs: number;
  /** What waits is stored at once when it has so many bytes. */
  readonly chunkBytes: number;
  readonly onStored: () => void;
}): TelemetryRecorder {
  const { journal, clock, log, boot } = ctx;
  let table = pointTable([]);
  let waiting: Sample[] = [];
  let room = ctx.chunkBytes;
  let live: ReadonlyMap<string, readonly LivePoint[]> = new Map();

  const flush = async (): Promise<void> => {
    const samples = waiting;
    if (samples.length === 0) return;
    waiting = [];
    room = ctx.chunkBytes;
    const meaning = table;
    await journal.append('telemetry', clock.wall(), (seq) =>
      encodeTelemetry({ log: journal.id, seq, boot, trust: clock.trust(), table: meaning.hash }, meaning, samples),
    );
    ctx.onStored();
  };
  const flushSoon = (): void => {
    flush().catch((e: unknown) => log.warn('telemetry.not-stored', { why: describeError(e) }));
  };

  return {
    table: () => table,
    setDevices(devices) {
      flushSoon();
      const points = new Map<string, readonly LivePoint[]>();
      let column = 0;
      for (const device of devices) {
        const before = live.get(device.id);
        const own = Object.entries(device.profile.points).map(([name, spec]): LivePoint => {
          const value = before?.find((p) => p.spec === spec)?.value;
          return { name, spec, column: column++, value, told: undefined };
        });
        points.set(device.id, own);
      }
      live = points;
      table = pointTable(devices.flatMap(columnsOf));
      journal
        .keep({ key: `table/${table.hash}`, value: encodePointTable(table) })
        .catch((e: unknown) => log.warn('telemetry.table-not-kept', { why: describeError(e) }));
      return points;
    },
    record(point, value) {
      const due = point.told === undefined || elapsed(point.told, value.at) >= refresh;
      const changed = differs(point.spec, point.value, value);
      point.value = value;
      if (!changed && !due) return;
      point.told = value.at;
      waiting.push({ column: point.column, wall: wallTime(clock.wall() - elapsed(value.at, clock.mono())), value });
      room -= sampleBytes + textLength(value);
      if (room <= 0) flushSoon();
    },
    flush,
    async run(signal) {
      while (!signal.aborted) {
        await clock.sleep(millis(ctx.commitMs), signal).catch(() => undefined); // the loop sees the abort
        flushSoon();
      }
      // A disk that fails must not hold up the end; the journal says then what it could not write.
      const deadline = { clock, ms: lastFlush, signal: new AbortController().signal, what: 'the last readings' };
      await withDeadline(deadline, flush).catch((e: unknown) =>
        log.warn('telemetry.not-stored', { why: describeError(e) }),
      );
    },
  };
}

const textLength = (value: PointValue): number =>
  value.quality !== 'lost' && typeof value.value === 'string' ? value.value.length : 0;

function columnsOf(device: SiteDevice) {
  return Object.entries(device.profile.points).map(([point, spec]) => ({
    device: device.id,
    point,
    ...('unit' in spec && { unit: spec.unit, resolution: spec.resolution }),
    ...('of' in spec && { choices: Object.values(spec.of) }),
  }));
}
