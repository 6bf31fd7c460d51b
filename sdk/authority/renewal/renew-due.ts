import { describeError, FengsuiError } from '../../model/errors.ts';
import type { Authority } from '../authority.ts';
import type { RegisterEntry } from '../register.ts';

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
  readonly request: string;
};
type Installed = { readonly gateway: string; readonly uplink: string; readonly certificate: string };

export type RenewalOptions = {
  /** A certificate that ends within so many days is due; 90 unless given. */
  readonly beforeDays?: number | undefined;
  /** How long the new ones last, 1–18,250 days; 3,650 unless given. */
  readonly days?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The present, in Unix ms. */
  readonly now?: (() => number) | undefined;
};

/** What became of each gateway whose certificate nears its end. */
export type RenewalReport = {
  /** They have the new one, and try it; the next run tells whether it was taken. */
  readonly renewed: readonly { readonly gateway: string; readonly from: string; readonly to: string }[];
  /** They have had one already, which is still to be tried. */
  readonly trying: readonly string[];
  /** Gateways that may use a certificate that is due, and cannot be asked just now. */
  readonly offline: readonly string[];
  readonly failed: readonly { readonly gateway: string; readonly error: FengsuiError }[];
};

const usualDays = 90;
const day = 86_400_000;

/**
 * Renews the certificates that near their end, of all gateways that can be reached, one after the other. What is due is
 * decided by the authority’s register and clock, not by any gateway’s clock. Nothing is lost: a gateway keeps its old
 * certificate until the broker has taken the new one.
 * @param fs with a signer whose key the gateways know, and a certificate of the district
 * @throws FengsuiError ABORTED, or PROTOCOL for a damaged register; what happens with one gateway stands in the report
 */
export async function renewDue(
  fs: RenewalConnection,
  authority: Authority,
  options: RenewalOptions = {},
): Promise<RenewalReport> {
  const { beforeDays = usualDays, signal, now = Date.now } = options;
  const due = dueOf(await authority.list(), now() + beforeDays * day);
  const names = new Set(due.map(({ holder }) => holder.name));
  const online = new Set(fs.gateways.list().flatMap(({ id, link }) => (link.online ? [id] : [])));
  const report: Report = { renewed: [], trying: [], offline: [], failed: [] };
  for (const gateway of names) {
    stopIf(signal);
    if (!online.has(gateway)) report.offline.push(gateway);
    else
      await renewOne({ fs, authority, options, report, due }, gateway).catch((e: unknown) =>
        report.failed.push({
          gateway,
          error: FengsuiError.is(e) ? e : new FengsuiError('UNAVAILABLE', describeError(e)),
        }),
      );
    stopIf(signal);
  }
  return report;
}

/** @throws FengsuiError ABORTED */
function stopIf(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new FengsuiError('ABORTED', 'the renewal was given up', { cause: signal.reason });
}

type Report = { -readonly [K in keyof RenewalReport]: RenewalReport[K][number][] };
type Run = {
  readonly fs: RenewalConnection;
  readonly authority: Authority;
  readonly options: RenewalOptions;
  readonly report: Report;
  readonly due: readonly RegisterEntry[];
};

/** Serial numbers that end by then, of gateways: which of its certificates one uses, it has to be asked. */
const dueOf = (entries: readonly RegisterEntry[], by: number): readonly RegisterEntry[] =>
  entries.filter(({ holder, notAfter, revoked }) => holder.kind === 'gateway' && !revoked && notAfter <= by);

async function renewOne({ fs, authority, options, report, due }: Run, gateway: string): Promise<void> {
  const cancel = options.signal ? { signal: options.signal } : {};
  for (const { uplinks, serial, next, request } of await fs.certificates.list({ gateway }, cancel)) {
    const [uplink] = uplinks;
    if (serial === undefined || uplink === undefined || !isDue(due, serial, gateway)) continue;
    if (next !== undefined) {
      report.trying.push(gateway);
      continue;
    }
    const issued = await authority.renew(serial, { proof: { request }, days: options.days });
    await fs.certificates.install({ gateway, uplink, certificate: issued.certificate }, cancel);
    report.renewed.push({ gateway, from: serial, to: issued.serial });
  }
}

/** A certificate that was revoked, or is not of this authority, is not renewed. */
const isDue = (due: readonly RegisterEntry[], serial: string, gateway: string): boolean =>
  due.some((entry) => entry.serial === serial && entry.holder.name === gateway);
