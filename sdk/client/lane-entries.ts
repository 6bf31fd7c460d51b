import { FengsuiError } from '../model/errors.ts';
import type { RunClock } from '../model/run-clock.ts';
import type { PointTable } from '../wire/point-table.ts';
import { openTelemetry } from '../wire/telemetry.ts';
import type { Site } from '../wire/topics.ts';
import { type Arrival, arrivalsOf, goneBetween, spansOf } from './telemetry-arrivals.ts';

/** Which numbers of a journal's telemetry an entry stands for, both included. (gateway, log, number) is never used again. */
export type EntryNumbers = { readonly log: number; readonly from: number; readonly to: number };

/** An entry of readings, as it came. */
export type EntryArrivals = EntryNumbers & { readonly site: Site; readonly arrivals: readonly Arrival[] };

/** What stands in a lane in the place of readings. */
export type EntryLoss = EntryNumbers & { readonly site: Site } & Loss;
/** With the time in which the readings lay, where that is known. */
export type Loss =
  | { readonly reason: 'summarised' | 'evicted'; readonly since: Date; readonly until: Date }
  | { readonly reason: 'unreadable' };

export type EntryContext = {
  readonly site: Site;
  /** @throws FengsuiError NOT_FOUND when it is not kept any more; as a request does */
  readonly table: (hash: number) => Promise<PointTable>;
  readonly clocks: readonly RunClock[];
};

/**
 * Reads an entry that was asked for; undefined for what is no entry. One whose values cannot be read is `unreadable`.
 * @throws FengsuiError PROTOCOL (nothing of it can be read), and what `table` throws for want of an answer
 */
export async function readEntry(
  bytes: Uint8Array,
  { site, table, clocks }: EntryContext,
): Promise<EntryArrivals | EntryLoss | undefined> {
  const message = openTelemetry(bytes);
  if (message.kind === 'snapshot') return undefined;
  const numbers = { site, log: message.log, from: message.first, to: message.seq };
  if (message.kind === 'other') return { ...numbers, reason: 'unreadable' };
  try {
    if (message.kind === 'gone') return { ...numbers, reason: 'evicted', ...goneBetween(message) };
    const origin = { table: await table(message.table), clocks };
    if (message.kind === 'readings') return { ...numbers, arrivals: arrivalsOf(message, origin) };
    const { since, until } = spansOf(message, origin);
    return { ...numbers, reason: 'summarised', since, until };
  } catch (e) {
    if (FengsuiError.is(e, 'PROTOCOL', 'NOT_FOUND')) return { ...numbers, reason: 'unreadable' };
    throw e;
  }
}
