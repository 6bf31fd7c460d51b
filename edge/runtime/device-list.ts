import { FengsuiError } from '../../sdk/model/errors.ts';
import type { DesiredConflict, DesiredProblem, DesiredState } from '../../sdk/wire/desired.ts';
import { longestProblem } from '../../sdk/wire/desired.ts';
import type { Origin } from '../../sdk/wire/gateway-state.ts';
import type { Log } from '../platform/log.ts';
import type { Site, SiteDevice } from './config/site.ts';
import { checkList, type InForce, newOverloads, parseEntry, problemText } from './desired/check-list.ts';
import type { DeviceEntry } from './desired/device-entry.ts';
import { readList, type StoredList, storeList, type Taken } from './desired/list-file.ts';
import { type LocalChange, localEntries } from './desired/local-change.ts';
import { isAtOdds } from './desired/merge.ts';
import { digestOf, isNext, type NextList, planApply, takenOf, type WantedList } from './desired/plan-apply.ts';

export interface DeviceList {
  /** Grows by one with every change. */
  readonly version: number;
  readonly devices: readonly SiteDevice[];
  /** What is in force beside the site's file. */
  readonly entries: readonly DeviceEntry[];
  readonly conflicts: readonly DesiredConflict[];
  originOf(device: string): Origin;
  desired(): DesiredState;
  /** What became of the version taken last. */
  taken(): Omit<Taken, 'sync'> & Pick<DesiredState, 'sync'>;
  /** Adds a device, or changes one that was added before. Checks and stores, and only then counts. @throws FengsuiError INVALID | CONFLICT with the precise reason. */
  add(input: unknown, ifVersion: number | undefined): Promise<void>;
  /** @throws FengsuiError NOT_FOUND | CONFLICT */
  remove(device: string, ifVersion: number | undefined): Promise<void>;
  /** A change by somebody on site. @throws FengsuiError INVALID | CONFLICT | NOT_FOUND */
  changeOnSite(change: LocalChange): Promise<void>;
  /** What would become of a list; nothing changes. @throws FengsuiError CONFLICT */
  wouldTake(wanted: WantedList): Pick<Taken, 'problems' | 'leftOut'> & {
    readonly sync: DesiredState['sync'];
    readonly conflicts: readonly DesiredConflict[];
  };
  /**
   * Takes a list: from now on its devices count, on trial, until `keep` or `giveUp`. @returns the change that is to be
   * tried, or nothing where there is none. @throws FengsuiError CONFLICT | UNAVAILABLE while another version is on trial
   */
  take(wanted: WantedList): Promise<Change | undefined>;
  /** The list on trial is kept, with what does not answer. */
  keep(problems: readonly DesiredProblem[]): Promise<void>;
  /** The list before it is in force again. */
  giveUp(problems: readonly DesiredProblem[]): Promise<void>;
}

/** The list with and without what is to be tried. */
export type Change = { readonly before: readonly SiteDevice[]; readonly after: readonly SiteDevice[] };

/** The devices of the site's file, and those that were added later, which live in a file of their own. */
export async function deviceList(site: Site, file: string, log: Log): Promise<DeviceList> {
  let stored = await readList(file, log);
  let listed = checkList(site, stored.devices).listed;
  let trial: NextList | undefined;
  logSetAside(site, stored, log);
  const before = (): InForce => ({ entries: stored.devices, listed });
  const all = (list: InForce['listed']): readonly SiteDevice[] => [
    ...site.devices,
    ...list.map(({ device }) => device),
  ];
  const isOfSite = (id: string): boolean => site.devices.some((d) => d.id === id);
  const put = async (next: NextList): Promise<void> => {
    const counted = { ...next.stored, configVersion: stored.configVersion + 1 };
    await storeList(file, counted);
    [stored, listed] = [counted, next.listed];
  };
  /** Puts entries in force of which one was changed. */
  const change = async (id: string, next: StoredList): Promise<void> => {
    const checked = checkList(site, next.devices, before());
    refuse(checked.problems.map((each) => `${each.path}: ${each.message}`));
    if (!next.devices.every((entry) => entry.id !== id || checked.listed.some((each) => each.entry === entry)))
      refuse(
        checkList(site, next.devices).problems.flatMap((p) => (p.device === id ? [`${p.path}: ${p.message}`] : [])),
      );
    refuse(newOverloads(site, all(listed), all(checked.listed)).map(problemText));
    await put({ stored: next, listed: checked.listed });
  };
  const inTurn = turns();
  const refuseDuringTrial = (): void => {
    if (trial)
      throw new FengsuiError(
        'UNAVAILABLE',
        `version ${trial.stored.taken.version} of the list is on trial just now; try again in a minute`,
      );
  };
  const expect = (ifVersion: number | undefined): void => {
    refuseDuringTrial();
    if (ifVersion !== undefined && ifVersion !== stored.configVersion)
      throw new FengsuiError(
        'CONFLICT',
        `the configuration is at version ${stored.configVersion}, not ${ifVersion}: look again before you change it`,
      );
  };
  const without = (id: string, list: StoredList): StoredList => ({
    ...list,
    devices: list.devices.filter((d) => d.id !== id),
    wanted: list.wanted.filter((d) => d.id !== id),
    conflicts: list.conflicts.filter((c) => c.device !== id),
  });
  const inForce = (): NextList => trial ?? { stored, listed };
  const taken: DeviceList['taken'] = () => {
    const { taken: last } = inForce().stored;
    return trial ? { ...last, sync: 'trial' } : last;
  };

  return {
    get version() {
      return stored.configVersion;
    },
    get devices() {
      return all(inForce().listed);
    },
    get entries() {
      return inForce().stored.devices;
    },
    get conflicts() {
      return inForce().stored.conflicts;
    },
    originOf(id) {
      if (isOfSite(id)) return 'file';
      return inForce().stored.wanted.some((d) => d.id === id) ? 'platform' : 'local';
    },
    desired() {
      const { version, sync, problems, leftOut } = taken();
      const { localVersion } = stored;
      return { version, sync, localVersion, ...problemOf(problems, leftOut) };
    },
    taken,
    add: (input, ifVersion) =>
      inTurn(async () => {
        expect(ifVersion);
        const parsed = parseEntry(input);
        if ('problems' in parsed) return refuse(parsed.problems.map((each) => `${each.path}: ${each.message}`));
        const { entry } = parsed;
        await change(entry.id, {
          ...without(entry.id, stored),
          devices: replaced(stored.devices, entry),
          wanted: replaced(stored.wanted, entry),
        });
      }),
    remove: (id, ifVersion) =>
      inTurn(async () => {
        expect(ifVersion);
        if (isOfSite(id)) {
          throw new FengsuiError(
            'CONFLICT',
            `“${id}” stands in the configuration file of the site and can only be removed there`,
          );
        }
        if (!stored.devices.some((d) => d.id === id)) throw new FengsuiError('NOT_FOUND', `there is no device “${id}”`);
        await put({ stored: without(id, stored), listed: listed.filter(({ entry }) => entry.id !== id) });
      }),
    changeOnSite: (local) =>
      inTurn(async () => {
        refuseDuringTrial();
        const devices = localEntries(local, stored.devices, site);
        const [entries, wanted] = [devices, stored.wanted].map((list) => new Map(list.map((d) => [d.id, d])));
        const conflicts = stored.conflicts.filter((c) => isAtOdds(c, entries?.get(c.device), wanted?.get(c.device)));
        await change(local.id, { ...stored, devices, conflicts, localVersion: stored.localVersion + 1 });
      }),
    wouldTake(wanted) {
      const plan = planApply(site, stored, before(), wanted);
      const { conflicts } = stored;
      if (plan.kind === 'known') return { ...taken(), conflicts };
      if (plan.kind === 'rejected') return { ...plan.taken, conflicts };
      const next = plan.next.stored;
      return { ...next.taken, sync: plan.kind === 'trial' ? 'trial' : 'in-sync', conflicts: next.conflicts };
    },
    take: (wanted) =>
      inTurn(async () => {
        if (trial && !isNext(trial.stored.taken, wanted.version, digestOf(wanted.devices))) return;
        refuseDuringTrial();
        const plan = planApply(site, stored, before(), wanted);
        if (plan.kind === 'known') return;
        if (plan.kind === 'rejected') {
          const next = { ...stored, taken: plan.taken };
          await storeList(file, next);
          stored = next;
          return;
        }
        if (plan.kind === 'unchanged') {
          await put(plan.next);
          return;
        }
        const { version, digest } = plan.next.stored.taken;
        const counted = { ...stored, configVersion: stored.configVersion + 1 };
        await storeList(file, { ...counted, trial: { version, digest } });
        stored = counted;
        trial = { ...plan.next, stored: { ...plan.next.stored, configVersion: counted.configVersion } };
        return { before: all(listed), after: all(trial.listed) };
      }),
    keep: (problems) =>
      inTurn(async () => {
        if (!trial) return;
        const next = { ...trial.stored, taken: takenOf(trial.stored.taken, 'in-sync', problems) };
        await storeList(file, next);
        [stored, listed, trial] = [next, trial.listed, undefined];
      }),
    giveUp: (problems) =>
      inTurn(async () => {
        if (!trial) return;
        const last = takenOf(trial.stored.taken, 'rejected', problems);
        stored = { ...stored, configVersion: stored.configVersion + 1, taken: last };
        trial = undefined;
        await storeList(file, stored);
      }),
  };
}

/** One change after the other: two at once would both build on the same list, and one would be lost. */
function turns(): <T>(change: () => Promise<T>) => Promise<T> {
  let turn: Promise<unknown> = Promise.resolve();
  return (change) => {
    const done = turn.then(change);
    turn = done.catch(() => undefined); // its caller is told
    return done;
  };
}

const replaced = (list: readonly DeviceEntry[], entry: DeviceEntry): readonly DeviceEntry[] =>
  list.some((d) => d.id === entry.id) ? list.map((d) => (d.id === entry.id ? entry : d)) : [...list, entry];

/** @throws FengsuiError INVALID where there is anything wrong */
function refuse(problems: readonly string[]): void {
  if (problems.length > 0)
    throw new FengsuiError('INVALID', `the device was refused: ${problems.join('; ')}`, { details: { problems } });
}

/** What the site's file contradicts since it was added is kept, and not polled. */
function logSetAside(site: Site, { devices }: StoredList, log: Log): void {
  const { listed, problems } = checkList(site, devices);
  for (const { id } of devices.filter((entry) => !listed.some((each) => each.entry === entry))) {
    const why = problems.flatMap((p) => (p.device === id ? [`${p.path}: ${p.message}`] : []));
    log.warn('device.set-aside', { device: id, why: why.join('; ') });
  }
}

function problemOf(problems: readonly DesiredProblem[], leftOut: number): { problem?: string } {
  const [first] = problems;
  if (!first) return {};
  const more = problems.length - 1 + leftOut;
  const others = more > 0 ? `; and ${more} more` : '';
  return { problem: `${problemText(first).slice(0, longestProblem - others.length)}${others}` };
}
