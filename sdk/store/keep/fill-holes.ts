import type { MissingEntry, TelemetryEntries, TelemetryEntry } from '../../client/telemetry-entries.ts';
import { describeError, FengsuiError } from '../../model/errors.ts';
import type { Sample } from '../platform-store.ts';
import type { Bell } from './bell.ts';
import { auditOfHole, sampleOf, samplesOf, stretchOf } from './entries.ts';
import { type Keep, storeAudit, storeReadings } from './keep.ts';
import { type LaneBook, type LaneState, markBeyond } from './lane-book.ts';
import { endOfEarlier, firstHole, type Hole, type LaneRecord, noted, withoutEarlier } from './lane-record.ts';
import { afterAnswer, afterFailure, restMs } from './pace.ts';
import { type SearchedClient, type SearchedHole, spanSearch } from './span-search.ts';

/** What it needs of a client. */
export type HoleClient = SearchedClient & { readonly telemetry: Pick<TelemetryEntries, 'entriesAfter'> };

export type FillContext = Keep & {
  readonly client: HoleClient;
  readonly book: LaneBook;
  /** Rung when something was heard. */
  readonly bell: Bell;
};

/** Gateways that are asked at once. */
const gatewaysAtOnce = 4;
/** A history that says it cannot be read is asked so often. */
const mostRefusals = 5;
const longestWaitMs = 60_000;
/** On a slow line an answer takes long, and a question that is asked twice is answered twice. */
const timeoutMs = 30_000;

/**
 * Fetches what was not heard: from the gateways' lanes, exactly as it would have come, and where a lane does not have it any
 * more from their histories. A gateway is asked for little at a time, and left alone for much longer than an answer takes.
 */
export async function fillHoles(ctx: FillContext): Promise<void> {
  await Promise.all(Array.from({ length: gatewaysAtOnce }, () => fillInTurn(ctx)));
}

async function fillInTurn(ctx: FillContext): Promise<void> {
  while (!ctx.signal.aborted) {
    const state = ctx.book.next();
    const waitMs = Math.min(longestWaitMs, (state?.notBefore ?? Number.POSITIVE_INFINITY) - performance.now());
    if (!state || waitMs > 0) {
      await ctx.bell.wait(waitMs);
      continue;
    }
    state.isBusy = true;
    try {
      await step(ctx, state);
    } finally {
      state.isBusy = false;
    }
  }
}

/** Asks for one answer, and stores it. */
async function step(ctx: FillContext, state: LaneState): Promise<void> {
  const hole = firstHole(state.record);
  const end = endOfEarlier(state.record);
  try {
    if (state.search) await searchOn(ctx, state);
    else if (hole) await askLane(ctx, state, hole);
    else if (end) look(ctx, state, end);
  } catch (e) {
    await failed(ctx, state, e);
  }
}

/** Times how long an answer takes: the pace follows it. */
async function answer<T>(state: LaneState, ask: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const told = await ask();
  const tookMs = performance.now() - began;
  state.pace = afterAnswer(state.pace, tookMs);
  state.notBefore = performance.now() + restMs(tookMs);
  return told;
}

async function askLane(ctx: FillContext, state: LaneState, hole: Hole): Promise<void> {
  const { log } = state.record;
  const upTo = state.isWide ? hole.to : Math.min(hole.to, hole.from - 1 + state.pace.entries);
  const range = { log, after: hole.from - 1, upTo };
  const entries = await answer(state, () =>
    ctx.client.telemetry.entriesAfter(state.gateway, range, { signal: ctx.signal, timeoutMs }),
  );
  if (state.record.log !== log) return; // another journal since
  if (entries.length === 0 && upTo < hole.to) state.isWide = true;
  else await takeLane(ctx, state, { hole, entries });
}

type LaneAnswer = { readonly hole: Hole; readonly entries: readonly (TelemetryEntry | MissingEntry)[] };

/** Stores what there is, and the next answer is about the rest; looks elsewhere when there is nothing. */
async function takeLane(ctx: FillContext, state: LaneState, { hole, entries }: LaneAnswer): Promise<void> {
  state.isWide = false;
  const found = entries.flatMap((entry) => (entry.readings ? [entry] : []));
  if (found.length > 0) {
    const stretches = found.map((entry) => stretchOf(entry, hole));
    return take(ctx, state, { samples: found.flatMap(samplesOf), change: (record) => stretches.reduce(noted, record) });
  }
  const [first] = entries.flatMap((entry) => (entry.readings ? [] : [entry]));
  if (!first || first.from > hole.from) {
    const to = first ? Math.min(first.from - 1, hole.to) : hole.to;
    return look(ctx, state, { numbers: { from: hole.from, to }, since: hole.since, until: hole.until });
  }
  const numbers = { from: hole.from, to: Math.min(first.to, hole.to) };
  if (first.reason === 'unreadable') {
    const why = 'the entries are in a form that cannot be read here, or their point table is gone';
    return giveUp(ctx, state, { numbers, since: hole.since, until: hole.until }, why);
  }
  look(ctx, state, { numbers, since: first.since.getTime(), until: first.until.getTime() });
}

function look({ client, signal }: FillContext, state: LaneState, hole: SearchedHole): void {
  state.search = spanSearch(hole, { client, gateway: state.gateway, signal });
}

async function searchOn(ctx: FillContext, state: LaneState): Promise<void> {
  const { search } = state;
  if (!search) return;
  const readings = await answer(state, () => search.next(state.pace.windowMs));
  if (state.search !== search) return; // another journal since
  if (readings) {
    state.refusals = 0;
    const samples = readings.flatMap((reading) => sampleOf(reading) ?? []);
    return storeReadings(ctx, samples, []);
  }
  const missing = search.notFound();
  if (missing)
    return giveUp(ctx, state, { ...search.hole, ...missing }, 'the gateway’s history has nothing of that time');
  await close(ctx, state, search.hole);
}

/** What cannot be had is told, and counts as done. */
async function giveUp(ctx: FillContext, state: LaneState, hole: SearchedHole, why: string): Promise<void> {
  const { gateway, record } = state;
  await storeAudit(ctx, auditOfHole({ gateway, log: record.log, why, ...hole }));
  await close(ctx, state, state.search?.hole ?? hole);
}

async function close(ctx: FillContext, state: LaneState, { numbers, since, until }: SearchedHole): Promise<void> {
  state.search = undefined;
  state.refusals = 0;
  const change = (record: LaneRecord): LaneRecord =>
    numbers ? noted(record, { ...numbers, since, until }) : withoutEarlier(record);
  await take(ctx, state, { samples: [], change });
}

type Taken = { readonly samples: readonly Sample[]; readonly change: (record: LaneRecord) => LaneRecord };

/** The mark is that of what is stored before and with these; what is heard meanwhile comes to its own. */
async function take(ctx: FillContext, state: LaneState, { samples, change }: Taken): Promise<void> {
  const { log } = state.record;
  const mark = markBeyond(state.gateway, state.record, change(state.record));
  await storeReadings(ctx, samples, mark ? [mark] : []);
  if (state.record.log === log) state.record = change(state.record);
}

/** Out of reach just now: later. What the lane refuses is looked for in the history; what that refuses is told. */
async function failed(ctx: FillContext, state: LaneState, e: unknown): Promise<void> {
  if (!FengsuiError.is(e) || e.code === 'ABORTED') throw e;
  const isAway = FengsuiError.is(e, 'GATEWAY_OFFLINE', 'GATEWAY_UNKNOWN');
  const isLater = isAway || (e.retryable && !(e.code === 'JOURNAL' && ++state.refusals >= mostRefusals));
  if (!isAway) ctx.problem(e);
  state.isWide = false;
  if (isLater) {
    state.isAway = isAway;
    state.notBefore = performance.now() + state.pace.afterFailureMs;
    state.pace = afterFailure(state.pace);
    return;
  }
  const hole = firstHole(state.record);
  if (state.search) await giveUp(ctx, state, state.search.hole, describeError(e));
  else if (hole) look(ctx, state, { numbers: { from: hole.from, to: hole.to }, since: hole.since, until: hole.until });
}
