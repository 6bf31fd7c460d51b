import type { Data } from '../../../sdk/wire/request.ts';
import { type DeviceEntry, entrySchema } from './device-entry.ts';

/** What is merged as one: by the names that people are shown, e.g. `name`, `settings.slot`, `conditions.low.limit`. */
export type EntryFields = ReadonlyMap<string, Field>;
export type Field = { readonly path: readonly string[]; readonly value: Data };

/** Bus, unit and line: half of one address and half of another would be a third. */
export const addressField = 'address';
/** The profile; or, where profiles differ, the profile with the settings and conditions that mean something to it alone. */
export const kindField = 'profile';

/** The fields of an entry, with the order of its keys and its empty parts forgotten. */
export function fieldsOfEntry(entry: DeviceEntry, isKindWhole = false): EntryFields {
  const { id: _id, bus, unit, line, profile, settings, conditions, ...others } = entry;
  const kind = { profile, settings, conditions };
  const fields: readonly Field[] = [
    { path: [addressField], value: compact({ bus, unit, line }) },
    ...(isKindWhole ? [{ path: [kindField], value: compact(kind) }] : leaves(kind, [])),
    ...leaves(others, []),
  ];
  return new Map(fields.map((field) => [nameOf(field.path), field]));
}

/** The way back. @throws ZodError where the fields make no entry */
export function entryOf(id: string, fields: EntryFields): DeviceEntry {
  const { [addressField]: address = null, [kindField]: kind = null, ...others } = tree([...fields.values()]);
  return entrySchema.parse({
    id,
    ...(isMap(address) && address),
    ...(isMap(kind) ? kind : { profile: kind }),
    ...others,
  });
}

/** Whether two entries say the same, whatever the order of their keys. */
export const isSameEntry = (a: DeviceEntry, b: DeviceEntry): boolean =>
  a === b || canonicalEntry(a) === canonicalEntry(b);

/** One text for all ways to write the same. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (isMap(part) ? sorted(Object.entries(part)) : part)) ?? '';

/** The same for an entry. */
export const canonicalEntry = (entry: DeviceEntry): string =>
  canonical({
    id: entry.id,
    fields: sorted([...fieldsOfEntry(entry)].map(([name, { value }]): [string, Data] => [name, value])),
  });

const sorted = <T>(entries: readonly (readonly [string, T])[]): { readonly [key: string]: T } =>
  Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** Names of settings and conditions may hold dots; two paths never have one name. */
const nameOf = (path: readonly string[]): string =>
  path.map((part) => (/[."]/.test(part) ? JSON.stringify(part) : part)).join('.');

function leaves(value: Data | undefined, path: readonly string[]): readonly Field[] {
  if (value === undefined) return [];
  if (!isMap(value)) return [{ path, value }];
  return Object.entries(value).flatMap(([key, part]) => leaves(part, [...path, key]));
}

function tree(fields: readonly Field[], depth = 0): { readonly [key: string]: Data } {
  const groups = new Map<string, Field[]>();
  for (const field of fields) {
    const key = field.path[depth] ?? '';
    groups.set(key, [...(groups.get(key) ?? []), field]);
  }
  return Object.fromEntries(
    [...groups].map(([key, group]) => {
      const [first] = group;
      return [key, first && first.path.length === depth + 1 ? first.value : tree(group, depth + 1)];
    }),
  );
}

const compact = (map: { readonly [key: string]: Data | undefined }): Data =>
  Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined));

const isMap = (value: unknown): value is { readonly [key: string]: Data | undefined } =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
