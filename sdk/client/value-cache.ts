import { type Site, siteKey } from '../wire/topics.ts';
import type { Observation } from './reading.ts';

/** The newest that is known of every point of every device. */
export type ValueCache = {
  /**
   * Takes what is not older than what is known; what was sent again after an outage never takes the place of what is newer.
   * Returns whether it is news: no message of telemetry had told of this moment or of a later one.
   */
  readonly put: (site: Site, device: string, point: string, seen: Sighting) => boolean;
  /** As `put`, for what came together; returns those that are news. */
  readonly putAll: <A extends Sighting & { readonly device: string; readonly point: string }>(
    site: Site,
    all: readonly A[],
  ) => readonly A[];
  readonly of: (site: Site, device: string) => ReadonlyMap<string, Observation>;
  /** Forgets devices that are no longer there. */
  readonly keep: (site: Site, devices: readonly string[]) => void;
};

/** A value and where it stands among others. Replies do not say, and are compared by time. */
export type Sighting = Observation & { readonly order?: Order };

/** A place in a gateway's telemetry; of a snapshot, the last entry before it. */
export type Order = {
  readonly log: number;
  readonly seq: number;
  /** The run of the gateway whose monotonic time `value.at` is: where it is known, that decides within the run. */
  readonly boot?: number;
};

/** Points kept of one gateway; more than any polls. One that makes up names must not fill the memory. */
export const mostPoints = 50_000;

/** One reading may lie a millisecond apart in two messages. */
const rounding = 1;

export function valueCache(): ValueCache {
  const gateways = new Map<string, Devices>();
  const none: ReadonlyMap<string, Observation> = new Map();
  const devicesOf = (site: Site): Devices => at(gateways, siteKey(site), newMap<Map<string, Sighting>>);
  return {
    put: (site, device, point, seen) => put(devicesOf(site), device, point, seen),
    putAll(site, all) {
      const devices = devicesOf(site);
      return all.filter((seen) => put(devices, seen.device, seen.point, seen));
    },
    of: (site, device) => gateways.get(siteKey(site))?.get(device) ?? none,
    keep(site, devices) {
      const known = gateways.get(siteKey(site));
      const wanted = new Set(devices);
      for (const device of known?.keys() ?? []) if (!wanted.has(device)) known?.delete(device);
    },
  };
}

const newMap = <V>(): Map<string, V> => new Map();

/** The points of the devices of one gateway. */
type Devices = Map<string, Map<string, Sighting>>;

function put(devices: Devices, device: string, point: string, seen: Sighting): boolean {
  const before = devices.get(device)?.get(point);
  if (!before && sizeOf(devices) >= mostPoints) return false;
  const later = before ? laterBy(seen, before) : Number.POSITIVE_INFINITY;
  if (later >= 0) at(devices, device, newMap).set(point, seen);
  return !before?.order || later > rounding;
}

const sizeOf = (devices: Devices): number => [...devices.values()].reduce((sum, points) => sum + points.size, 0);

/** What the map holds there; it is put there when there is nothing yet. */
function at<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** Below 0 when it is older. A clock that steps back must not freeze a value: numbers decide where there are any. */
function laterBy(next: Sighting, before: Sighting): number {
  const a = next.order;
  const b = before.order;
  if (!a || !b) return next.wall - before.wall;
  if (a.boot !== undefined && a.boot === b.boot) return next.value.at - before.value.at;
  if (a.log === b.log && a.seq === b.seq) return next.wall - before.wall;
  return a.log !== b.log || a.seq > b.seq ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}
