import type { DesiredConflict } from '../../../sdk/wire/desired.ts';
import type { Data } from '../../../sdk/wire/request.ts';
import type { DeviceEntry } from './device-entry.ts';
import { addressField, canonical, entryOf, type Field, fieldsOfEntry, isSameEntry, kindField } from './entry-fields.ts';

export type ThreeLists = {
  /** What the platform wanted last: what both sides have changed since. */
  readonly base: readonly DeviceEntry[];
  /** The list in force, with what was changed on site. */
  readonly onSite: readonly DeviceEntry[];
  /** What the platform wants now. */
  readonly wanted: readonly DeviceEntry[];
};
export type Merged = { readonly devices: readonly DeviceEntry[]; readonly conflicts: readonly DesiredConflict[] };

/**
 * Merges a desired list with what was changed on site since the one before. Pure. What only one side has changed is
 * taken from there. Where both changed the same field, the site wins in what only somebody there can know, the platform
 * in the rest, and the conflict is told with both values. A device that one side removed and the other changed stays.
 * @param version of the wanted list
 * @param standing conflicts of earlier versions; those that this version does not settle go on
 */
export function merge(lists: ThreeLists, version: number, standing: readonly DesiredConflict[] = []): Merged {
  const [base, onSite, wanted] = [byId(lists.base), byId(lists.onSite), byId(lists.wanted)];
  const devices: DeviceEntry[] = [];
  const conflicts: DesiredConflict[] = [];
  for (const id of new Set([...onSite.keys(), ...wanted.keys()])) {
    const merged = mergeDevice({ base: base.get(id), onSite: onSite.get(id), wanted: wanted.get(id) });
    if (merged.entry) devices.push(merged.entry);
    conflicts.push(...merged.conflicts.map((each) => ({ device: id, ...each, version })));
  }
  const isMetAnew = (old: DesiredConflict): boolean =>
    conflicts.some(({ device, field }) => device === old.device && field === old.field);
  const result = byId(devices);
  const goOn = standing.filter(
    (old) =>
      !isMetAnew(old) &&
      (old.kept === 'on-site' || old.version === version) &&
      isAtOdds(old, result.get(old.device), wanted.get(old.device)),
  );
  return { devices, conflicts: [...goOn, ...conflicts] };
}

/** Whether what is in force still is one side's word against the other's. */
export function isAtOdds(
  conflict: DesiredConflict,
  inForce: DeviceEntry | undefined,
  wanted: DeviceEntry | undefined,
): boolean {
  const { field, kept } = conflict;
  if (!inForce) return false;
  if (field === undefined) return kept === 'platform' || !wanted;
  if (!wanted) return false; // then the device as a whole is at odds
  const [now, there] = [canonical(valueOf(inForce, field)), canonical(valueOf(wanted, field))];
  return kept === 'platform' ? now === canonical(conflict.platform) : now !== there;
}

type Three<T> = { readonly base: T | undefined; readonly onSite: T | undefined; readonly wanted: T | undefined };
type Found = Omit<DesiredConflict, 'device' | 'version'>;
type MergedDevice = { readonly entry?: DeviceEntry; readonly conflicts: readonly Found[] };

function mergeDevice({ base, onSite, wanted }: Three<DeviceEntry>): MergedDevice {
  if (onSite && wanted) return mergeFields({ base, onSite, wanted });
  const left = onSite ?? wanted;
  if (!left || (base && isSameEntry(left, base))) return { conflicts: [] }; // removed by the other, and nothing new here
  if (!base) return { entry: left, conflicts: [] };
  const kept = onSite ? 'on-site' : 'platform';
  return { entry: left, conflicts: [{ onSite: onSite ?? null, platform: wanted ?? null, kept }] };
}

type Both = { readonly base: DeviceEntry | undefined; readonly onSite: DeviceEntry; readonly wanted: DeviceEntry };

function mergeFields({ base, onSite, wanted }: Both): MergedDevice {
  // What was set for one profile says nothing of another.
  const isKindWhole = onSite.profile !== wanted.profile;
  const before = base ? fieldsOfEntry(base, isKindWhole) : new Map<string, Field>();
  const [here, there] = [fieldsOfEntry(onSite, isKindWhole), fieldsOfEntry(wanted, isKindWhole)];
  const winner = (name: string): Side =>
    name === kindField && onSite.profile === base?.profile ? 'platform' : (siteKnows.get(name) ?? 'platform');
  const merged = new Map<string, Field>();
  const conflicts: Found[] = [];
  for (const name of new Set([...here.keys(), ...there.keys()])) {
    const three = { base: before.get(name), onSite: here.get(name), wanted: there.get(name) };
    const changedBy = oneSideOf(three);
    const kept = changedBy ?? winner(name);
    const field = kept === 'on-site' ? three.onSite : three.wanted;
    if (field) merged.set(name, field);
    if (changedBy === undefined) conflicts.push({ field: name, ...bothOf(three), kept });
  }
  const entry = entryOf(onSite.id, merged);
  return { entry: isSameEntry(entry, onSite) ? onSite : entry, conflicts };
}

type Side = DesiredConflict['kept'];
/** How a device is wired, and what it is, can only be seen on site. Names, places, settings, limits and periods are the platform's. */
const siteKnows: ReadonlyMap<string, Side> = new Map([
  [addressField, 'on-site'],
  ['activeLow', 'on-site'],
  [kindField, 'on-site'],
]);

/** Whose word is taken where only one has changed it, or both alike; `undefined` where both have, and differ. */
function oneSideOf({ base, onSite, wanted }: Three<Field>): Side | undefined {
  const [before, here, there] = [canonical(base?.value), canonical(onSite?.value), canonical(wanted?.value)];
  if (here === there || there === before) return 'on-site';
  return here === before ? 'platform' : undefined;
}

const bothOf = ({ onSite, wanted }: Three<Field>): { onSite: Data; platform: Data } => ({
  onSite: onSite?.value ?? null,
  platform: wanted?.value ?? null,
});

const valueOf = (entry: DeviceEntry, field: string): Data =>
  fieldsOfEntry(entry, field === kindField).get(field)?.value ?? null;

const byId = (list: readonly DeviceEntry[]): ReadonlyMap<string, DeviceEntry> => new Map(list.map((d) => [d.id, d]));
