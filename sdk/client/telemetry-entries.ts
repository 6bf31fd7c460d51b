import { FengsuiError } from '../model/errors.ts';
import type { ProfileSpec } from '../model/profile.ts';
import type { EntryArrivals, EntryLoss, EntryNumbers, Loss } from './lane-entries.ts';
import type { LiveStream, StreamOptions } from './live-stream.ts';
import { type PointReading, pointSpec, toPointReading } from './reading.ts';
import type { Requests } from './requests.ts';
import { parseBatches } from './results.ts';
import { profilesOf, type StreamsContext } from './telemetry-streams.ts';
import { type CallOptions, type Limit, requestTimeoutMs, within } from './time-limit.ts';

/** Readings that a gateway has stored as one entry of its telemetry lane. */
export type TelemetryEntry = EntryNumbers & {
  readonly gateway: string;
  readonly readings: readonly PointReading[];
};

/**
 * What stands in a lane in the place of readings: `summarised` or `evicted` where there was no room for them, with the time
 * in which they lay; `unreadable` where this version of the SDK cannot read the entry. `telemetry.history` may have them.
 */
export type MissingEntry = EntryNumbers & Loss & { readonly gateway: string; readonly readings?: undefined };

/** Entries of the journal `log` behind number `after`, not beyond `upTo`. */
export type EntryRange = { readonly log: number; readonly after: number; readonly upTo: number };

export type TelemetryEntries = {
  /**
   * Readings as they come in, entry by entry, each with its place in its gateway's telemetry lane: for who stores them and
   * must know later what it has. Each entry comes once; the present values that a gateway tells beside them do not come.
   * @throws FengsuiError INVALID | ABORTED
   */
  readonly entries: (options?: StreamOptions) => LiveStream<TelemetryEntry>;
  /**
   * Asks a gateway for entries that were not heard: the first few of the range, in order, at most 64 KiB. None, or a number
   * left out before one: the lane does not have it any more. Ask again behind the last one for more.
   * @throws FengsuiError GATEWAY_UNKNOWN | GATEWAY_OFFLINE | TIMEOUT | UNAVAILABLE | ABORTED; CONFLICT when the gateway has
   * another journal now; PROTOCOL
   */
  readonly entriesAfter: (
    gateway: string,
    range: EntryRange,
    options?: CallOptions,
  ) => Promise<readonly (TelemetryEntry | MissingEntry)[]>;
};

export type EntriesContext<P extends ProfileSpec> = StreamsContext<P> & { readonly requests: Requests };

export function telemetryEntries<P extends ProfileSpec>(ctx: EntriesContext<P>): TelemetryEntries {
  const specs = new Map<string, ProfileSpec>(ctx.profiles.map((spec) => [spec.id, spec]));
  const entryOf = ({ site, log, from, to, arrivals }: EntryArrivals): TelemetryEntry => {
    const profiles = profilesOf(ctx.directory.at(site)?.state);
    const { gateway } = site;
    const readings = arrivals.map((arrival) => {
      const spec = specs.get(profiles.get(arrival.device) ?? '');
      return toPointReading(gateway, arrival, pointSpec(spec, arrival.point));
    });
    return { gateway, log, from, to, readings };
  };
  return {
    entries: (options = {}) => ctx.open(options, (push) => ctx.feed.entries.add((entry) => push(entryOf(entry)))),
    async entriesAfter(gateway, range, options) {
      const site = ctx.directory.reach(gateway);
      const { log, after, upTo } = range;
      const ask = async (signal: AbortSignal): Promise<readonly (EntryArrivals | EntryLoss)[]> => {
        const answer = await ctx.requests.query(site, 'batches', { log, after, upTo }, { ...options, signal });
        const found: (EntryArrivals | EntryLoss)[] = [];
        for (const bytes of parseBatches(answer)) {
          const entry = await ctx.feed.read(site, bytes);
          if (entry) found.push(entry);
        }
        return found;
      };
      const found = await within(limitOf(gateway, options), ask);
      checkOrder(gateway, range, found);
      return found.map((entry) => ('arrivals' in entry ? entryOf(entry) : missingOf(entry)));
    },
  };
}

const limitOf = (gateway: string, { signal, timeoutMs = requestTimeoutMs }: CallOptions = {}): Limit => ({
  ms: timeoutMs,
  signals: [signal],
  late: () => new FengsuiError('TIMEOUT', `gateway “${gateway}” did not tell its entries within ${timeoutMs} ms`),
});

const missingOf = ({ site, ...entry }: EntryLoss): MissingEntry => ({ gateway: site.gateway, ...entry });

/** @throws FengsuiError PROTOCOL: who asks on behind the last one must come forward */
function checkOrder(gateway: string, { log, after, upTo }: EntryRange, entries: readonly EntryNumbers[]): void {
  let before = after;
  for (const entry of entries) {
    if (entry.log !== log || entry.to <= before || entry.from > entry.to || entry.from > upTo)
      throw new FengsuiError(
        'PROTOCOL',
        `gateway “${gateway}” answered with entry ${entry.to} of journal ${entry.log}, asked for ${after + 1} to ${upTo} of ${log}`,
        { details: { gateway } },
      );
    before = entry.to;
  }
}
