import type { HeardKind } from '../model/alarm.ts';
import { FengsuiError } from '../model/errors.ts';
import type { ProfileSpec } from '../model/profile.ts';
import type { DeviceState, Health, Origin } from '../wire/gateway-state.ts';
import type { DeviceSpec } from '../wire/methods.ts';
import type { Site } from '../wire/topics.ts';
import type { Directory, Entry } from './gateway-directory.ts';
import { isLatestOf, type Latest, type LatestOf, toReading, withAge } from './reading.ts';
import type { Requests } from './requests.ts';
import { parseConfig } from './results.ts';
import type { CallOptions } from './time-limit.ts';
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
type SettingsOf<S> = S extends { settings: infer T }
  ? { readonly [K in keyof T]?: number }
  : Readonly<Record<string, never>>;

export type ChangeOptions = CallOptions & {
  /** Refuses with CONFLICT when the gateway's device list has another version by now. */
  readonly ifVersion?: number | undefined;
};

type Filter = { readonly gateway?: string | undefined; readonly health?: Health | undefined };

export type Devices<P extends ProfileSpec> = {
  /** All devices of the district, or those that fit. With `profile` they come typed. */
  readonly list: {
    <I extends ProfileId<P>>(filter: Filter & { readonly profile: I }): readonly TypedDevice<ProfileOf<P, I>>[];
    (filter?: Filter): readonly Device<P>[];
  };
  /** @throws FengsuiError GATEWAY_UNKNOWN | NOT_FOUND */
  readonly get: (address: DeviceAddress) => Device<P>;
  /**
   * Adds a device, or changes one that the platform has added. Resolves once the gateway has stored it and polls it.
   * @throws FengsuiError FORBIDDEN without a signer or right, GATEWAY_UNKNOWN, GATEWAY_OFFLINE (nothing is queued),
   * CONFLICT, TIMEOUT (it may have been done), or what the gateway refused it for, in its own words.
   */
  readonly provision: <I extends ProfileId<P>>(
    device: NewDevice<P, I>,
    options?: ChangeOptions,
  ) => Promise<{ readonly device: TypedDevice<ProfileOf<P, I>>; readonly configVersion: number }>;
  /** Takes away a device that the platform has added. Errors as for `provision`, and NOT_FOUND. */
  readonly remove: (address: DeviceAddress, options?: ChangeOptions) => Promise<{ readonly configVersion: number }>;
};

export type DevicesContext<P extends ProfileSpec> = {
  readonly directory: Directory;
  readonly requests: Requests;
  readonly cache: ValueCache;
  readonly profiles: readonly P[];
  readonly isUp: () => boolean;
};

export function devices<P extends ProfileSpec>(ctx: DevicesContext<P>): Devices<P> {
  const { directory, requests } = ctx;
  const all = (filter: Filter): readonly Device<P>[] =>
    directory
      .entries()
      .filter((e) => filter.gateway === undefined || e.site.gateway === filter.gateway)
      .flatMap((e) => (e.state?.devices ?? []).map((state) => toDevice(ctx, e, state)))
      .filter((d) => filter.health === undefined || d.health === filter.health);
  function list<I extends ProfileId<P>>(
    filter: Filter & { readonly profile: I },
  ): readonly TypedDevice<ProfileOf<P, I>>[];
  function list(filter?: Filter): readonly Device<P>[];
  function list<I extends ProfileId<P>>(
    filter: Filter & { readonly profile?: I } = {},
  ): readonly (Device<P> | TypedDevice<ProfileOf<P, I>>)[] {
    const { profile } = filter;
    if (profile === undefined) return all(filter);
    return all(filter)
      .filter((d) => d.profile === profile)
      .map((d) => d.as(profile));
  }
  return {
    list,
    get(address) {
      const entry = directory.find(address.gateway);
      const state = entry.state?.devices.find((d) => d.id === address.device);
      if (state) return toDevice(ctx, entry, state);
      throw new FengsuiError('NOT_FOUND', `gateway “${address.gateway}” has no device “${address.device}”`, {
        details: { ...address },
      });
    },
    async provision(wanted, { ifVersion, ...options } = {}) {
      const { gateway, ...device } = wanted;
      const site = directory.reach(gateway);
      const params = { device: { ...device, settings: device.settings && { ...device.settings } }, ifVersion };
      const { configVersion } = parseConfig(await requests.command(site, 'provision', params, options));
      const spec = profileById(ctx.profiles, wanted.profile);
      return {
        configVersion,
        device: typed(
          ctx,
          site,
          { place: '', ...wanted, device: wanted.id, origin: 'platform', health: 'unknown' },
          spec,
        ),
      };
    },
    async remove({ gateway, device }, { ifVersion, ...options } = {}) {
      const site = directory.reach(gateway);
      return parseConfig(await requests.command(site, 'remove', { device, ifVersion }, options));
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
  throw new FengsuiError('INVALID', `there is no profile “${id}”; give it to connect() among its profiles`);
}

type Described = Omit<Device, 'latest' | 'as'>;

function toDevice<P extends ProfileSpec>(ctx: DevicesContext<P>, { site }: Entry, state: DeviceState): Device<P> {
  const { id, ...rest } = state;
  const described: Described = { ...rest, gateway: site.gateway, device: id };
  return {
    ...described,
    latest: () => latestOf(ctx, site, described),
    as: (profile) => {
      if (state.profile !== profile) {
        throw new FengsuiError(
          'INVALID',
          `device ${site.gateway}/${id} is of profile “${state.profile}”, not “${profile}”`,
        );
      }
      return typed(ctx, site, described, profileById(ctx.profiles, profile));
    },
  };
}

function typed<P extends ProfileSpec, S extends P>(
  ctx: DevicesContext<P>,
  site: Site,
  described: Described,
  spec: S,
): TypedDevice<S> {
  const { gateway, device, profile, name, place, bus, origin, health, alarm, outOfService } = described;
  return {
    gateway,
    device,
    profile,
    name,
    place,
    bus,
    origin,
    health,
    ...(alarm && { alarm }),
    ...(outOfService && { outOfService }),
    spec,
    latest() {
      const readings = latestOf(ctx, site, described);
      if (isLatestOf(spec, readings)) return readings;
      throw new FengsuiError('PROTOCOL', `readings of ${gateway}/${device} do not fit profile “${spec.id}”`);
    },
  };
}

function latestOf<P extends ProfileSpec>(
  ctx: DevicesContext<P>,
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
