import type { DesiredProblem } from '../../../sdk/wire/desired.ts';
import { checkDevice } from '../config/check-site.ts';
import { pathText } from '../config/config-problem.ts';
import { explainIssue } from '../config/explain-issue.ts';
import type { Site, SiteDevice } from '../config/site.ts';
import { newOverload } from '../field/overload.ts';
import { type DeviceEntry, entrySchema } from './device-entry.ts';
import { isSameEntry } from './entry-fields.ts';

/** A device that was found sound, and the entry that it was made of. */
export type Listed = { readonly entry: DeviceEntry; readonly device: SiteDevice };

/** A list in force: its entries, and those of them that can be polled. The site's file may contradict the others since. */
export type InForce = { readonly entries: readonly DeviceEntry[]; readonly listed: readonly Listed[] };
export const nothingInForce: InForce = { entries: [], listed: [] };

/** More than a gateway can poll; a list is refused before it is looked at. */
export const mostDevices = 1_000;

export type Checked = {
  readonly listed: readonly Listed[];
  /** Of entries that are others than before, each with the id of its device. */
  readonly problems: readonly DesiredProblem[];
};

/**
 * Whether each entry fits its profile, its bus, the site's file and its neighbours. Pure. Of an entry that says the same
 * as before the very same device is taken, so that its bus notices nothing; it is not to blame for a clash with a new one.
 */
export function checkList(site: Site, entries: readonly DeviceEntry[], before: InForce = nothingInForce): Checked {
  const [was, listedBefore] = [byId(before.entries), new Map(before.listed.map((each) => [each.entry.id, each]))];
  const isSame = (entry: DeviceEntry): boolean => {
    const old = was.get(entry.id);
    return old !== undefined && isSameEntry(old, entry);
  };
  const problems: DesiredProblem[] = [];
  const listed = new Map<string, Listed>();
  const devices: SiteDevice[] = [...site.devices];
  for (const entry of [...entries.filter(isSame), ...entries.filter((each) => !isSame(each))]) {
    const checked = checkEntry(site, entry, devices);
    if (!isSame(entry)) problems.push(...checked.problems);
    if (!checked.device) continue;
    const device = (isSame(entry) && listedBefore.get(entry.id)?.device) || checked.device;
    listed.set(entry.id, { entry, device });
    devices.push(device);
  }
  return { listed: entries.flatMap(({ id }) => listed.get(id) ?? []), problems };
}

function checkEntry(
  site: Site,
  entry: DeviceEntry,
  devices: readonly SiteDevice[],
): { readonly device?: SiteDevice; readonly problems: readonly DesiredProblem[] } {
  const bus = site.buses.find((b) => b.id === entry.bus);
  if (!bus) {
    const known = site.buses.map((b) => b.id).join(', ') || 'none';
    const message = `there is no bus “${entry.bus}”; this gateway has ${known}`;
    return { problems: [{ device: entry.id, path: 'bus', message }] };
  }
  const problems: DesiredProblem[] = [];
  const near = { devices, buses: site.buses, gateway: site.address.gateway };
  const device = checkDevice(entry, bus, near, (path, message) =>
    problems.push({ device: entry.id, path: pathText(path), message }),
  );
  return device ? { device, problems } : { problems };
}

const byId = (entries: readonly DeviceEntry[]): ReadonlyMap<string, DeviceEntry> =>
  new Map(entries.map((entry) => [entry.id, entry]));

/** What the buses could not carry, of those whose devices are others than before. Pure. */
export function newOverloads(
  site: Site,
  before: readonly SiteDevice[],
  after: readonly SiteDevice[],
): readonly DesiredProblem[] {
  return site.buses.flatMap((bus) => {
    const of = (list: readonly SiteDevice[]): readonly SiteDevice[] => list.filter((d) => d.bus === bus.id);
    const [was, is] = [of(before), of(after)];
    if (was.length === is.length && is.every((d) => was.includes(d))) return [];
    const why = newOverload(bus, was, is);
    return why === undefined ? [] : [{ path: '', message: `bus “${bus.id}”: ${why}` }];
  });
}

/** One entry as it came from a wire or a person. */
export function parseEntry(
  input: unknown,
): { readonly entry: DeviceEntry } | { readonly problems: readonly DesiredProblem[] } {
  const parsed = entrySchema.safeParse(input, { reportInput: true });
  if (parsed.success) return { entry: parsed.data };
  const id = typeof input === 'object' && input !== null && 'id' in input ? input.id : undefined;
  const device = typeof id === 'string' ? { device: id.slice(0, 63) } : {};
  return {
    problems: parsed.error.issues
      .flatMap(explainIssue)
      .map(({ path, message }) => ({ ...device, path: pathText(path), message })),
  };
}

/** A whole list, of which each id may be there once. */
export function parseEntries(inputs: readonly unknown[]): {
  readonly entries: readonly DeviceEntry[];
  readonly problems: readonly DesiredProblem[];
} {
  if (inputs.length > mostDevices)
    return {
      entries: [],
      problems: [{ path: '', message: `expected at most ${mostDevices} devices, got ${inputs.length}` }],
    };
  const entries = new Map<string, DeviceEntry>();
  const problems: DesiredProblem[] = [];
  for (const [i, input] of inputs.entries()) {
    const parsed = parseEntry(input);
    if ('problems' in parsed) {
      problems.push(
        ...parsed.problems.map((each) =>
          each.device ? each : { ...each, path: `[${i}]${each.path && `.${each.path}`}` },
        ),
      );
    } else if (entries.has(parsed.entry.id)) {
      problems.push({ device: parsed.entry.id, path: 'id', message: 'the list has this device twice' });
    } else entries.set(parsed.entry.id, parsed.entry);
  }
  return { entries: [...entries.values()], problems };
}

/** For a person: `barn: unit: …`. */
export const problemText = ({ device, path, message }: DesiredProblem): string =>
  [device, path, message].filter((part) => part !== undefined && part !== '').join(': ');
