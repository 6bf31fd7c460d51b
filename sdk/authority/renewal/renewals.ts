import { describeError, FengsuiError } from '../../model/errors.ts';
import type { Authority } from '../authority.ts';
import { concernsNobody, type Due, day, dueBy } from './due.ts';

/** What a renewal needs of the connection to the district: a `Fengsui` of `connect()` has it. */
export type RenewalConnection = {
  readonly gateways: {
    readonly list: () => readonly { readonly id: string; readonly link: { readonly online: boolean } }[];
  };
  readonly certificates: {
    readonly list: (where: { readonly gateway: string }, options?: Cancel) => Promise<readonly Shown[]>;
    readonly install: (next: Installed, options?: Cancel) => Promise<string>;
  };
};

type Cancel = { readonly signal?: AbortSignal };
type Shown = {
  readonly uplinks: readonly string[];
  readonly serial?: string;
  readonly next?: string;
  readonly refused?: boolean;
  readonly request: string;
};
type Installed = { readonly gateway: string; readonly uplink: string; readonly certificate: string };

export type RenewalOptions = {
  /** A certificate that ends within so many days is due; 90 unless given. */
  readonly beforeDays?: number | undefined;
  /** How long the new ones last, 1–18,250 days, and longer than `beforeDays`; 3,650 unless given. */
  readonly days?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The present, in Unix ms. */
  readonly now?: (() => number) | undefined;
};

/** What became of one certificate. Times are Unix ms; `until`: when the one that it has, or may have, ends. */
export type RenewalOutcome = { readonly gateway: string; readonly until: number } & (
  | { readonly type: 'would-renew' | 'trying' | 'offline'; readonly isReplaced: boolean }
  | {
      readonly type: 'renewed';
      readonly from: string;
      readonly to: string;
      readonly notAfter: number;
      readonly wasRefused: boolean;
    }
  | { readonly type: 'failed'; readonly error: FengsuiError }
);

const usualBeforeDays = 90;
const usualDays = 3_650;

/**
 * Renews gateway after gateway, and tells of each that is due. With `dryRun` they are asked what they use, and nothing is signed.
 * @throws FengsuiError INVALID (days), ABORTED, or PROTOCOL for a damaged register
 */
export async function* renewals(
  fs: RenewalConnection,
  authority: Authority,
  options: RenewalOptions & { readonly dryRun?: boolean | undefined },
): AsyncGenerator<RenewalOutcome, void> {
  const { signal, now = Date.now } = options;
  const due = dueBy(await authority.list(), now() + daysBefore(options) * day);
  const online = new Set(fs.gateways.list().flatMap(({ id, link }) => (link.online ? [id] : [])));
  for (const one of due) {
    if (one.holder.kind !== 'gateway') continue;
    const { holder, until, isReplaced } = one;
    const gateway = holder.name;
    stopIf(signal);
    if (online.has(gateway)) yield* renewOne({ fs, authority, options }, gateway, one);
    else if (!concernsNobody(one, now())) yield { type: 'offline', gateway, until, isReplaced };
  }
}

/**
 * How many days before its end a certificate is due.
 * @throws FengsuiError INVALID: what is new would be due at once, and renewed by every run.
 */
export function daysBefore({
  beforeDays = usualBeforeDays,
  days = usualDays,
}: Pick<RenewalOptions, 'beforeDays' | 'days'>): number {
  if (beforeDays > 0 && beforeDays < days) return beforeDays;
  throw new FengsuiError(
    'INVALID',
    `renewed ${beforeDays} days before the end, for ${days} days: expected the first to be above 0 and below the second`,
  );
}

type Run = {
  readonly fs: RenewalConnection;
  readonly authority: Authority;
  readonly options: RenewalOptions & { readonly dryRun?: boolean | undefined };
};

async function* renewOne(run: Run, gateway: string, due: Due): AsyncGenerator<RenewalOutcome, void> {
  const { fs, options } = run;
  let { until } = due;
  try {
    for (const shown of await fs.certificates.list({ gateway }, cancelled(options))) {
      // One that was revoked, or is not of this authority, is not renewed.
      const used = due.certificates.find(({ serial }) => serial === shown.serial);
      const [uplink] = shown.uplinks;
      if (!used || uplink === undefined) continue;
      until = used.notAfter;
      const { isReplaced } = due;
      if (shown.next !== undefined) yield { type: 'trying', gateway, until, isReplaced };
      else if (options.dryRun) yield { type: 'would-renew', gateway, until, isReplaced };
      else yield await handOver(run, { gateway, uplink, from: used.serial, until, shown });
    }
  } catch (e) {
    stopIf(options.signal);
    yield { type: 'failed', gateway, until, error: asError(e) };
  }
}

/** @throws FengsuiError ABORTED */
function stopIf(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new FengsuiError('ABORTED', 'the renewal was given up', { cause: signal.reason });
}

type Task = {
  readonly gateway: string;
  readonly uplink: string;
  readonly from: string;
  readonly until: number;
  readonly shown: Shown;
};

async function handOver({ fs, authority, options }: Run, task: Task): Promise<RenewalOutcome> {
  const { gateway, uplink, from, until, shown } = task;
  const proof = { request: shown.request };
  const { serial: to, notAfter, certificate } = await authority.renew(from, { proof, days: options.days });
  await fs.certificates.install({ gateway, uplink, certificate }, cancelled(options));
  return { type: 'renewed', gateway, until, from, to, notAfter, wasRefused: shown.refused ?? false };
}

const cancelled = ({ signal }: RenewalOptions): Cancel => (signal ? { signal } : {});
const asError = (e: unknown): FengsuiError =>
  FengsuiError.is(e) ? e : new FengsuiError('UNAVAILABLE', describeError(e));
