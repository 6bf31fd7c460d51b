import { FengsuiError } from '../../model/errors.ts';
import type { ProfileSpec } from '../../model/profile.ts';
import type { DesiredState, PlatformStore } from '../../store/platform-store.ts';
import type { DeviceSpec } from '../../wire/methods.ts';
import type { Directory, Entry } from '../gateway-directory.ts';
import type { Requests } from '../requests.ts';
import { type CallOptions, requestTimeoutMs, sharedLimit, within } from '../time-limit.ts';
import type { AuditDesk } from './audit-desk.ts';
import { checkSpec } from './check-spec.ts';
import type { DesiredBook } from './desired-book.ts';
import { ofSitesFile } from './direct-provisioner.ts';
import { readListing, wantedOf } from './listed-devices.ts';
import type { ChangeOptions, Edit, Placed, Provisioner, Trial } from './provisioner.ts';
import { etagOf, expectEtag, sameSpecs, withDevices, withoutDevice } from './spec-edits.ts';
import { syncOf } from './sync.ts';
import { dryRun, refuseTooMany } from './try-out.ts';

export type StoredContext = {
  readonly store: Pick<PlatformStore, 'desired'>;
  readonly book: DesiredBook;
  readonly audit: AuditDesk;
  readonly directory: Directory;
  readonly requests: Requests;
  readonly canSign: boolean;
  readonly profiles: readonly ProfileSpec[];
  readonly closed: AbortSignal;
  /** Something is wanted of this gateway. */
  readonly touch: (gateway: string) => void;
};

/** A list that others change meanwhile is read and changed anew so often. */
const tries = 20;

/** What is wanted is stored; whoever has a key tells the gateways. */
export function storedProvisioner(ctx: StoredContext): Provisioner {
  const { store, book, directory } = ctx;
  const limited = <T>(options: CallOptions, what: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const ms = options.timeoutMs ?? requestTimeoutMs;
    const late = (): FengsuiError => new FengsuiError('TIMEOUT', `${what}: the store did not answer within ${ms} ms`);
    return within({ ms, signals: [options.signal, ctx.closed], late }, work);
  };
  return {
    isTransaction: true,
    change: (gateway, edit, options) =>
      limited(options, 'change of devices', async (signal) => {
        const entry = knownGateway(ctx, gateway);
        const state = await ctx.audit.of(actOf(gateway, edit, options), () =>
          write(ctx, { gateway, edit, options, signal, entry }),
        );
        const changed = 'remove' in edit ? [edit.remove] : edit.put.map(({ id }) => id);
        book.keepConflicts(
          gateway,
          book.conflicts(gateway).filter(({ device }) => !changed.includes(device)),
        );
        book.keepDesired(gateway, state);
        ctx.touch(gateway);
        return placed(state, entry);
      }),
    wanted: (gateway, device, options) =>
      limited(options, 'device', async (signal) => {
        const entry = knownGateway(ctx, gateway);
        const spec = (await store.desired.get(gateway, { signal }))?.devices.find((d) => d.id === device);
        if (spec) return { spec, etag: etagOf(spec) };
        throw isOfFile(entry, device) ? ofSitesFile(gateway, device) : noDevice(gateway, device);
      }),
    tryOut: async (gateway, devices, options): Promise<Trial> => {
      const entry = knownGateway(ctx, gateway);
      const left = sharedLimit(options);
      const stored = await limited(left(), 'dry run', (signal) => store.desired.get(gateway, { signal }));
      const shown = entry?.state?.desired;
      if (!ctx.canSign || !entry?.presence?.online || !shown) {
        const all = withDevices(stored?.devices ?? [], devices);
        refuseTooMany(gateway, all);
        return byProfile(ctx.profiles, devices);
      }
      const base = stored?.devices ?? wantedOf(await readListing(ctx.requests, entry.site, left()));
      const version = Math.max(stored?.version ?? 0, shown.version) + 1;
      return dryRun(ctx.requests, directory.reach(gateway), { version, devices: withDevices(base, devices) }, left());
    },
  };
}

type Write = {
  readonly gateway: string;
  readonly edit: Edit;
  readonly options: ChangeOptions;
  readonly signal: AbortSignal;
  readonly entry: Entry | undefined;
};

/** Reads, edits and stores; anew when somebody else was faster, unless the caller has said which version they have seen. */
async function write(ctx: StoredContext, { gateway, edit, options, signal, entry }: Write): Promise<DesiredState> {
  const { ifVersion, idempotencyKey: key } = options;
  const by = options.operator ?? ctx.audit.who;
  for (let left = tries; ; left--) {
    const before = await ctx.store.desired.get(gateway, { signal });
    const seen = before?.devices ?? [];
    refuseSitesOwn(gateway, edit, entry);
    if (before && isReplay(seen, edit) && (await wasDone(ctx, { gateway, edit, key, before }))) return before;
    const devices = edited(gateway, seen, edit);
    if (before && sameSpecs(seen, devices) && (ifVersion ?? before.version) === before.version) return before;
    refuseTooMany(gateway, devices);
    try {
      const change = { ifVersion: ifVersion ?? before?.version ?? 0, devices, by, key };
      return await ctx.store.desired.change(gateway, change, { signal });
    } catch (e) {
      const isRace = FengsuiError.is(e, 'CONFLICT') && 'version' in e.details && ifVersion === undefined;
      if (!isRace || left === 0) throw e;
    }
  }
}

/** Whether the list is already as the edit would leave it. */
const isReplay = (seen: readonly DeviceSpec[], edit: Edit): boolean =>
  'remove' in edit ? !seen.some((d) => d.id === edit.remove) : sameSpecs(seen, withDevices(seen, edit.put));

/** A version that no list ever has: with it only a key that was used before can make a difference. */
const never = Number.MAX_SAFE_INTEGER;

/** Whether a change by this key was made before. A device that is already as it is wanted needs no proof of it. */
async function wasDone(
  { store }: StoredContext,
  change: {
    readonly gateway: string;
    readonly edit: Edit;
    readonly key: string | undefined;
    readonly before: DesiredState;
  },
): Promise<boolean> {
  const { gateway, edit, key, before } = change;
  if (key === undefined) return false;
  if ('put' in edit) return true;
  return store.desired.change(gateway, { ifVersion: never, devices: before.devices, by: before.by, key }).then(
    () => true,
    (e: unknown) => {
      if (!FengsuiError.is(e, 'CONFLICT')) throw e;
      return 'key' in e.details;
    },
  );
}

function edited(gateway: string, seen: readonly DeviceSpec[], edit: Edit): readonly DeviceSpec[] {
  const guarded = 'remove' in edit ? edit.remove : edit.put[0]?.id;
  const present = seen.find((d) => d.id === guarded);
  if (!present && ('remove' in edit || edit.etag !== undefined)) throw noDevice(gateway, guarded ?? '');
  if (present && edit.etag !== undefined) expectEtag(present, edit.etag);
  return 'remove' in edit ? withoutDevice(seen, edit.remove) : withDevices(seen, edit.put);
}

/** @throws FengsuiError GATEWAY_UNKNOWN: a misspelt id would wait for ever. CONFLICT for one that is out of use. */
function knownGateway({ book, directory }: StoredContext, gateway: string): Entry | undefined {
  const record = book.record(gateway);
  if (record?.state === 'decommissioned')
    throw new FengsuiError(
      'CONFLICT',
      `gateway “${gateway}” is decommissioned; register it anew before it gets devices`,
      {
        details: { gateway },
      },
    );
  const entry = directory.entries().find(({ site }) => site.gateway === gateway);
  if (entry ? directory.find(gateway) : record) return entry && directory.find(gateway);
  throw new FengsuiError(
    'GATEWAY_UNKNOWN',
    `no gateway “${gateway}” was ever seen in this district or registered; gateways.register() makes it known before it is there`,
    { details: { gateway } },
  );
}

function refuseSitesOwn(gateway: string, edit: Edit, entry: Entry | undefined): void {
  const ids = 'remove' in edit ? [edit.remove] : edit.put.map((d) => d.id);
  const own = ids.find((id) => isOfFile(entry, id));
  if (own !== undefined) throw ofSitesFile(gateway, own);
}

const isOfFile = (entry: Entry | undefined, device: string): boolean =>
  entry?.state?.devices.some((d) => d.id === device && d.origin === 'file') ?? false;

const noDevice = (gateway: string, device: string): FengsuiError =>
  new FengsuiError('NOT_FOUND', `nothing is wanted of a device “${device}” on gateway “${gateway}”`, {
    details: { gateway, device },
  });

const placed = (state: DesiredState, entry: Entry | undefined): Placed => ({
  version: state.version,
  sync: syncOf(state, entry?.state?.desired, entry?.presence?.online ?? false),
});

function actOf(gateway: string, edit: Edit, { operator: who }: ChangeOptions) {
  if ('remove' in edit) {
    const detail = edit.why === undefined ? undefined : { reason: edit.why };
    return { act: 'devices.remove', who, gateway, device: edit.remove, detail };
  }
  const [first, ...more] = edit.put.map((d) => d.id);
  const act = edit.etag === undefined ? 'devices.provision' : 'devices.update';
  return {
    act,
    who,
    gateway,
    ...(more.length === 0 ? { device: first } : { detail: { devices: [first ?? '', ...more] } }),
  };
}

function byProfile(profiles: readonly ProfileSpec[], devices: readonly DeviceSpec[]): Trial {
  const problems = devices.flatMap((device) => {
    const profile = profiles.find((p) => p.id === device.profile);
    if (!profile) return [{ device: device.id, path: 'profile', message: `there is no profile “${device.profile}”` }];
    return checkSpec(device, profile).map((problem) => ({ device: device.id, ...problem }));
  });
  return { checkedBy: 'profile', problems };
}
