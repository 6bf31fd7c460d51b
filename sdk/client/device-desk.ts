import type { ProfileSpec } from '../model/profile.ts';
import type { DeviceSpec } from '../wire/methods.ts';
import { refuseBadSpec } from './desired/check-spec.ts';
import type { DesiredView, WantedOf } from './desired/desired-view.ts';
import { type ChangeOf, deviceDiff } from './desired/device-watch.ts';
import { type ProvisionManyOptions, type ProvisionResult, provisionMany } from './desired/provision-many.ts';
import type { ChangeOptions, Placed, Provisioner } from './desired/provisioner.ts';
import { type SyncTarget, whenSynced } from './desired/when-synced.ts';
import {
  type Device,
  type DeviceAddress,
  type DeviceFilter,
  type DeviceListContext,
  deviceList,
  type NewDevice,
  noProfile,
  type ProfileId,
  type ProfileOf,
  profileById,
  type SettingsOf,
  type TypedDevice,
  typedWanted,
} from './devices.ts';
import type { Listeners } from './listeners.ts';
import type { LiveStream, StreamOptions } from './live-stream.ts';
import { type CallOptions, sharedLimit } from './time-limit.ts';

/** A device as it is wanted now, and how far that has come. */
export type Provisioned<S extends ProfileSpec> = Placed & { readonly device: TypedDevice<S> };

/** What is to be different. Settings that are not named stay as they are. */
export type DevicePatch<S> = {
  readonly name?: string;
  readonly place?: string;
  readonly pollMs?: number;
  readonly settings?: SettingsOf<S>;
};

export type RemoveOptions = ChangeOptions & {
  /** Why; it is written into the audit of the store. */
  readonly reason?: string | undefined;
  /** Refuses with CONFLICT when the device has another etag by now. */
  readonly etag?: string | undefined;
};

export type DeviceChange<P extends ProfileSpec = ProfileSpec> = ChangeOf<Device<P>>;

/**
 * Devices as they are and as they are wanted.
 *
 * With a store (`connect({ store })`) changes are wishes: they resolve once they are stored, also while the gateway is
 * offline or was never there, and whichever client of that store has a key tells the gateway. `sync` says how far it is, and
 * `whenSynced` waits for it. Without a store they are commands: the gateway must be online, and has done it when they
 * resolve. Either way the result has the same shape.
 *
 * Changes @throws FengsuiError INVALID (the device cannot be right by its profile, or the gateway refuses it, with all
 * problems in `details`), CONFLICT (it changed meanwhile, or stands in the site's file), GATEWAY_UNKNOWN (never seen nor
 * registered), TIMEOUT, ABORTED. With a store also UNAVAILABLE and STORE (it could not be stored: nothing changed).
 * Without one also GATEWAY_OFFLINE (nothing was sent), FORBIDDEN (no signer, or the gateway does not know its key); a
 * TIMEOUT may have been done.
 */
export type Devices<P extends ProfileSpec> = {
  /** All devices of the district, or those that fit, also those that wait for their gateway. With `profile` they come typed. */
  readonly list: {
    <I extends ProfileId<P>>(filter: DeviceFilter & { readonly profile: I }): readonly TypedDevice<ProfileOf<P, I>>[];
    (filter?: DeviceFilter): readonly Device<P>[];
  };
  /** @throws FengsuiError GATEWAY_UNKNOWN | NOT_FOUND */
  readonly get: (address: DeviceAddress) => Device<P>;
  /** Adds a device, or puts it in the place of the one of that id. */
  readonly provision: <I extends ProfileId<P>>(
    device: NewDevice<P, I>,
    options?: ChangeOptions,
  ) => Promise<Provisioned<ProfileOf<P, I>>>;
  /**
   * Provisions many, e.g. the rows of a file; each gets a result of its own, in the order in which gateways are done.
   * With a store all devices of one gateway (of each 10,000 of the input) are one change, which the gateway takes or
   * rejects as a whole; without one they go one by one. With `dryRun` nothing changes: gateways that are online check the
   * devices beside all that they have, for the others only the profile speaks (`checkedBy`).
   * @throws FengsuiError INVALID (concurrency), ABORTED; what concerns a device is in its result.
   */
  readonly provisionMany: (
    devices: Iterable<NewDevice<P>> | AsyncIterable<NewDevice<P>>,
    options?: ProvisionManyOptions,
  ) => AsyncIterable<ProvisionResult>;
  /**
   * Changes a device as it was read: guarded by its etag.
   * @throws FengsuiError also NOT_FOUND; CONFLICT has `details.expected` and `details.actual`
   */
  readonly update: {
    <S extends P>(device: TypedDevice<S>, patch: DevicePatch<S>, options?: ChangeOptions): Promise<Provisioned<S>>;
    (device: Device<P>, patch: DevicePatch<P>, options?: ChangeOptions): Promise<Placed>;
  };
  /** Takes away a device that the platform or somebody on site has added. @throws FengsuiError also NOT_FOUND */
  readonly remove: (address: DeviceAddress, options?: RemoveOptions) => Promise<Placed>;
  /** First `added` for each that fits, then every change. */
  readonly watch: (filter?: DeviceFilter, options?: StreamOptions) => LiveStream<DeviceChange<P>>;
  /**
   * Resolves when a gateway (by its id, or by one of its devices) has in force what is wanted of it. Needs a store;
   * without one it resolves at once, as changes have waited for the gateway.
   * @param options.timeoutMs 300,000 unless given
   * @throws FengsuiError INVALID (rejected; `details.problems`), CONFLICT (the gateway keeps what was changed on site;
   * `details.conflicts`), NOT_FOUND (nothing is wanted), TIMEOUT, ABORTED
   */
  readonly whenSynced: (target: SyncTarget, options?: CallOptions) => Promise<void>;
};

export type DevicesContext<P extends ProfileSpec> = DeviceListContext<P> & {
  readonly provisioner: Provisioner;
  readonly desired: DesiredView | undefined;
  /** The gateway of which a store has something new; never called without one. */
  readonly desiredChanges: Pick<Listeners<string>, 'add'>;
  readonly closing: AbortController;
  readonly open: <T extends object>(
    options: StreamOptions,
    start: (push: (item: T) => void) => () => void,
  ) => LiveStream<T>;
};

export function devices<P extends ProfileSpec>(ctx: DevicesContext<P>): Devices<P> {
  const { all, get } = deviceList(ctx);
  return {
    list: listing(all),
    get,
    async provision(wanted, options = {}) {
      const { gateway, ...device } = wanted;
      const profile = profileById(ctx.profiles, wanted.profile);
      const spec = specOf(device);
      if (ctx.desired) refuseBadSpec(spec, profile); // else its gateway is asked, which knows more
      const placed = await ctx.provisioner.change(gateway, { put: [spec] }, options);
      return { ...placed, device: typedWanted(ctx, seenAs(ctx, gateway, placed, spec), spec, profile) };
    },
    provisionMany: (input, options = {}) =>
      provisionMany(ctx, wishesOf(input), { ...options, signal: options.signal ?? ctx.closing.signal }),
    update: updating(ctx),
    remove: ({ gateway, device }, { reason, etag, ...options } = {}) =>
      ctx.provisioner.change(gateway, { remove: device, etag, why: reason }, options),
    watch: (filter = {}, options = {}) => ctx.open(options, (push) => watching(ctx, all, filter, push)),
    async whenSynced(target, options = {}) {
      if (!ctx.desired) return;
      const onChange = (check: () => void): (() => void) => onAnyChange(ctx, check);
      await whenSynced({ view: ctx.desired, onChange, closed: ctx.closing.signal }, target, options);
    },
  };
}

function listing<P extends ProfileSpec>(all: (filter: DeviceFilter) => readonly Device<P>[]): Devices<P>['list'] {
  function list<I extends ProfileId<P>>(
    filter: DeviceFilter & { readonly profile: I },
  ): readonly TypedDevice<ProfileOf<P, I>>[];
  function list(filter?: DeviceFilter): readonly Device<P>[];
  function list<I extends ProfileId<P>>(
    filter: DeviceFilter & { readonly profile?: I } = {},
  ): readonly (Device<P> | TypedDevice<ProfileOf<P, I>>)[] {
    const { profile } = filter;
    if (profile === undefined) return all(filter);
    return all(filter)
      .filter((d) => d.profile === profile)
      .map((d) => d.as(profile));
  }
  return list;
}

function updating<P extends ProfileSpec>(ctx: DevicesContext<P>): Devices<P>['update'] {
  async function update<S extends P>(
    device: TypedDevice<S>,
    patch: DevicePatch<S>,
    options?: ChangeOptions,
  ): Promise<Provisioned<S>>;
  async function update(device: Device<P>, patch: DevicePatch<P>, options?: ChangeOptions): Promise<Placed>;
  async function update(
    device: TypedDevice<P> | Device<P>,
    { settings, ...patch }: DevicePatch<P>,
    options: ChangeOptions = {},
  ): Promise<Placed & { readonly device?: TypedDevice<P> }> {
    const { gateway, etag } = device;
    const left = sharedLimit(options);
    const { spec: before } = await ctx.provisioner.wanted(gateway, device.device, left());
    const profile = ctx.profiles.find((p) => p.id === device.profile);
    if (!profile) throw noProfile(device.profile);
    const spec = specOf({ ...before, ...patch, ...(settings && { settings: { ...before.settings, ...settings } }) });
    if (ctx.desired) refuseBadSpec(spec, profile);
    const placed = await ctx.provisioner.change(gateway, { put: [spec], etag }, { ...options, ...left() });
    return { ...placed, device: typedWanted(ctx, seenAs(ctx, gateway, placed, spec), spec, profile) };
  }
  return update;
}

/** Without keys that are there and undefined: they do not travel. */
function specOf(device: DeviceSpec): DeviceSpec {
  const { bus, id, profile, name, ...rest } = device;
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  return { bus, id, profile, name, ...Object.fromEntries(given) };
}

async function* wishesOf<P extends ProfileSpec>(input: Iterable<NewDevice<P>> | AsyncIterable<NewDevice<P>>) {
  for await (const { gateway, ...device } of input) yield { gateway, spec: specOf(device) };
}

/** What was changed just now, also where the gateway has not shown anything of it yet. */
function seenAs<P extends ProfileSpec>(
  { directory, desired }: DevicesContext<P>,
  gateway: string,
  placed: Placed,
  spec: DeviceSpec,
): WantedOf {
  const wanted = desired?.of(gateway);
  if (wanted) return wanted;
  return { ...placed, by: '', site: directory.find(gateway).site, devices: [spec], problems: [], conflicts: [] };
}

const onAnyChange = <P extends ProfileSpec>(
  ctx: DevicesContext<P>,
  changed: (gateway: string) => void,
): (() => void) => {
  const stops = [
    ctx.directory.changes.add(({ entry }) => changed(entry.site.gateway)),
    ctx.desiredChanges.add(changed),
  ];
  return () => stops.forEach((stop) => stop());
};

function watching<P extends ProfileSpec>(
  ctx: DevicesContext<P>,
  all: (filter: DeviceFilter) => readonly Device<P>[],
  filter: DeviceFilter,
  push: (change: DeviceChange<P>) => void,
): () => void {
  const diff = deviceDiff<Device<P>>();
  const look = (gateway: string): void => {
    if (filter.gateway !== undefined && filter.gateway !== gateway) return;
    for (const change of diff(gateway, all({ ...filter, gateway }))) push(change);
  };
  const known = new Set(all(filter).map(({ gateway }) => gateway));
  for (const gateway of known) look(gateway);
  return onAnyChange(ctx, look);
}
