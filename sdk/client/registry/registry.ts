import { FengsuiError } from '../../model/errors.ts';
import { type DistrictCode, gatewayId, townCode, villageCode } from '../../model/ids.ts';
import type { GatewayRecord, GatewayRegistry, NewGatewayRecord, PlatformStore } from '../../store/platform-store.ts';
import { type Channel, type Site, topicOf } from '../../wire/topics.ts';
import type { AuditDesk } from '../desired/audit-desk.ts';
import type { DesiredBook } from '../desired/desired-book.ts';
import type { Directory } from '../gateway-directory.ts';
import { type CallOptions, requestTimeoutMs, within } from '../time-limit.ts';

/** A gateway that is to be known before it is there. */
export type NewGateway = {
  readonly id: string;
  /** Three digits (GB/T 10114). */
  readonly town: string;
  /** Village or community within the town, three digits. */
  readonly village?: string;
  /** 1 to 100 characters. */
  readonly name: string;
};

export type RegistryOptions = CallOptions & {
  /** The person who acts; the client's `operator` unless given. */
  readonly operator?: string | undefined;
};

export type DecommissionOptions = RegistryOptions & {
  /** A reason is needed; it is written into the audit. */
  readonly reason: string;
  /** Refuses with CONFLICT when its record has another etag by now. */
  readonly etag?: string | undefined;
};

export type Decommissioned = {
  /**
   * `cleared`: the broker shows nothing of it any more. `remain`: the broker did not let this client take its documents
   * away; see docs/PROVISIONING.md.
   */
  readonly documents: 'cleared' | 'remain';
};

/** The gateways that the platform knows, whether they were ever there or not. */
export type Registry = {
  /** @throws FengsuiError INVALID | CONFLICT */
  readonly register: (gateway: NewGateway, options?: RegistryOptions) => Promise<GatewayRecord>;
  /** @throws FengsuiError INVALID | CONFLICT | GATEWAY_UNKNOWN */
  readonly decommission: (gateway: string, options: DecommissionOptions) => Promise<Decommissioned>;
  /** A gateway is there: whoever was only registered counts as enrolled from now on. */
  readonly arrived: (gateway: string) => Promise<void>;
};

export type RegistryContext = {
  readonly district: DistrictCode;
  readonly store: Pick<PlatformStore, 'gateways' | 'desired'>;
  readonly book: DesiredBook;
  readonly audit: AuditDesk;
  readonly directory: Directory;
  readonly send: (topic: string, payload: Uint8Array, retain?: boolean) => Promise<void>;
  readonly closed: AbortSignal;
};

const longestName = 100;

export function registry(ctx: RegistryContext): Registry {
  const { store, book, audit, directory } = ctx;
  const limited = <T>(options: CallOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const ms = options.timeoutMs ?? requestTimeoutMs;
    const late = (): FengsuiError => new FengsuiError('TIMEOUT', `the store did not answer within ${ms} ms`);
    return within({ ms, signals: [options.signal, ctx.closed], late }, work);
  };
  const put = async (record: NewGatewayRecord, ifEtag: string, signal?: AbortSignal): Promise<GatewayRecord> => {
    const kept = await store.gateways.put(record, { ifEtag, signal });
    book.keepRecord(kept);
    return kept;
  };
  return {
    register: ({ id, town, village, name }, options = {}) =>
      audit.of({ act: 'gateways.register', who: options.operator, gateway: id }, () =>
        limited(options, async (signal) => {
          gatewayId(id);
          townCode(town);
          if (village !== undefined) villageCode(village);
          if (name.length === 0 || name.length > longestName)
            throw new FengsuiError('INVALID', `name: expected 1 to ${longestName} characters`);
          const before = await present(store.gateways, id, ctx.district, signal);
          const isHere = directory.entries().some(({ site }) => site.gateway === id);
          const state = before && before.state !== 'decommissioned' ? before.state : isHere ? 'enrolled' : 'claimable';
          const place = { district: ctx.district, town, ...(village !== undefined && { village }) };
          return put({ gateway: id, ...place, name, state }, before?.etag ?? 'new', signal);
        }),
      ),
    decommission: (gateway, { reason, etag, operator, ...options }) =>
      audit.of({ act: 'gateways.decommission', who: operator, gateway, detail: { reason } }, () =>
        limited(options, async (signal) => {
          if (reason.trim().length === 0) throw new FengsuiError('INVALID', 'reason: a reason is needed');
          const before = await present(store.gateways, gateway, ctx.district, signal);
          if (before && etag !== undefined && before.etag !== etag) throw staleRecord(before, etag);
          const {
            etag: ifEtag,
            at: _at,
            ...record
          } = before ?? { ...asSeen(ctx, gateway), etag: 'new', at: undefined };
          await put({ ...record, state: 'decommissioned' }, ifEtag, signal);
          await store.desired.forget(gateway, { signal });
          book.keepDesired(gateway, undefined);
          return { documents: await clearDocuments(ctx, gateway) };
        }),
      ),
    async arrived(gateway) {
      const record = book.record(gateway);
      if (record?.state !== 'claimable') return;
      const { etag, at: _at, ...known } = record;
      try {
        await put({ ...known, state: 'enrolled' }, etag);
        await audit.note({ act: 'gateways.enrolled', who: gateway, gateway });
      } catch (e) {
        if (!FengsuiError.is(e, 'CONFLICT')) throw e; // another client was faster
      }
    },
  };
}

async function present(
  gateways: GatewayRegistry,
  gateway: string,
  district: DistrictCode,
  signal: AbortSignal,
): Promise<GatewayRecord | undefined> {
  const record = await gateways.get(gateway, { signal });
  if (!record || record.district === district) return record;
  throw new FengsuiError(
    'CONFLICT',
    `gateway “${gateway}” is registered in district ${record.district}; one store keeps each id once`,
    { details: { gateway, district: record.district } },
  );
}

const staleRecord = ({ gateway, etag }: GatewayRecord, expected: string): FengsuiError =>
  new FengsuiError('CONFLICT', `the record of gateway “${gateway}” has changed since it was read; read it again`, {
    details: { gateway, expected, actual: etag },
  });

/** @throws FengsuiError GATEWAY_UNKNOWN */
function asSeen({ directory, district }: RegistryContext, gateway: string): Omit<NewGatewayRecord, 'state'> {
  const { site, state } = directory.find(gateway);
  return { gateway, district, town: site.town, name: state?.name ?? gateway };
}

const documents = ['presence', 'state', 'points'] as const satisfies readonly Channel[];
/** A broker that lets us do it tells it back at once. */
const clearMs = 2_000;
const nothing = new Uint8Array();

/** Takes the retained documents of a gateway off the broker, and looks whether the broker has let us. */
async function clearDocuments(ctx: RegistryContext, gateway: string): Promise<Decommissioned['documents']> {
  const sites = ctx.directory.entries().flatMap(({ site }) => (site.gateway === gateway ? [site] : []));
  const isGone = (): boolean => sites.every((site) => ctx.directory.at(site) === undefined);
  try {
    for (const site of sites) await clearSite(ctx, site);
  } catch (e) {
    if (FengsuiError.is(e, 'UNAVAILABLE')) return 'remain';
    throw e;
  }
  return (await isTrueSoon(isGone, ctx.directory)) ? 'cleared' : 'remain';
}

async function clearSite({ send }: RegistryContext, site: Site): Promise<void> {
  // The presence last: it is what takes the gateway out of the directory of every client.
  for (const channel of documents.toReversed()) await send(topicOf(site, channel), nothing, true);
}

function isTrueSoon(holds: () => boolean, { changes }: Directory): Promise<boolean> {
  if (holds()) return Promise.resolve(true);
  return new Promise((resolve) => {
    const done = (result: boolean): void => {
      clearTimeout(timer);
      stop();
      resolve(result);
    };
    const timer = setTimeout(() => done(holds()), clearMs);
    const stop = changes.add(() => {
      if (holds()) done(true);
    });
  });
}
