import type { AlarmKind, HeardKind } from '../model/alarm.ts';
import { type DeviceCategory, type ProfileSpec, testOverdue } from '../model/profile.ts';
import type { DeviceState } from '../wire/gateway-state.ts';
import type { Alarm } from './alarm.ts';
import type { ActiveAlarms, Alarms } from './alarms.ts';
import type { DeviceAddress } from './devices.ts';
import type { Unanswered } from './every-gateway.ts';
import type { Directory, Entry } from './gateway-directory.ts';
import { type Located, located } from './located.ts';
import type { KnownRecords } from './registry/known-records.ts';
import type { CallOptions } from './time-limit.ts';

/** Which part of the district; all of it unless given. */
export type FleetFilter = {
  /** Three digits (GB/T 10114). */
  readonly town?: string | undefined;
  /** Three digits, within the town. */
  readonly village?: string | undefined;
};

/** How many there are, and how many of them can be relied upon now. */
export type InService = {
  readonly all: number;
  readonly inService: number;
  /** `inService` of `all`, 0 to 1; absent where there are none. */
  readonly share?: number;
};

/** What gateways have told last, counted. Those that a store has as decommissioned are left out. */
export type FleetCounts = {
  readonly gateways: {
    /** Those that are online or offline. */
    readonly all: number;
    readonly online: number;
    /** With a store also those that were there once and of which the broker shows nothing any more. */
    readonly offline: number;
    /** With a store: registered, and never there; in none of the other numbers. */
    readonly awaited: number;
    /** Online, and in trouble with their journal's disk or with a bus. */
    readonly inTrouble: number;
  };
  /**
   * By what devices are for. In service is a device whose gateway is online, that answers, that no person has taken out of
   * service, and on which nothing is active: a hydrant below its pressure is not, a pressed call button is, as it does its work.
   */
  readonly devices: Readonly<Record<DeviceCategory, InService>>;
  /** Devices by the most urgent kind of alarm that is active on them. */
  readonly alarms: Readonly<Partial<Record<HeardKind, number>>>;
};

export type VillageCounts = FleetCounts & {
  /** As gateways tell it, else as they were registered; absent for those of which neither is known. */
  readonly village?: string;
};
export type TownCounts = FleetCounts & { readonly town: string; readonly villages: readonly VillageCounts[] };
export type FleetOverview = FleetCounts & { readonly towns: readonly TownCounts[] };

/** A device whose test is overdue, and since when. */
export type OverdueDevice = DeviceAddress & { readonly town: string; readonly village?: string; readonly since?: Date };

/** The district as a whole. */
export type Fleet = {
  /**
   * Counts of the district, of each town and of each village. From what gateways have told last: nobody is asked, and what an
   * offline gateway watches is not in service.
   */
  readonly overview: (filter?: FleetFilter) => FleetOverview;
  /** Gateways that are offline, those that are so longest first. */
  readonly offline: (filter?: FleetFilter) => readonly OfflineGateway[];
  /**
   * Devices whose test is overdue (`testEveryDays` of their profile). Asks each gateway; resolves with what was answered in time.
   * @throws FengsuiError ABORTED
   */
  readonly overdue: (
    filter?: FleetFilter,
    options?: CallOptions,
  ) => Promise<{ readonly devices: readonly OverdueDevice[]; readonly unanswered: readonly Unanswered[] }>;
};

export type OfflineGateway = {
  readonly gateway: string;
  readonly town: string;
  readonly village?: string;
  /** When this client learned that it went; with a store and nothing at the broker, when its record was last changed. */
  readonly since: Date;
  /** Devices that nobody watches from outside meanwhile, as it has last told; 0 where the broker shows nothing of it. */
  readonly devices: number;
};

export type FleetContext = {
  readonly directory: Directory;
  readonly profiles: readonly ProfileSpec[];
  readonly active: Alarms['active'];
  /** Absent without a store. */
  readonly known?: KnownRecords | undefined;
};

export function fleet({ directory, profiles, active, known }: FleetContext): Fleet {
  const categories = new Map(profiles.map(({ id, category = 'other' }) => [id, category]));
  const those = ({ town, village }: FleetFilter): readonly Located[] =>
    located(directory, known).filter((g) => (town ?? g.town) === g.town && (village ?? g.village) === g.village);
  return {
    overview(filter = {}) {
      const all = those(filter);
      return {
        ...count(all, categories),
        towns: groups(all, (g) => g.town).map(([town, ofTown]) => ({
          town,
          ...count(ofTown, categories),
          villages: groups(ofTown, (g) => g.village ?? '').map(([village, ofVillage]) => ({
            ...(village !== '' && { village }),
            ...count(ofVillage, categories),
          })),
        })),
      };
    },
    offline: (filter = {}) =>
      those(filter)
        .filter(({ entry, isAwaited }) => !isAwaited && entry?.presence?.online !== true)
        .toSorted((a, b) => a.since.getTime() - b.since.getTime())
        .map((g) => ({ ...placeOf(g), since: g.since, devices: g.entry?.state?.devices.length ?? 0 })),
    async overdue(filter = {}, options) {
      const wanted = new Map(those(filter).map((g) => [g.gateway, g]));
      const { alarms, unanswered } = await active({ hidden: true }, options);
      return {
        devices: overdueIn(alarms, wanted),
        unanswered: unanswered.filter(({ gateway }) => wanted.has(gateway)),
      };
    },
  };
}

function overdueIn(alarms: ActiveAlarms['alarms'], wanted: ReadonlyMap<string, Located>): readonly OverdueDevice[] {
  return alarms.flatMap(({ condition, isActive, gateway, device, since }: Alarm) => {
    const found = wanted.get(gateway);
    if (condition !== testOverdue || !isActive || !found) return [];
    return [{ ...placeOf(found), device, ...(since !== undefined && { since }) }];
  });
}

const placeOf = ({ gateway, town, village }: Located): Pick<Located, 'gateway' | 'town' | 'village'> => ({
  gateway,
  town,
  ...(village !== undefined && { village }),
});

function groups(
  all: readonly Located[],
  by: (gateway: Located) => string,
): readonly (readonly [string, readonly Located[]])[] {
  const found = new Map<string, Located[]>();
  for (const gateway of all) {
    const group = found.get(by(gateway));
    if (group) group.push(gateway);
    else found.set(by(gateway), [gateway]);
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function count(those: readonly Located[], categories: ReadonlyMap<string, DeviceCategory>): FleetCounts {
  const entries = those.flatMap(({ entry }) => entry ?? []);
  const awaited = those.filter(({ isAwaited }) => isAwaited).length;
  const online = entries.filter(({ presence }) => presence?.online === true);
  const all = new Map<DeviceCategory, number>();
  const good = new Map<DeviceCategory, number>();
  const alarms = new Map<HeardKind, number>();
  for (const entry of entries) {
    for (const device of entry.state?.devices ?? []) {
      const category = categories.get(device.profile) ?? 'other';
      add(all, category);
      if (device.alarm) add(alarms, device.alarm);
      if (entry.presence?.online === true && isInService(device)) add(good, category);
    }
  }
  return {
    gateways: {
      all: those.length - awaited,
      online: online.length,
      offline: those.length - awaited - online.length,
      awaited,
      inTrouble: online.filter(({ state }) => state && isInTrouble(state)).length,
    },
    devices: byCategory((category) => inService(all.get(category) ?? 0, good.get(category) ?? 0)),
    alarms: Object.fromEntries(alarms),
  };
}

const add = <K>(counts: Map<K, number>, key: K): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

const inService = (all: number, good: number): InService => ({
  all,
  inService: good,
  ...(all > 0 && { share: good / all }),
});

const byCategory = (of: (category: DeviceCategory) => InService): Readonly<Record<DeviceCategory, InService>> => ({
  hydrant: of('hydrant'),
  water: of('water'),
  smoke: of('smoke'),
  'fire-panel': of('fire-panel'),
  'electrical-fire': of('electrical-fire'),
  supply: of('supply'),
  call: of('call'),
  barrier: of('barrier'),
  output: of('output'),
  contact: of('contact'),
  other: of('other'),
});

const isInTrouble = ({ degraded, buses }: NonNullable<Entry['state']>): boolean =>
  degraded !== undefined || buses.some(({ problem }) => problem !== undefined);

/** Alarms that say that a device does its work, and not that it does not. */
const ofItsWork: ReadonlySet<HeardKind> = new Set<AlarmKind>(['fire', 'call', 'pre-alarm', 'test']);

const isInService = ({ health, alarm, outOfService }: DeviceState): boolean =>
  health === 'ok' && outOfService !== true && (alarm === undefined || ofItsWork.has(alarm));
