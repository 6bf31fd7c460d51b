import { FengsuiError } from '../model/errors.ts';
import type { RiskLevel } from '../model/profile.ts';
import type { ClockTrust } from '../model/time.ts';
import type { GatewayRecord, GatewayState as RegisteredState } from '../store/platform-store.ts';
import type { BusState } from '../wire/gateway-state.ts';
import type { BusStatus, StatusResult } from '../wire/methods.ts';
import type { Data } from '../wire/request.ts';
import type { ActionOptions, CommandDesk } from './command-desk.ts';
import { askEvery, type Unanswered } from './every-gateway.ts';
import type { Directory, Entry } from './gateway-directory.ts';
import type { LiveStream, StreamOptions } from './live-stream.ts';
import { villageOf } from './located.ts';
import { paged } from './paged.ts';
import type { Enroll, Enrolled, EnrollOptions, NewGatewayToEnroll } from './registry/enroll.ts';
import type { KnownRecords } from './registry/known-records.ts';
import type {
  Decommissioned,
  DecommissionOptions,
  NewGateway,
  Registry,
  RegistryOptions,
} from './registry/registry.ts';
import type { Requests } from './requests.ts';
import { parseRiskLevel, parseStatus } from './results.ts';
import type { Ownership } from './share/ownership.ts';
import type { CallOptions } from './time-limit.ts';

/** A gateway as it was when it was asked for. */
export type Gateway = {
  readonly id: string;
  /** Three digits (GB/T 10114). */
  readonly town: string;
  /** Village or community within the town, three digits: as it tells it, else as it was registered for this town; absent where neither says. */
  readonly village?: string;
  /** As it tells it; until then as it was registered, or its id. */
  readonly name: string;
  /**
   * With a store: what the registry says of it. `claimable`: registered, never seen. `enrolled`: it was there.
   * `decommissioned`: out of use. `unregistered`: seen at the broker, and not in the registry.
   */
  readonly state?: RegisteredState | 'unregistered';
  /** With a store: guards a change of its record; absent when it is not registered. */
  readonly etag?: string;
  readonly link: {
    readonly online: boolean;
    /** When this client learned that it came or went; of one that was never seen, when its record was last changed. */
    readonly since: Date;
  };
  /** What it last said of itself; absent until it has. */
  readonly report?: GatewayReport;
};

export type GatewayReport = {
  /** When, by the gateway's clock. */
  readonly at: Date;
  readonly version: string;
  /** How far its stamps may be trusted. */
  readonly clock: ClockTrust;
  /** How often its system's clock was set since it started; absent where the gateway is of an earlier version. */
  readonly clockSteps?: number;
  /** Grows by one with every change of its device list. */
  readonly configVersion: number;
  /** By which its conditions and periods are picked now: the higher one of what a platform has set and of its own calendar. */
  readonly riskLevel: RiskLevel;
  /** Entries of its journal that the platform has not yet taken. */
  readonly backlog: { readonly alarms: number; readonly telemetry: number };
  /** What is wrong with its journal's disk; absent when all is well. */
  readonly degraded?: string;
  /** `problem` is absent on a bus that works. */
  readonly buses: readonly BusState[];
};

export type GatewayChange = {
  readonly type: 'added' | 'online' | 'offline' | 'updated' | 'removed';
  readonly gateway: Gateway;
  readonly at: Date;
};

/** The risk level (风险防控等级) as it is to be, on one gateway or without one on each of the district. */
export type NewRiskLevel = {
  readonly gateway?: string | undefined;
  readonly level: RiskLevel;
  /** A reason is needed; at most 200 characters are kept. */
  readonly why: string;
};

export type RiskLevels = {
  /** What holds now: a gateway's own calendar may ask for more than was set. */
  readonly levels: readonly { readonly gateway: string; readonly level: RiskLevel }[];
  /** Gateways that may not know of it: nothing is queued for them. */
  readonly unanswered: readonly Unanswered[];
};

export type GatewayFilter = {
  readonly online?: boolean;
  readonly town?: string;
  readonly village?: string;
  readonly state?: Gateway['state'];
  /** Those whose alarms and readings come to this client: see `share` of `connect`. */
  readonly owned?: boolean;
};

export type Gateways = {
  /**
   * Every gateway of the district that was ever seen, by id; with a store also those that are registered. One that is
   * decommissioned and shows nothing any more comes only when `state` asks for it.
   */
  readonly list: (filter?: GatewayFilter) => readonly Gateway[];
  /** @throws FengsuiError GATEWAY_UNKNOWN */
  readonly get: (gateway: string) => Gateway;
  /**
   * Makes a gateway known before it is there, so that devices can be provisioned for it, or changes what is known of it. It
   * counts as enrolled when it is first seen. Its certificate is another matter: docs/IDENTITY.md. Needs a store.
   * @throws FengsuiError INVALID (id, town, name; no store), CONFLICT (somebody else changes it, or another district has
   * this id), UNAVAILABLE | STORE (it could not be stored), TIMEOUT, ABORTED
   */
  readonly register: (gateway: NewGateway, options?: RegistryOptions) => Promise<Gateway>;
  /**
   * Registers a gateway and has a claim code made for it, in this order: what an installer needs to bring it in. Again for a
   * gateway whose hardware is exchanged. Which authority makes the code is said with `claims`: `authority.claims` of
   * `fengsui/authority`, or what asks the machine that keeps the authority. The broker's rules are another step:
   * docs/IDENTITY.md. Needs a store.
   * @returns the claim as `claims` gives it; the code in it is shown once
   * @throws FengsuiError as `register`, and as `claims` does: of an authority of ours INVALID (hours, its first claim lacks
   * addresses), CONFLICT (it has an open claim, or a certificate of another town), UNAVAILABLE. Where no code came, the
   * gateway is registered all the same: ask again. TIMEOUT may leave an open claim: cancel it.
   */
  readonly enroll: <Claim>(
    gateway: NewGatewayToEnroll,
    options: EnrollOptions<Claim>,
  ) => Promise<Enrolled<Gateway, Claim>>;
  /**
   * Takes a gateway out of use: nothing is wanted of it any more, nothing can be provisioned for it, and its documents are
   * taken off the broker where the broker lets us. The gateway itself is not touched and goes on watching what it watches;
   * what stops it is the revocation of its certificate (docs/IDENTITY.md). Needs a store.
   * @throws FengsuiError as `register`, and GATEWAY_UNKNOWN
   */
  readonly decommission: (gateway: string, options: DecommissionOptions) => Promise<Decommissioned>;
  /** First `added` for each that is known, then every change. */
  readonly watch: (options?: StreamOptions) => LiveStream<GatewayChange>;
  /**
   * Figures of the gateway: memory, journal, and how well each Modbus bus and unit does. A gateway with many buses is
   * asked page by page; the time limit is for each page.
   * @throws FengsuiError GATEWAY_UNKNOWN | GATEWAY_OFFLINE | TIMEOUT | ABORTED | PROTOCOL
   */
  readonly status: (gateway: string, options?: CallOptions) => Promise<StatusResult>;
  /**
   * Sets the risk level, which picks the limits and poll periods that hold. It outlives a restart of the gateway, and
   * holds until another is set. A command; of the whole district it resolves with whom it has reached.
   * @throws FengsuiError for one gateway as `alarms` does, and INVALID (no reason, no such level).
   */
  readonly setRiskLevel: (wanted: NewRiskLevel, options?: ActionOptions) => Promise<RiskLevels>;
};

export function gateways(ctx: {
  readonly directory: Directory;
  readonly ownership: Ownership;
  readonly requests: Requests;
  readonly command: CommandDesk;
  /** Absent without a store. */
  readonly known?: KnownRecords | undefined;
  readonly registry?: Registry | undefined;
  readonly enroll?: Enroll | undefined;
  readonly open: <T extends object>(
    options: StreamOptions,
    start: (push: (item: T) => void) => () => void,
  ) => LiveStream<T>;
}): Gateways {
  const { directory, ownership, requests, command, open, known: records } = ctx;
  const ownedIds = (): ReadonlySet<string> =>
    new Set(directory.entries().flatMap(({ site }) => (ownership.owns(site) ? [site.gateway] : [])));
  const seen = (entry: Entry): Gateway => toGateway(entry, records);
  const known = (record: GatewayRecord): Gateway => {
    const entry = directory.entries().find(({ site }) => site.gateway === record.gateway);
    return entry ? seen(entry) : asRegistered(record);
  };
  const all = (): readonly Gateway[] => {
    const present = directory.entries().map(seen);
    const ids = new Set(present.map(({ id }) => id));
    return [...present, ...(records?.all() ?? []).filter(({ gateway }) => !ids.has(gateway)).map(asRegistered)];
  };
  return {
    list(filter = {}) {
      const owned = filter.owned === undefined ? undefined : ownedIds();
      return all()
        .filter(fits(filter))
        .filter(({ id }) => owned === undefined || owned.has(id) === filter.owned)
        .toSorted((a, b) => (a.id < b.id ? -1 : 1));
    },
    get(gateway) {
      const record = records?.of(gateway);
      const isSeen = directory.entries().some(({ site }) => site.gateway === gateway);
      return record && !isSeen ? asRegistered(record) : seen(directory.find(gateway));
    },
    async register(gateway, options) {
      return known(await inStore(ctx.registry).register(gateway, options));
    },
    async enroll(gateway, options) {
      const { gateway: record, claim } = await inStore(ctx.enroll)(gateway, options);
      return { gateway: known(record), claim };
    },
    decommission: async (gateway, options) => inStore(ctx.registry).decommission(gateway, options),
    watch: (options = {}) =>
      open(options, (push) => {
        const told = new Set(all().map(({ id }) => id));
        for (const gateway of all()) push({ type: 'added', gateway, at: new Date() });
        const onRecord = (record: GatewayRecord): void => {
          // That it is out of use may be heard after its documents are gone.
          const isNew = !told.has(record.gateway) && record.state !== 'decommissioned';
          const type = isNew ? 'added' : 'updated';
          if (isNew) told.add(record.gateway);
          push({ type, gateway: known(record), at: new Date() });
        };
        const stops = [
          directory.changes.add(({ type, entry }) => {
            // One that was registered before it came is not added again.
            const isKnown = type === 'added' && told.has(entry.site.gateway);
            if (type === 'removed') told.delete(entry.site.gateway);
            else told.add(entry.site.gateway);
            push({ type: isKnown ? 'online' : type, gateway: seen(entry), at: new Date() });
          }),
          records?.onChange(onRecord),
        ];
        return () => stops.forEach((stop) => stop?.());
      }),
    status: async (gateway, options) => {
      const site = directory.reach(gateway);
      return wholeStatus((params) => requests.query(site, 'status', params, options));
    },
    async setRiskLevel({ gateway, level, why }, options) {
      const { answers, unanswered } = await askEvery(directory, gateway, async (site) => ({
        gateway: site.gateway,
        level: parseRiskLevel(await command(site, 'setRiskLevel', { level, why }, options)),
      }));
      return { levels: answers, unanswered };
    },
  };
}

/** Far more than a gateway could poll: whoever tells of more is not believed. */
const mostBuses = 10_000;

async function wholeStatus(ask: (params: Data) => Promise<Data>): Promise<StatusResult> {
  const { next, ...first } = parseStatus(await ask(null));
  if (next === undefined) return first;
  const further = paged<BusStatus, string>(async (after = next) => {
    const { buses, next: following } = parseStatus(await ask({ after }));
    if (buses.length === 0) throw new FengsuiError('PROTOCOL', `status: the page after “${after}” holds no bus`);
    return { items: buses, ...(following !== undefined && { next: following }) };
  });
  return { ...first, buses: [...first.buses, ...(await further.all({ max: mostBuses }))] };
}

const fits =
  ({ online, town, village, state }: GatewayFilter) =>
  (gateway: Gateway): boolean =>
    (online === undefined || gateway.link.online === online) &&
    (town === undefined || gateway.town === town) &&
    (village === undefined || gateway.village === village) &&
    (state === undefined
      ? gateway.state !== 'decommissioned' || gateway.report !== undefined
      : gateway.state === state);

function inStore<T>(part: T | undefined): T {
  if (part !== undefined) return part;
  throw new FengsuiError(
    'INVALID',
    'gateways are registered in a store: give connect() one, e.g. connect({ …, store: await openFileStore({ folder }) })',
  );
}

/** A gateway that was never seen, or shows nothing any more. */
const asRegistered = (record: GatewayRecord): Gateway => ({
  id: record.gateway,
  town: record.town,
  ...(record.village !== undefined && { village: record.village }),
  name: record.name,
  link: { online: false, since: record.at },
  ...registeredAs(record),
});

const registeredAs = ({ state, etag }: GatewayRecord): Pick<Gateway, 'state' | 'etag'> => ({ state, etag });

function toGateway(entry: Entry, records: KnownRecords | undefined): Gateway {
  const { site, presence, since, state } = entry;
  const record = records?.of(site.gateway);
  const village = villageOf(entry, record);
  return {
    id: site.gateway,
    town: site.town,
    name: state?.name ?? record?.name ?? site.gateway,
    ...(record ? registeredAs(record) : records && { state: 'unregistered' as const }),
    ...(village !== undefined && { village }),
    link: { online: presence?.online ?? false, since },
    ...(state && {
      report: {
        at: new Date(state.at),
        version: state.version,
        clock: state.clock,
        ...(state.clockSteps !== undefined && { clockSteps: state.clockSteps }),
        configVersion: state.configVersion,
        riskLevel: state.riskLevel,
        backlog: { alarms: state.alarmBacklog, telemetry: state.telemetryBacklog },
        ...(state.degraded !== undefined && { degraded: state.degraded }),
        buses: state.buses,
      },
    }),
  };
}
