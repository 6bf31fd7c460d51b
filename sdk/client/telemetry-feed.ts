import { FengsuiError } from '../model/errors.ts';
import type { PointTable } from '../wire/point-table.ts';
import { openTelemetry, type TelemetryBatch } from '../wire/telemetry.ts';
import { type Site, siteKey } from '../wire/topics.ts';
import { type Listeners, listeners } from './listeners.ts';
import type { PointTables } from './point-tables.ts';
import type { Observation } from './reading.ts';
import { wallOf } from './results.ts';
import type { ValueCache } from './value-cache.ts';

/** One value that came in. */
export type Arrival = {
  readonly site: Site;
  readonly device: string;
  readonly point: string;
  readonly seen: Observation;
};

/** Numbers of telemetry batches that were passed over; they may still come, or be read by `history`. */
export type BatchGap = { readonly site: Site; readonly log: number; readonly from: number; readonly to: number };

/** From bytes on the wire to values in the cache and in streams. */
export type TelemetryFeed = {
  /** @throws FengsuiError PROTOCOL */
  readonly receive: (site: Site, bytes: Uint8Array) => void;
  readonly arrivals: Listeners<Arrival>;
};

export type FeedContext = {
  readonly tables: PointTables;
  readonly cache: ValueCache;
  readonly gap: (gap: BatchGap) => void;
  /** For batches that had to wait: there is no caller left to throw at. */
  readonly problem: (site: Site, error: unknown) => void;
};

export function telemetryFeed(ctx: FeedContext): TelemetryFeed {
  const arrivals = listeners<Arrival>();
  const newest = new Map<string, { log: number; seq: number }>();

  const count = (site: Site, { log, seq }: TelemetryBatch): void => {
    const last = newest.get(siteKey(site));
    if (last?.log === log && seq <= last.seq) return;
    if (last?.log === log && seq > last.seq + 1) ctx.gap({ site, log, from: last.seq + 1, to: seq - 1 });
    newest.set(siteKey(site), { log, seq });
  };
  const publish = (site: Site, { log, seq }: TelemetryBatch, found: readonly Arrival[]): void => {
    for (const arrival of found) {
      ctx.cache.put(site, arrival.device, arrival.point, { ...arrival.seen, order: { log, seq } });
      arrivals.emit(arrival);
    }
  };
  return {
    arrivals,
    receive(site, bytes) {
      const batch = openTelemetry(bytes);
      count(site, batch);
      let waited = false;
      ctx.tables.with(site, batch.table, (table) => {
        try {
          publish(site, batch, arrivalsOf(site, table, batch));
        } catch (e) {
          if (!waited) throw e;
          ctx.problem(site, e);
        }
      });
      waited = true;
    },
  };
}

/** All or nothing: a batch with one unreadable value is not to be trusted in the others. */
const arrivalsOf = (site: Site, table: PointTable, batch: ReturnType<typeof openTelemetry>): readonly Arrival[] =>
  batch.samples(table).map((sample) => {
    const column = table.columns[sample.column];
    if (!column) throw new FengsuiError('PROTOCOL', `point table ${table.hash} has no column ${sample.column}`);
    const { device, point, unit } = column;
    const wall = wallOf(sample.wall, `telemetry of ${device}/${point}`);
    return { site, device, point, seen: { value: sample.value, wall, ...(unit !== undefined && { unit }) } };
  });
