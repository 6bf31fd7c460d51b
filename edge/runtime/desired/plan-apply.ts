import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { DesiredProblem } from '../../../sdk/wire/desired.ts';
import { sha256 } from '../../platform/sha256.ts';
import type { Site } from '../config/site.ts';
import { checkList, type InForce, type Listed, newOverloads, parseEntries } from './check-list.ts';
import { canonical, isSameEntry } from './entry-fields.ts';
import type { StoredList, Taken } from './list-file.ts';
import { merge } from './merge.ts';

/** A list as the platform has sent it, its devices unchecked. */
export type WantedList = { readonly version: number; readonly devices: readonly unknown[]; readonly ifBase?: number };

/** How the platform asks for it. */
export type ApplyRequest = WantedList & { readonly dryRun: boolean; readonly trialMs?: number };

export type NextList = { readonly stored: StoredList; readonly listed: readonly Listed[] };
/**
 * What is to become of a wanted list: it was taken before; or nothing of it can be taken; or it changes no device; or
 * its devices are to be tried.
 */
export type Plan =
  | { readonly kind: 'known' }
  | { readonly kind: 'rejected'; readonly taken: Taken }
  | { readonly kind: 'unchanged' | 'trial'; readonly next: NextList };

/** More say no more. */
const mostProblems = 50;
const longestMessage = 300;

/** Pure. @throws FengsuiError CONFLICT when the gateway has another idea of which version is which */
export function planApply(site: Site, stored: StoredList, before: InForce, wanted: WantedList): Plan {
  const { version } = wanted;
  const digest = digestOf(wanted.devices);
  if (!isNext(stored.taken, version, digest)) return { kind: 'known' };
  const { ifBase } = wanted;
  if (ifBase !== undefined && ifBase !== stored.taken.version)
    throw new FengsuiError(
      'CONFLICT',
      `version ${version} was made from version ${ifBase}, but the gateway took version ${stored.taken.version} last: look again before you change it`,
    );
  const rejected = (problems: readonly DesiredProblem[]): Plan => ({
    kind: 'rejected',
    taken: takenOf({ version, digest }, 'rejected', problems),
  });
  const { entries, problems } = parseEntries(wanted.devices);
  if (problems.length > 0) return rejected(problems);
  const { devices, conflicts } = merge(
    { base: stored.wanted, onSite: stored.devices, wanted: entries },
    version,
    stored.conflicts,
  );
  const checked = checkList(site, devices, before);
  if (checked.problems.length > 0) return rejected(checked.problems);
  const of = (list: readonly Listed[]) => [...site.devices, ...list.map(({ device }) => device)];
  const overloads = newOverloads(site, of(before.listed), of(checked.listed));
  if (overloads.length > 0) return rejected(overloads);
  const isUnchanged =
    devices.length === before.entries.length &&
    devices.every((entry) => before.entries.some((old) => old.id === entry.id && isSameEntry(old, entry)));
  const taken = takenOf({ version, digest }, 'in-sync', []);
  const next = { stored: { ...stored, devices, wanted: entries, conflicts, taken }, listed: checked.listed };
  return { kind: isUnchanged ? 'unchanged' : 'trial', next };
}

export const takenOf = (
  which: { readonly version: number; readonly digest: string },
  sync: Taken['sync'],
  problems: readonly DesiredProblem[],
): Taken => ({
  ...which,
  sync,
  problems: problems
    .slice(0, mostProblems)
    .map((each) => ({ ...each, path: each.path.slice(0, longestMessage), message: cut(each.message) })),
  leftOut: Math.max(0, problems.length - mostProblems),
});

/**
 * Whether this is a version to be taken; otherwise it is the one taken last.
 * @throws FengsuiError CONFLICT when it is an older one, or another list of the same number
 */
export function isNext(last: { version: number; digest: string }, version: number, digest: string): boolean {
  if (version > last.version) return true;
  if (version < last.version)
    throw new FengsuiError(
      'CONFLICT',
      `version ${version} is older than version ${last.version}, which the gateway took last: send a version above it`,
    );
  if (digest === last.digest) return false;
  throw new FengsuiError(
    'CONFLICT',
    `the gateway has another list as version ${version}: two platforms may be at work; send yours as version ${version + 1}, after a look at what is in force`,
  );
}

/** Of the devices in any order, with their keys in any order. */
export const digestOf = (devices: readonly unknown[]): string =>
  sha256(
    devices
      .map((each) => canonical(each))
      .toSorted()
      .join('\n'),
  );

const cut = (text: string): string => (text.length > longestMessage ? `${text.slice(0, longestMessage - 1)}…` : text);
