import type { DistrictCode } from '../model/ids.ts';
import type { ProfileSpec } from '../model/profile.ts';
import type { PlatformStore } from '../store/platform-store.ts';
import type { EventDesk } from './client-events.ts';
import { type AuditDesk, auditDesk } from './desired/audit-desk.ts';
import { desiredBook } from './desired/desired-book.ts';
import { type DesiredView, desiredView } from './desired/desired-view.ts';
import type { Provisioner } from './desired/provisioner.ts';
import { reconciler } from './desired/reconciler.ts';
import { storedProvisioner } from './desired/stored-provisioner.ts';
import type { Directory } from './gateway-directory.ts';
import type { Listeners } from './listeners.ts';
import { auditedRequests } from './registry/audited-requests.ts';
import { type Enroll, enroller } from './registry/enroll.ts';
import { type KnownRecords, knownRecords } from './registry/known-records.ts';
import { type Registry, registry } from './registry/registry.ts';
import type { Requests } from './requests.ts';

/** What a client does with a store. */
export type StorePart = {
  readonly provisioner: Provisioner;
  readonly desired: DesiredView;
  readonly desiredChanges: Pick<Listeners<string>, 'add'>;
  readonly registry: Registry;
  readonly enroll: Enroll;
  readonly known: KnownRecords;
  /** The same requests; every command is written down, but for those to devices. */
  readonly requests: Requests;
  /** For commands to devices, which are signed elsewhere. */
  readonly audit: AuditDesk;
  /** Resolves once what the store knows is read. Rejects as the store does. */
  readonly load: (signal: AbortSignal) => Promise<void>;
  /** Tells gateways what is wanted of them, until the client closes. */
  readonly run: () => Promise<void>;
};

export type StoreContext = {
  readonly store: PlatformStore;
  readonly district: DistrictCode;
  /** The client's operator, or else the name of its key. */
  readonly who: string;
  readonly profiles: readonly ProfileSpec[];
  readonly directory: Directory;
  readonly requests: Requests;
  readonly canSign: boolean;
  readonly isUp: () => boolean;
  readonly send: (topic: string, payload: Uint8Array, retain?: boolean) => Promise<void>;
  readonly desk: EventDesk;
  readonly closed: AbortSignal;
};

/** Joins the parts of a client that need a store. */
export function storePart(ctx: StoreContext): StorePart {
  const { store, district, directory, desk, closed } = ctx;
  const audit = auditDesk(store.audit, ctx.who, desk.problem);
  const book = desiredBook(store, district);
  const shared = { ...ctx, audit, book };
  const reconcile = reconciler({ ...shared, problem: desk.problem, conflict: desk.conflict });
  const register = registry(shared);
  return {
    provisioner: storedProvisioner({ ...shared, touch: reconcile.touch }),
    desired: desiredView(book, directory, district),
    desiredChanges: book.changes,
    registry: register,
    enroll: enroller({ registry: register, audit, closed }),
    known: knownRecords(book),
    requests: auditedRequests(ctx.requests, audit),
    audit,
    load: (signal) =>
      book.load(
        directory.entries().map(({ site }) => site.gateway),
        signal,
      ),
    async run() {
      const greet = (gateway: string): void => void register.arrived(gateway).catch(desk.problem);
      for (const { site } of directory.entries()) greet(site.gateway);
      directory.arrivals.add(({ gateway }) => greet(gateway));
      book.changes.add((gateway) => {
        const isHere = (): boolean => directory.entries().some(({ site }) => site.gateway === gateway);
        if (book.record(gateway)?.state === 'claimable' && isHere()) greet(gateway);
      });
      await reconcile.run(closed);
    },
  };
}
