import type { ClientEvents } from '../../client/client-events.ts';
import type { LiveStream, StreamOptions } from '../../client/live-stream.ts';
import type { TelemetryEntry } from '../../client/telemetry-entries.ts';
import type { AuditEntry } from '../platform-store.ts';
import { batches } from './batches.ts';
import { bell } from './bell.ts';
import { auditOfHole, samplesOf, stretchOf } from './entries.ts';
import { type FillContext, fillHoles, type HoleClient } from './fill-holes.ts';
import { type Keep, storeAudit, storeReadings } from './keep.ts';
import { type LaneStretch, laneBook, markBeyond } from './lane-book.ts';
import { firstHole, noted } from './lane-record.ts';
import { sizeOf, waitingEntries } from './waiting-entries.ts';

/** What it needs of a client. */
export type ReadClient = HoleClient & {
  readonly telemetry: { readonly entries: (options: StreamOptions) => LiveStream<TelemetryEntry> };
  readonly on: (event: 'ownership', listener: (change: ClientEvents['ownership']) => void) => () => void;
};

const batchLimits = { most: 5_000, sizeOf, withinMs: 1_000 };
/** Readings that wait while the store is away; what is let go is fetched afterwards. */
const mostWaiting = 20_000;
/** Holes that appear while a client listens it fills itself, most of the time. */
const graceMs = 10_000;
/** Of more holes than this the oldest is given up: a gateway that tells every second entry must not fill the memory. */
const mostHoles = 1_000;

/** Readings as they come, and those that were not heard. */
export async function keepReadings(keep: Keep, client: ReadClient): Promise<void> {
  const ctx: FillContext = { ...keep, client, book: laneBook(), bell: bell(keep.signal) };
  const foreign = new Set<string>();
  const off = client.on('ownership', ({ gateway, isOwned }) => {
    if (isOwned) foreign.delete(gateway);
    else {
      foreign.add(gateway);
      ctx.book.forget(gateway);
    }
  });
  try {
    await Promise.all([listen(ctx, client, (gateway) => !foreign.has(gateway)), fillHoles(ctx)]);
  } finally {
    off();
  }
}

async function listen(ctx: FillContext, client: ReadClient, isOurs: (gateway: string) => boolean): Promise<void> {
  await using stream = client.telemetry.entries({ signal: ctx.signal });
  const entries = waitingEntries(mostWaiting);
  const filling = entries.fill(stream);
  let told = 0;
  let wereDropped = false;
  for await (const batch of batches(entries, batchLimits)) {
    const dropped = entries.dropped() - told;
    const isOwnHole = wereDropped || dropped > 0;
    await storeHeard(ctx, batch, { isOurs, graceMs: isOwnHole ? 0 : graceMs });
    wereDropped = dropped > 0;
    told += dropped;
    if (dropped > 0) await storeAudit(ctx, auditOfDropped(dropped));
  }
  await filling;
}

type Hearing = { readonly isOurs: (gateway: string) => boolean; readonly graceMs: number };

async function storeHeard(
  ctx: FillContext,
  batch: readonly TelemetryEntry[],
  { isOurs, graceMs: ms }: Hearing,
): Promise<void> {
  const { book } = ctx;
  const byGateway = stretchesOf(batch.filter(({ gateway }) => isOurs(gateway)));
  await openNew(ctx, [...byGateway.keys()]);
  const marks = [...byGateway].flatMap(([gateway, stretches]) => {
    const record = book.withEntries(gateway, stretches);
    return (record && markBeyond(gateway, book.at(gateway)?.record, record)) ?? [];
  });
  await storeReadings(ctx, batch.flatMap(samplesOf), marks);
  for (const [gateway, stretches] of byGateway) {
    if (!isOurs(gateway)) continue; // gone to another meanwhile
    const now = performance.now();
    book.heard(gateway, stretches, { now, notBefore: now + ms });
    await boundHoles(ctx, gateway);
  }
  if (book.next()) ctx.bell.ring();
}

function stretchesOf(batch: readonly TelemetryEntry[]): ReadonlyMap<string, readonly LaneStretch[]> {
  const now = Date.now();
  const byGateway = new Map<string, LaneStretch[]>();
  for (const entry of batch) {
    const stretches = byGateway.get(entry.gateway) ?? [];
    byGateway.set(entry.gateway, stretches);
    stretches.push({ log: entry.log, ...stretchOf(entry, { since: now, until: now }) });
  }
  return byGateway;
}

async function openNew({ book, retry, store }: FillContext, gateways: readonly string[]): Promise<void> {
  const unknown = gateways.filter((gateway) => !book.has(gateway));
  if (unknown.length === 0) return;
  const marks = await retry.untilDone(() => store.history.marks(unknown));
  for (const gateway of unknown)
    book.open(
      gateway,
      marks.find((mark) => mark.gateway === gateway),
    );
}

async function boundHoles(ctx: FillContext, gateway: string): Promise<void> {
  for (;;) {
    const state = ctx.book.at(gateway);
    const hole = state && firstHole(state.record);
    if (!hole || state.record.stored.length <= mostHoles) return;
    const { from, to, since, until } = hole;
    const why = `more than ${mostHoles} holes at once`;
    await storeAudit(ctx, auditOfHole({ gateway, log: state.record.log, numbers: { from, to }, since, until, why }));
    const record = noted(state.record, hole);
    const mark = markBeyond(gateway, state.record, record);
    state.record = record;
    if (mark) await storeReadings(ctx, [], [mark]);
  }
}

/** Entries for which there was no room while the store was away. They are fetched from the gateways afterwards. */
function auditOfDropped(count: number): AuditEntry {
  const at = new Date();
  const id = `dropped/${at.toISOString()}/${count}`;
  return { id, at, who: 'fengsui', act: 'history.dropped', outcome: 'noted', detail: { count } };
}
