import type { RunClock } from '../model/run-clock.ts';
import type { PointTable } from '../wire/point-table.ts';
import { openTelemetry, type TelemetryMessage } from '../wire/telemetry.ts';
import type { Site } from '../wire/topics.ts';
import { type BatchTracker, batchTracker, type TrackerContext } from './batch-tracker.ts';
import type { LaneGap } from './client-events.ts';
import { type EntryArrivals, type EntryLoss, readEntry } from './lane-entries.ts';
import { type Listeners, listeners } from './listeners.ts';
import type { PointTables } from './point-tables.ts';
import type { Range, Ranges } from './ranges.ts';
import { type Arrival, arrivalsOf, goneBetween, type Origin, type SpanArrival, spansOf } from './telemetry-arrivals.ts';
import type { ValueCache } from './value-cache.ts';

/** From bytes on the wire to values in the cache and in streams. Each entry counts once, however often it comes. */
export type TelemetryFeed = {
  /** @throws FengsuiError PROTOCOL */
  readonly receive: (site: Site, bytes: Uint8Array) => void;
  readonly arrivals: Listeners<Came<Arrival>>;
  /** What is left of readings for which a gateway had no room. */
  readonly summaries: Listeners<Came<SpanArrival>>;
  /** Each entry of readings that came, once it could be read. */
  readonly entries: Listeners<EntryArrivals>;
  /** Reads an entry that was asked for; nobody else is told of it. @throws FengsuiError see {@link readEntry} */
  readonly read: (site: Site, bytes: Uint8Array) => Promise<EntryArrivals | EntryLoss | undefined>;
  /** The gateway is there again: what could not be had of it is asked for again. */
  readonly askAgain: (site: Site) => void;
} & Pick<BatchTracker, 'position' | 'takeOn' | 'forget'>;

/** What came of one gateway in one message. */
export type Came<A> = { readonly site: Site; readonly all: readonly A[] };

export type FeedContext = Pick<TrackerContext, 'fetch'> & {
  readonly tables: PointTables;
  readonly cache: ValueCache;
  /** How the monotonic times of the gateway's runs lie in wall time, as far as it has told. */
  readonly clocks: (site: Site) => readonly RunClock[];
  /** Numbers that do not come as they were recorded. */
  readonly gap: (site: Site, numbers: { log: number; from: number; to: number }, why: LaneGap) => void;
  /** For batches that had to wait: there is no caller left to throw at. */
  readonly problem: (site: Site, error: unknown) => void;
};

export function telemetryFeed(ctx: FeedContext): TelemetryFeed {
  const arrivals = listeners<Came<Arrival>>();
  const summaries = listeners<Came<SpanArrival>>();
  const entries = listeners<EntryArrivals>();
  const tell = (site: Site, log: number, numbers: Ranges, why: LaneGap): void => {
    for (const [from, to] of numbers) ctx.gap(site, { log, from, to }, why);
  };
  const read = (site: Site, message: Of<'readings' | 'snapshot'>): void =>
    withTable(ctx, site, message.table, (origin) => {
      const all = arrivalsOf(message, origin);
      const news = ctx.cache.putAll(site, all);
      // An entry is told once, however old; the present may be told again and again.
      arrivals.emit({ site, all: message.kind === 'readings' ? all : news });
      if (message.kind === 'readings')
        entries.emit({ site, log: message.log, from: message.first, to: message.seq, arrivals: all });
    });
  const readSummary = (site: Site, message: Of<'summary'>, numbers: Ranges): void =>
    withTable(ctx, site, message.table, (origin) => {
      const { spans, since, until } = spansOf(message, origin);
      tell(site, message.log, numbers, { reason: 'summarised', since, until, every: message.every });
      summaries.emit({ site, all: spans });
    });
  const take = (site: Site, bytes: Uint8Array): void => {
    const message = openTelemetry(bytes);
    if (message.kind === 'snapshot') return read(site, message); // stands for no numbers
    const { log, first, seq } = message;
    const numbers = tracker.note(site, log, [first, seq]);
    if (numbers.length === 0) return;
    switch (message.kind) {
      case 'readings':
        return read(site, message);
      case 'summary':
        return readSummary(site, message, numbers);
      case 'gone':
        return tell(site, log, numbers, { reason: 'evicted', ...goneBetween(message) });
      case 'other':
        return tell(site, log, numbers, { reason: 'unreadable' });
    }
  };
  const tracker = batchTracker({
    fetch: ctx.fetch,
    problem: ctx.problem,
    take,
    missed: (site: Site, log: number, numbers: Range) => tell(site, log, [numbers], { reason: 'missing' }),
  });
  return {
    arrivals,
    summaries,
    entries,
    read: (site, bytes) =>
      readEntry(bytes, { site, table: (hash) => ctx.tables.get(site, hash), clocks: ctx.clocks(site) }),
    position: tracker.position,
    takeOn: tracker.takeOn,
    forget: tracker.forget,
    askAgain: tracker.fill,
    receive(site, bytes) {
      take(site, bytes);
      tracker.fill(site);
    },
  };
}

type Of<K extends TelemetryMessage['kind']> = Extract<TelemetryMessage, { kind: K }>;

/** Calls `use` at once or, when the table has to be fetched, later; errors go to the caller as long as there is one. */
function withTable(ctx: FeedContext, site: Site, hash: number, use: (origin: Origin) => void): void {
  let waited = false;
  ctx.tables.with(site, hash, (table: PointTable) => {
    try {
      use({ table, clocks: ctx.clocks(site) });
    } catch (e) {
      if (!waited) throw e;
      ctx.problem(site, e);
    }
  });
  waited = true;
}
