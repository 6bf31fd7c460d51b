import { commonName, type Holder } from '../../../../sdk/authority/holder.ts';
import type { RegisterEntry } from '../../../../sdk/authority/register.ts';
import { concernsNobody, type Due, day, dueBy } from '../../../../sdk/authority/renewal/due.ts';
import type { RenewalOutcome } from '../../../../sdk/authority/renewal/renewals.ts';

/** What is told of one holder whose certificate is due. Times are Unix ms. */
export type RenewalRow = {
  /** As the broker knows it. */
  readonly name: string;
  readonly kind: Holder['kind'];
  /**
   * `by-hand`: nobody can be asked for it over the network. `replaced`: there is one that lasts longer, and whether it is
   * in use is not known. `refused-before`: renewed, after the broker had not taken the last one.
   */
  readonly outcome:
    | 'renewed'
    | 'refused-before'
    | 'would-renew'
    | 'trying'
    | 'offline'
    | 'replaced'
    | 'failed'
    | 'by-hand';
  /** When the present one ends. */
  readonly until: number;
  /** When the new one ends. */
  readonly renewedUntil?: number;
  readonly why?: { readonly code: string; readonly message: string; readonly retryable: boolean };
  /** Without a person this will not be well. */
  readonly needsPerson: boolean;
};

/** When a run is, and how long before their end certificates are renewed. */
export type RenewalTimes = { readonly now: number; readonly beforeDays: number };

/** A certificate that ends within so many days and is not renewed needs a person: the last third of the time for it, and at least a day. */
export const urgentDays = ({ beforeDays }: RenewalTimes): number => Math.max(1, Math.floor(beforeDays / 3));

/** Of a gateway. */
export function rowOf(outcome: RenewalOutcome, times: RenewalTimes): RenewalRow {
  const { gateway: name, until, type } = outcome;
  const base = { name, kind: 'gateway' as const, until };
  const isUrgent = endsSoon(until, times);
  if (type === 'renewed') {
    const { notAfter: renewedUntil, wasRefused } = outcome;
    return { ...base, outcome: wasRefused ? 'refused-before' : 'renewed', renewedUntil, needsPerson: wasRefused };
  }
  if (type === 'failed') {
    const { code, message, retryable } = outcome.error;
    return { ...base, outcome: type, why: { code, message, retryable }, needsPerson: isUrgent || !retryable };
  }
  if (type === 'offline' && outcome.isReplaced) return { ...base, outcome: 'replaced', needsPerson: false };
  return { ...base, outcome: type, needsPerson: type !== 'would-renew' && isUrgent };
}

/** Of brokers, processes of the platform and town centres. */
export function rowsByHand(entries: readonly RegisterEntry[], times: RenewalTimes): readonly RenewalRow[] {
  const { now, beforeDays } = times;
  const due = dueBy(entries, now + beforeDays * day);
  return due
    .filter((one) => one.holder.kind !== 'gateway' && !concernsNobody(one, now))
    .map((one) => byHand(one, times));
}

function byHand({ holder, until, isReplaced }: Due, times: RenewalTimes): RenewalRow {
  const base = { name: commonName(holder), kind: holder.kind, until };
  if (isReplaced) return { ...base, outcome: 'replaced', needsPerson: false };
  return { ...base, outcome: 'by-hand', needsPerson: endsSoon(until, times) };
}

const endsSoon = (until: number, times: RenewalTimes): boolean => until - times.now <= urgentDays(times) * day;

/** Whole days; below zero it has ended. */
export const daysLeft = (until: number, now: number): number => Math.floor((until - now) / day);
