import { FengsuiError } from '../model/errors.ts';
import type { DistrictCode } from '../model/ids.ts';
import { hearEntry, type LaneEntry, placeOfRecord } from '../wire/lane-entry.ts';
import { parseTopic, type Site, topicOf } from '../wire/topics.ts';
import type { EventDesk } from './client-events.ts';
import { documentWatch } from './document-watch.ts';
import { type Directory, gatewayDirectory } from './gateway-directory.ts';
import { type Listeners, listeners } from './listeners.ts';
import { paged } from './paged.ts';
import { pointTables } from './point-tables.ts';
import type { Requests } from './requests.ts';
import { parseBatches, parseLatest, parseTable } from './results.ts';
import { seeding } from './seeding.ts';
import type { Ownership } from './share/ownership.ts';
import { type TelemetryFeed, telemetryFeed } from './telemetry-feed.ts';
import { requestTimeoutMs, sharedLimit } from './time-limit.ts';
import { type ValueCache, valueCache } from './value-cache.ts';

/** What the broker has told of a district so far. */
export type DistrictView = {
  readonly directory: Directory;
  readonly cache: ValueCache;
  readonly feed: TelemetryFeed;
  /** Whatever comes in an alarm lane, also what this version has no name for. */
  readonly alarms: Listeners<{ readonly site: Site; readonly message: LaneEntry }>;
  readonly ownership: Ownership;
  /** A gateway whose alarms this client takes is there, or there again. */
  readonly arrivals: Listeners<Site>;
  /** Takes a message from the broker. Never throws: what makes no sense is counted and told. */
  readonly receive: (topic: string, bytes: Uint8Array) => void;
  /** Resolves when no gateway is left to be asked for its values. */
  readonly seeded: () => Promise<void>;
};

export type ViewContext = {
  readonly district: DistrictCode;
  readonly requests: Requests;
  readonly desk: EventDesk;
  readonly isUp: () => boolean;
  readonly ownership: Ownership;
  /** Asks the broker for every gateway's documents again. */
  readonly refresh: () => void;
  /** Fires when the client closes. */
  readonly closed: AbortSignal;
};

/** Topics remembered: those of some thousands of gateways. */
const mostTopics = 50_000;
/** Devices per page when a gateway that arrives is asked for its values. */
const seedPage = 50;
/** All pages together: a gateway whose values have no end must not keep others from being asked. */
const seedMs = 60_000;

export function districtView(ctx: ViewContext): DistrictView {
  const { requests, desk, ownership } = ctx;
  const directory = gatewayDirectory(() => new Date());
  const cache = valueCache();
  const fetch = async (site: Site, hash: number): Promise<Uint8Array> =>
    parseTable(await requests.query(site, 'table', { hash }));
  const tables = pointTables({ fetch, problem: desk.problem, now: () => performance.now() });
  const feed = telemetryFeed({
    tables,
    cache,
    fetch: async (site, range) => parseBatches(await requests.query(site, 'batches', range)),
    clocks: (site) => directory.at(site)?.state?.clocks ?? [],
    gap: ({ gateway }, numbers, why) => desk.gap({ lane: 'telemetry', gateway, ...numbers, ...why }),
    problem: (site, e) => desk.refuse(topicOf(site, 'telemetry'), e),
  });
  const alarms = listeners<{ readonly site: Site; readonly message: LaneEntry }>();
  const seeds = seeding((site) => seed(ctx, cache, site));
  const arrivals = listeners<Site>();
  arrivals.add(seeds.add);
  arrivals.add(feed.askAgain);
  directory.arrivals.add((site) => {
    if (ownership.hears(site)) arrivals.emit(site);
  });
  ownership.gained.add((site) => {
    if (directory.at(site)?.presence?.online) arrivals.emit(site);
  });
  ownership.lost.add((site) => {
    feed.forget(site);
    cache.keep(site, []);
  });
  directory.changes.add(({ type, entry }) => {
    if (type === 'removed') {
      tables.forget(entry.site);
      cache.keep(entry.site, []);
    } else if (type === 'updated' && entry.state) {
      const ids = entry.state.devices.map((d) => d.id);
      cache.keep(entry.site, ids);
    }
  });

  const watch = documentWatch({
    refresh: ctx.refresh,
    isKnown: (site) => {
      const entry = directory.at(site);
      return entry?.presence?.online === true && entry.state !== undefined;
    },
  });
  ctx.closed.addEventListener('abort', watch.close, { once: true });

  /** A record that cannot be read is told, and its place taken: the alarms behind it must not wait for it. */
  const heard = (topic: string, bytes: Uint8Array): LaneEntry => {
    try {
      return hearEntry(bytes);
    } catch (e) {
      const place = placeOfRecord(bytes);
      if (!place) throw e;
      desk.refuse(topic, e);
      return place;
    }
  };
  /** A gateway speaks on few topics, and takes them apart the same way each time. */
  const places = new Map<string, ReturnType<typeof parseTopic>>();
  const place = (topic: string): ReturnType<typeof parseTopic> => {
    const parsed = parseTopic(topic);
    if (places.size >= mostTopics) places.clear();
    places.set(topic, parsed);
    return parsed;
  };
  const dispatch = (topic: string, bytes: Uint8Array): void => {
    const parsed = places.get(topic) ?? place(topic);
    if (!parsed || parsed.site.district !== ctx.district)
      throw new FengsuiError('PROTOCOL', 'the topic is not one of this district');
    const { site, channel } = parsed;
    if (channel === 'presence') return directory.receivePresence(site, bytes);
    if (channel === 'state') return directory.receiveState(site, bytes);
    if (channel === 'points') return tables.receive(site, bytes);
    directory.speaks(site);
    if (channel === 'reply') requests.receive(site, bytes);
    else if (!ownership.owns(site))
      return; // still under way when another took it over
    else if (channel === 'telemetry') {
      watch.heard(site);
      feed.receive(site, bytes);
    } else if (channel === 'alarm') {
      watch.heard(site);
      alarms.emit({ site, message: heard(topic, bytes) });
    }
  };
  return {
    directory,
    cache,
    feed,
    alarms,
    ownership,
    arrivals,
    receive(topic, bytes) {
      try {
        dispatch(topic, bytes);
      } catch (e) {
        desk.refuse(topic, e);
      }
    },
    seeded: seeds.idle,
  };
}

/** Asks a gateway that has arrived for everything it knows, so that nobody waits for the next change of a value. */
async function seed({ requests, desk, isUp }: ViewContext, cache: ValueCache, site: Site): Promise<void> {
  const left = sharedLimit({ timeoutMs: seedMs });
  const pages = paged(async (after: string | undefined) => {
    const limit = { timeoutMs: Math.min(requestTimeoutMs, left().timeoutMs) };
    const { devices, next } = parseLatest(await requests.query(site, 'latest', { after, limit: seedPage }, limit));
    return { items: devices, ...(next !== undefined && { next }) };
  });
  try {
    for await (const { device, rows } of pages)
      for (const { point, ...seen } of rows) cache.put(site, device, point, seen);
  } catch (e) {
    if (isUp()) desk.problem(e); // without a connection `status` tells, and the gateway will arrive anew
  }
}
