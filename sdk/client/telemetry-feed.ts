import { FengsuiError } from '../model/errors.ts';
import type { PointTable } from '../wire/point-table.ts';
import { openReadings, type TelemetryBatch } from '../wire/telemetry.ts';
import { type Site, siteKey } from '../wire/topics.ts';
import { type BatchRecord, givenUp, has, missing, noted } from './batch-record.ts';
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

/** Numbers of telemetry batches that the gateway could not give again either. */
export type BatchGap = { readonly site: Site; readonly log: number; readonly from: number; readonly to: number };

/** From bytes on the wire to values in the cache and in streams. Each batch counts once, however often it comes. */
export type TelemetryFeed = {
  /** @throws FengsuiError PROTOCOL */
  readonly receive: (site: Site, bytes: Uint8Array) => void;
  readonly arrivals: Listeners<Arrival>;
};

export type FeedContext = {
  readonly tables: PointTables;
  readonly cache: ValueCache;
  /** Asks a gateway for batches that it has sent to nobody here: after `after`, not beyond `upTo`, the first of them. */
  readonly fetch: (
    site: Site,
    range: { readonly log: number; readonly after: number; readonly upTo: number },
  ) => Promise<readonly Uint8Array[]>;
  readonly gap: (gap: BatchGap) => void;
  /** For batches that had to wait: there is no caller left to throw at. */
  readonly problem: (site: Site, error: unknown) => void;
};

export function telemetryFeed(ctx: FeedContext): TelemetryFeed {
  const arrivals = listeners<Arrival>();
  const records = new Map<string, BatchRecord>();
  const filling = new Set<string>();

  const publish = (site: Site, { log, seq }: TelemetryBatch, found: readonly Arrival[]): void => {
    for (const arrival of found) {
      ctx.cache.put(site, arrival.device, arrival.point, { ...arrival.seen, order: { log, seq } });
      arrivals.emit(arrival);
    }
  };
  const take = (site: Site, bytes: Uint8Array): void => {
    const key = siteKey(site);
    const batch = openReadings(bytes);
    if (has(records.get(key), batch.log, batch.seq)) return;
    records.set(key, noted(records.get(key), batch.log, batch.seq));
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
  };
  /** What was sent while nobody listened is fetched, oldest first; what the gateway does not have any more is told. */
  const fill = async (site: Site): Promise<void> => {
    const key = siteKey(site);
    for (;;) {
      const record = records.get(key);
      const gap = record && missing(record);
      if (!record || !gap) return;
      const range = { log: record.log, after: record.through, upTo: gap.to };
      try {
        for (const bytes of await ctx.fetch(site, range)) take(site, bytes);
      } catch (e) {
        ctx.problem(site, e);
        // Out of reach just now: the next batch asks again. Only what the gateway itself cannot give is given up.
        if (FengsuiError.is(e) && (e.retryable || e.code === 'ABORTED')) return;
      }
      const now = records.get(key);
      if (now?.log !== record.log || now.through > record.through) continue; // it went on, or the journal changed
      const left = missing(now) ?? gap;
      ctx.gap({ site, log: record.log, ...left });
      records.set(key, givenUp(now, left.to));
    }
  };

  return {
    arrivals,
    receive(site, bytes) {
      take(site, bytes);
      const key = siteKey(site);
      if (filling.has(key)) return;
      filling.add(key);
      fill(site)
        .catch((e: unknown) => ctx.problem(site, e))
        .finally(() => filling.delete(key))
        .catch((e: unknown) => ctx.problem(site, e));
    },
  };
}

/** All or nothing: a batch with one unreadable value is not to be trusted in the others. */
const arrivalsOf = (site: Site, table: PointTable, batch: ReturnType<typeof openReadings>): readonly Arrival[] =>
  batch.samples(table).map((sample) => {
    const column = table.columns[sample.column];
    if (!column) throw new FengsuiError('PROTOCOL', `point table ${table.hash} has no column ${sample.column}`);
    const { device, point, unit } = column;
    const wall = wallOf(sample.wall, `telemetry of ${device}/${point}`);
    return { site, device, point, seen: { value: sample.value, wall, ...(unit !== undefined && { unit }) } };
  });
