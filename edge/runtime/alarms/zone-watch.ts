import type { AlarmChange } from '../../../sdk/model/alarm.ts';
import { isSighting, type Zone } from '../../alarm/zone.ts';

/** Counts the detectors of each zone that see a fire, or may see one. */
export type ZoneWatch = {
  /** Zones of which the count has changed with this change, and their counts. */
  readonly note: (change: Pick<AlarmChange, 'device' | 'condition' | 'kind' | 'phase'>) => readonly Sighted[];
  readonly forget: (device: string) => void;
  readonly counts: () => readonly Sighted[];
};

export type Sighted = { readonly zone: Zone; readonly count: number };

export function zoneWatch(zones: readonly Zone[]): ZoneWatch {
  const home = new Map<string, Zone[]>();
  for (const zone of zones) for (const device of zone.devices) home.set(device, [...(home.get(device) ?? []), zone]);
  /** By device, the conditions that see a fire. */
  const sightings = new Map<string, Set<string>>();
  const countOf = (zone: Zone): number =>
    zone.devices.filter((device) => (sightings.get(device)?.size ?? 0) > 0).length;
  return {
    note(change) {
      const own = home.get(change.device);
      if (!own) return [];
      const seen = sightings.get(change.device) ?? new Set();
      sightings.set(change.device, seen);
      const before = seen.size > 0;
      if (isSighting(change)) seen.add(change.condition);
      else seen.delete(change.condition);
      return before === seen.size > 0 ? [] : own.map((zone) => ({ zone, count: countOf(zone) }));
    },
    counts: () => zones.map((zone) => ({ zone, count: countOf(zone) })),
    forget: (device) => void sightings.delete(device),
  };
}
