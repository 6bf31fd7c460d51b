import type { HeardKind } from '../model/alarm.ts';
import { FengsuiError } from '../model/errors.ts';
import type { ProfileSpec } from '../model/profile.ts';
import type { DesiredConflict } from '../wire/desired.ts';
import type { DeviceState, Health, Origin } from '../wire/gateway-state.ts';
import type { DeviceSpec } from '../wire/methods.ts';
import type { Site } from '../wire/topics.ts';
import type { DesiredView, DeviceProblem, WantedOf } from './desired/desired-view.ts';
import { listEtag } from './desired/direct-provisioner.ts';
import { etagOf } from './desired/spec-edits.ts';
import type { SyncState } from './desired/sync.ts';
import type { Directory, Entry } from './gateway-directory.ts';
import { isLatestOf, type Latest, type LatestOf, toReading, withAge } from './reading.ts';
import type { ValueCache } from './value-cache.ts';

/** Where a device is. Every {@link Device} is one, too. */
export type DeviceAddress = { readonly gateway: string; readonly device: string };

/** Ids of the profiles that the client was given. */
export type ProfileId<P extends ProfileSpec> = P['id'];
/** The profile of that id. */
export type ProfileOf<P extends ProfileSpec, I extends ProfileId<P>> = Extract<P, { id: I }>;

/** A device as its gateway last described it. `latest` is live: it shows the newest that has come in. */
export type Device<P extends ProfileSpec = ProfileSpec> = DeviceAddress & {
  readonly profile: string;
  readonly name: string;
  readonly place: string;
  readonly bus: string;
  /** Whether the site's own file lists it, or the platform has provisioned it. */
  readonly origin: Origin;
  readonly health: Health;
  /** Most urgent kind of alarm that is active on it; absent when none is. */
  readonly alarm?: HeardKind;
  /** A person has taken it out of service: only its fires and calls are announced. */
  readonly outOfService?: true;
  /** Guards a change: another one when what is wanted of the device has changed; without a store, when any device of its gateway has. */
  readonly etag: string;
  /** How far what is wanted of its gateway has come; absent without a store, and for a device of the site's file. */
  readonly sync?: SyncState;
  /** What its gateway says of it, or of its list as a whole; absent when nothing. */
  readonly problems?: readonly DeviceProblem[];
  /** Where a change on site and a wish of the platform met, until the platform changes the device again; absent when nowhere. */
  readonly conflicts?: readonly DesiredConflict[];
  /** Newest reading of each point. `stale` while the gateway or the broker is out of reach. */
  readonly latest: () => Readonly<Record<string, Latest>>;
  /** The same device with the points and types of its profile. @throws FengsuiError INVALID when it is of another profile. */
  readonly as: <I extends ProfileId<P>>(id: I) => TypedDevice<ProfileOf<P, I>>;
};

/** A device whose profile is known at compile time. */
export type TypedDevice<S extends ProfileSpec> = Omit<Device, 'latest' | 'as'> & {
  readonly spec: S;
  /** Newest reading of each point. `stale` while the gateway or the broker is out of reach. */
  readonly latest: () => LatestOf<S>;
};

/** What a device needs to be polled. Either `unit` (Modbus, 1–247) or `line` (GPIO) goes with its bus. */
export type NewDevice<P extends ProfileSpec, I extends ProfileId<P> = ProfileId<P>> = Omit<
  DeviceSpec,
  'profile' | 'settings'
> & {
  readonly gateway: string;
  readonly profile: I;
  /** Settings of the profile that differ from its defaults. */
  readonly settings?: SettingsOf<ProfileOf<P, I>>;
};
export type SettingsOf<S> = S extends { settings: infer T }
  ? { readonly [K in keyof T]?: number }
  : Readonly<Record<string, never>>;

export type DeviceFilter = { readonly gateway?: string | undefined; readonly health?: Health | undefined };

export type DeviceListContext<P extends ProfileSpec> = {
  readonly directory: Directory;
  readonly cache: ValueCache;
  readonly profiles: readonly P[];
  readonly isUp: () => boolean;
  /** What a store has; absent without one. */
  readonly desired: DesiredView | undefined;
};

/** The devices of a district: those that gateways show, and those that are wanted and not there yet. */
export type DeviceList<P extends ProfileSpec> = {
  readonly all: (filter?: DeviceFilter) => readonly Device<P>[];
  /** @throws FengsuiError GATEWAY_UNKNOWN | NOT_FOUND */
  readonly get: (address: DeviceAddress) => Device<P>;
};

export function deviceList<P extends ProfileSpec>(ctx: DeviceListContext<P>): DeviceList<P> {
  const { directory, desired } = ctx;
  const devicesOf = (gateway: string, entries: readonly Entry[]): readonly Device<P>[] => {
    const wanted = desired?.of(gateway);
    const shown = entries.flatMap(({ site, state }) =>
      (state?.devices ?? []).map((of) => describe(site, of, state?.configVersion ?? 0, wanted)),
    );
    const there = new Set<string>(shown.map(({ described }) => described.device));
    const missing = (wanted?.devices ?? []).filter(({ id }) => !there.has(id));
    const waiting = wanted ? missing.map((spec) => ({ site: wanted.site, described: asWanted(wanted, spec) })) : [];
    return [...shown, ...waiting].map(({ site, described }) => toDevice(ctx, site, described));
  };
  const ofOne = (gateway: string): readonly Device<P>[] =>
    devicesOf(
      gateway,
      directory.entries().filter(({ site }) => site.gateway === gateway),
    );
  const ofAll = (): readonly Device<P>[] => {
    const entries = new Map<string, Entry[]>((desired?.gateways() ?? []).map((gateway) => [gateway, []]));
    for (const entry of directory.entries()) {
      const { gateway } = entry.site;
      entries.set(gateway, [...(entries.get(gateway) ?? []), entry]);
    }
    return [...entries].flatMap(([gateway, those]) => devicesOf(gateway, those));
  };
  return {
    all: ({ gateway, health } = {}) =>
      (gateway === undefined ? ofAll() : ofOne(gateway)).filter(
        (device) => health === undefined || device.health === health,
      ),
    get({ gateway, device }) {
      const found = ofOne(gateway).find((d) => d.device === device);
      if (found) return found;
      if (desired?.of(gateway) === undefined) directory.find(gateway);
      throw new FengsuiError('NOT_FOUND', `gateway “${gateway}” has no device “${device}”`, {
        details: { gateway, device },
      });
    },
  };
}

/** @throws FengsuiError INVALID */
export function profileById<P extends ProfileSpec, I extends ProfileId<P>>(
  profiles: readonly P[],
  id: I,
): ProfileOf<P, I> {
  const found = profiles.find((p): p is ProfileOf<P, I> => p.id === id);
  if (found) return found;
  throw noProfile(id);
}

export const noProfile = (id: string): FengsuiError =>
  new FengsuiError('INVALID', `there is no profile “${id}”; give it to connect() among its profiles`);

type Described = Omit<Device, 'latest' | 'as'>;

/** A device that its gateway shows, with what is wanted of it. */
function describe(
  site: Site,
  { id, ...shown }: DeviceState,
  configVersion: number,
  wanted: WantedOf | undefined,
): { readonly site: Site; readonly described: Described } {
  const spec = wanted?.devices.find((d) => d.id === id);
  const more = wanted && spec ? wishOf(wanted, spec) : { etag: listEtag(configVersion) };
  return { site, described: { ...shown, gateway: site.gateway, device: id, ...more } };
}

/** A device that its gateway does not show yet. */
const asWanted = (wanted: WantedOf, spec: DeviceSpec): Described => ({
  gateway: wanted.site.gateway,
  device: spec.id,
  profile: spec.profile,
  name: spec.name,
  place: spec.place ?? '',
  bus: spec.bus,
  origin: 'platform',
  health: 'unknown',
  ...wishOf(wanted, spec),
});

function wishOf(
  { sync, ...wanted }: WantedOf,
  spec: DeviceSpec,
): Pick<Described, 'etag' | 'sync' | 'problems' | 'conflicts'> {
  const problems = wanted.problems.filter(({ device }) => device === undefined || device === spec.id);
  const conflicts = wanted.conflicts.filter(({ device }) => device === spec.id);
  return {
    etag: etagOf(spec),
    sync,
    ...(problems.length > 0 && { problems }),
    ...(conflicts.length > 0 && { conflicts }),
  };
}

function toDevice<P extends ProfileSpec>(ctx: DeviceListContext<P>, site: Site, described: Described): Device<P> {
  return {
    ...described,
    latest: () => latestOf(ctx, site, described),
    as: (profile) => {
      if (described.profile !== profile) {
        throw new FengsuiError(
          'INVALID',
          `device ${site.gateway}/${described.device} is of profile “${described.profile}”, not “${profile}”`,
        );
      }
      return typed(ctx, site, described, profileById(ctx.profiles, profile));
    },
  };
}

/** A device as it was just changed. */
export function typedWanted<P extends ProfileSpec, S extends P>(
  ctx: DeviceListContext<P>,
  wanted: WantedOf,
  spec: DeviceSpec,
  profile: S,
): TypedDevice<S> {
  return typed(ctx, wanted.site, asWanted(wanted, spec), profile);
}

function typed<P extends ProfileSpec, S extends P>(
  ctx: DeviceListContext<P>,
  site: Site,
  described: Described,
  spec: S,
): TypedDevice<S> {
  const { gateway, device } = described;
  return {
    ...described,
    spec,
    latest() {
      const readings = latestOf(ctx, site, described);
      if (isLatestOf(spec, readings)) return readings;
      throw new FengsuiError('PROTOCOL', `readings of ${gateway}/${device} do not fit profile “${spec.id}”`);
    },
  };
}

function latestOf<P extends ProfileSpec>(
  ctx: DeviceListContext<P>,
  site: Site,
  { device, profile }: Described,
): Readonly<Record<string, Latest>> {
  const seen = ctx.cache.of(site, device);
  const spec: ProfileSpec | undefined = ctx.profiles.find((p) => p.id === profile);
  const isStale = !ctx.isUp() || ctx.directory.at(site)?.presence?.online !== true;
  const names = spec ? Object.keys(spec.points) : [...seen.keys()];
  const now = Date.now();
  return Object.fromEntries(
    names.map((point) => [point, withAge(toReading(seen.get(point), spec?.points[point], isStale), now)]),
  );
}
