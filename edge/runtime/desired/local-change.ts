import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { Site } from '../config/site.ts';
import { parseEntry, problemText } from './check-list.ts';
import type { DeviceEntry } from './device-entry.ts';

/** What somebody on site does to one device. Of a change, `null` takes a field back to what the profile says. */
export type LocalChange =
  | { readonly act: 'add' | 'change'; readonly id: string; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly act: 'remove'; readonly id: string };
export const localActs = ['add', 'change', 'remove'] as const;

/** The entries after the change. Pure. @throws FengsuiError INVALID | CONFLICT | NOT_FOUND */
export function localEntries(change: LocalChange, entries: readonly DeviceEntry[], site: Site): readonly DeviceEntry[] {
  const { id } = change;
  const old = entries.find((each) => each.id === id);
  if (site.devices.some((each) => each.id === id))
    throw new FengsuiError(
      'CONFLICT',
      `“${id}” stands in the configuration file of the site: change it there, check with “fengsui config check”, and start the gateway again`,
    );
  if (change.act === 'add') {
    if (old)
      throw new FengsuiError(
        'CONFLICT',
        `there is a device “${id}” already: change it with “fengsui device change ${id}”, or choose another --id`,
      );
    return [...entries, parsed({ ...change.fields, id })];
  }
  if (!old)
    throw new FengsuiError('NOT_FOUND', `there is no device “${id}”; “fengsui device list” shows those that are there`);
  if (change.act === 'remove') return entries.filter((each) => each !== old);
  const next = parsed(changed({ ...old }, { ...change.fields, id }));
  return entries.map((each) => (each === old ? next : each));
}

/** Settings and conditions are changed one by one. */
function changed(
  before: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const next = new Map(Object.entries(before));
  for (const [name, value] of Object.entries(fields)) {
    const old = next.get(name);
    if (value === null) next.delete(name);
    else next.set(name, isMap(value) ? changed(isMap(old) ? old : {}, value) : value);
  }
  return Object.fromEntries(next);
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parsed(input: unknown): DeviceEntry {
  const result = parseEntry(input);
  if ('entry' in result) return result.entry;
  const problems = result.problems.map(({ path, message }) => problemText({ path, message }));
  throw new FengsuiError('INVALID', `the device was refused: ${problems.join('; ')}`, { details: { problems } });
}
