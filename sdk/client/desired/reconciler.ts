import { describeError, FengsuiError } from '../../model/errors.ts';
import type { DesiredState, PlatformStore } from '../../store/platform-store.ts';
import { delays } from '../backoff.ts';
import type { Directory, DirectoryChange, Entry } from '../gateway-directory.ts';
import { pause } from '../pause.ts';
import type { Requests } from '../requests.ts';
import type { AuditDesk } from './audit-desk.ts';
import { conflictDesk, type HeardConflict } from './conflict-desk.ts';
import { delivery } from './delivery.ts';
import type { DesiredBook } from './desired-book.ts';
import { gatewayQueue } from './gateway-queue.ts';
import { type DeviceListing, readListing } from './listed-devices.ts';
import { nextStep } from './next-step.ts';
import { takeOver } from './take-over.ts';

export type ReconcilerContext = {
  readonly store: Pick<PlatformStore, 'desired'>;
  readonly book: DesiredBook;
  readonly directory: Directory;
  readonly requests: Requests;
  readonly audit: AuditDesk;
  /** Without a key nothing is told to gateways; another process that has one does it. */
  readonly canSign: boolean;
  readonly isUp: () => boolean;
  readonly problem: (error: unknown) => void;
  readonly conflict: (conflict: HeardConflict) => void;
};

/** Brings gateways to what is wanted of them, whenever one arrives, shows something new, or something else is wanted. */
export type Reconciler = {
  /** Looks at this gateway soon. */
  readonly touch: (gateway: string) => void;
  /** Until the signal fires. */
  readonly run: (signal: AbortSignal) => Promise<void>;
};

/** After this long whatever waits is looked at again, also for what other processes have stored. */
const sweepMs = 60_000;
/** From one state to the next, so that a gateway which never agrees does not keep the loop. */
const mostSteps = 6;
const backoff = { firstMs: 1_000, factor: 2, ceilingMs: 120_000 } as const;

export function reconciler(ctx: ReconcilerContext): Reconciler {
  const { book, directory } = ctx;
  const seen = new Map<string, Pick<DeviceListing, 'configVersion' | 'desired'>>();
  const heard = new Map<string, string>();
  const conflicts = conflictDesk(ctx);
  const { shownBy, apply, report } = delivery({ ...ctx, conflicts });

  const settle = async (gateway: string, signal: AbortSignal): Promise<void> => {
    let isTold = false;
    for (let left = mostSteps; left > 0; left--) {
      const entry = onlineEntry(directory, gateway);
      const stored = await book.refresh(gateway, signal);
      if (!entry || !ctx.isUp() || book.record(gateway)?.state === 'decommissioned') return;
      const shown = shownBy(entry);
      const known =
        stored && shown && isTold ? { ...stored, reported: { ...shown, problems: [], at: stored.at } } : stored;
      const step = nextStep({
        stored: known,
        shown,
        hasOwnDevices: entry.state?.devices.some((d) => d.origin !== 'file') ?? false,
        isChangedBesides: isChangedBesides(entry, stored, seen.get(gateway)?.configVersion),
        seenLocal: seen.get(gateway)?.desired.localVersion,
      });
      switch (step.do) {
        case 'nothing':
          return;
        case 'report':
          if (shown) await report(entry, { desired: step.desired, shown }, signal);
          isTold = true;
          break;
        case 'apply':
          if (!ctx.canSign) return;
          await apply(entry, step.desired, signal);
          break;
        case 'take-over': {
          const listing = await readListing(ctx.requests, entry.site, { signal });
          await conflicts.take(gateway, listing.conflicts);
          const isTaken = await takeOver(ctx, { gateway, stored, listing, how: step.how, signal });
          if (isTaken) seen.set(gateway, { configVersion: listing.configVersion, desired: listing.desired });
          break;
        }
      }
    }
  };
  const queue = gatewayQueue({
    work: async (gateway, signal) => {
      await settle(gateway, signal);
      book.keepTrouble(gateway, undefined);
    },
    failed: (gateway, e) => {
      const text = describeError(e);
      if (!isPassing(e) && book.trouble(gateway) !== text) ctx.problem(e);
      book.keepTrouble(gateway, text);
    },
    waits: () => delays(backoff, Math.random),
  });
  const look = ({ entry, type }: DirectoryChange): void => {
    const { gateway } = entry.site;
    if (type === 'removed') seen.delete(gateway); // whatever comes by this id later is another
    if (type === 'removed' || type === 'offline') return void heard.delete(gateway);
    const { desired, boot, configVersion } = entry.state ?? {};
    const news = JSON.stringify([entry.presence, desired, boot, configVersion]);
    if (heard.get(gateway) === news) return;
    heard.set(gateway, news);
    if (entry.presence?.online) queue.add(gateway);
  };
  return {
    touch: queue.add,
    async run(signal) {
      const stops = [directory.arrivals.add(({ gateway }) => queue.hurry(gateway)), directory.changes.add(look)];
      const end = queue.start(signal);
      for (const entry of directory.entries()) look({ type: 'added', entry });
      while (!signal.aborted) {
        await pause(sweepMs, signal);
        if (!signal.aborted) await sweep(ctx, queue.add, signal).catch((e: unknown) => ctx.problem(e));
      }
      for (const stop of stops) stop();
      await end();
    },
  };
}

/** What passes by itself is not told: the gateway or the broker will be back. */
const isPassing = (e: unknown): boolean =>
  FengsuiError.is(e, 'GATEWAY_OFFLINE', 'UNAVAILABLE', 'TIMEOUT', 'ABORTED', 'OVERLOADED', 'CHALLENGE_EXPIRED');

function onlineEntry(directory: Directory, gateway: string): Entry | undefined {
  return directory.entries().find(({ site, presence }) => site.gateway === gateway && presence?.online === true);
}

/** By ids alone, which is what the state tells of the devices that are not the site's own. */
function isChangedBesides({ state }: Entry, stored: DesiredState | undefined, seenConfig: number | undefined): boolean {
  if (!state || state.desired?.version !== stored?.version || state.configVersion === seenConfig) return false;
  const there = state.devices.filter((d) => d.origin !== 'file').map(({ id }): string => id);
  return idText(there) !== idText(stored?.devices.map(({ id }) => id) ?? []);
}

const idText = (ids: readonly string[]): string => ids.toSorted().join(' ');

async function sweep(ctx: ReconcilerContext, touch: (gateway: string) => void, signal: AbortSignal): Promise<void> {
  await ctx.book.loadRecords(signal);
  let after: string | undefined;
  do {
    const page = await ctx.store.desired.waiting({ after }, { signal });
    for (const state of page.items) {
      ctx.book.keepDesired(state.gateway, state);
      if (onlineEntry(ctx.directory, state.gateway)) touch(state.gateway);
    }
    after = page.next;
  } while (after !== undefined && !signal.aborted);
}
