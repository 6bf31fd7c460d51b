import { type Site, siteKey } from '../wire/topics.ts';
import type { Observation } from './reading.ts';

/** The newest that is known of every point of every device. */
export type ValueCache = {
  /** By telemetry, which is numbered: what was sent again after an outage does not take the place of what is newer. */
  readonly put: (site: Site, device: string, point: string, seen: Sighting) => void;
  readonly of: (site: Site, device: string) => ReadonlyMap<string, Observation>;
  /** Forgets devices that are no longer there. */
  readonly keep: (site: Site, devices: readonly string[]) => void;
};

/** `order` is the place in the gateway's telemetry; replies have none and are compared by time. */
export type Sighting = Observation & { readonly order?: { readonly log: number; readonly seq: number } };

export function valueCache(): ValueCache {
  const gateways = new Map<string, Map<string, Map<string, Sighting>>>();
  const none: ReadonlyMap<string, Observation> = new Map();
  return {
    put(site, device, point, seen) {
      const devices = gateways.get(siteKey(site)) ?? new Map<string, Map<string, Sighting>>();
      gateways.set(siteKey(site), devices);
      const points = devices.get(device) ?? new Map<string, Sighting>();
      devices.set(device, points);
      const before = points.get(point);
      if (!before || isNewer(seen, before)) points.set(point, seen);
    },
    of: (site, device) => gateways.get(siteKey(site))?.get(device) ?? none,
    keep(site, devices) {
      const known = gateways.get(siteKey(site));
      const wanted = new Set(devices);
      for (const device of known?.keys() ?? []) if (!wanted.has(device)) known?.delete(device);
    },
  };
}

/** A clock that steps back must not freeze a value: numbers decide where there are any. */
function isNewer(next: Sighting, before: Sighting): boolean {
  if (next.order && before.order && next.order.log === before.order.log) {
    return next.order.seq === before.order.seq ? next.wall >= before.wall : next.order.seq > before.order.seq;
  }
  return (next.order !== undefined && before.order !== undefined) || next.wall >= before.wall;
}
