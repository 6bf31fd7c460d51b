import type { FengsuiError } from '../../model/errors.ts';
import type { Authority } from '../authority.ts';
import { type RenewalConnection, type RenewalOptions, renewals } from './renewals.ts';

/** What became of each gateway whose certificate nears its end. */
export type RenewalReport = {
  /** They have the new one, and try it; the next run tells whether it was taken. */
  readonly renewed: readonly Renewed[];
  /** They have had one already, which is still to be tried. */
  readonly trying: readonly string[];
  /** Gateways that may use a certificate that is due, and cannot be asked just now. */
  readonly offline: readonly string[];
  readonly failed: readonly { readonly gateway: string; readonly error: FengsuiError }[];
};

export type Renewed = {
  readonly gateway: string;
  /** Serial numbers. */
  readonly from: string;
  readonly to: string;
  /** The broker did not take the one before this: see to its rules, its list of revocations and its clock. */
  readonly wasRefused?: true;
};

/**
 * Renews the certificates that near their end, of all gateways that can be reached, one after the other. What is due is
 * decided by the authority’s register and clock, not by any gateway’s clock. Nothing is lost: a gateway keeps its old
 * certificate until the broker has taken the new one.
 * @param fs with a signer whose key the gateways know, and a certificate of the district
 * @throws FengsuiError ABORTED, INVALID (days), or PROTOCOL for a damaged register; what happens with one gateway stands in the report
 */
export async function renewDue(
  fs: RenewalConnection,
  authority: Authority,
  options: RenewalOptions = {},
): Promise<RenewalReport> {
  const report: Report = { renewed: [], trying: [], offline: [], failed: [] };
  for await (const outcome of renewals(fs, authority, { ...options, dryRun: false })) {
    const { type, gateway } = outcome;
    if (type === 'failed') report.failed.push({ gateway, error: outcome.error });
    else if (type === 'renewed') {
      const { from, to, wasRefused } = outcome;
      report.renewed.push({ gateway, from, to, ...(wasRefused && { wasRefused }) });
    } else if (type !== 'would-renew') report[type].push(gateway);
  }
  return report;
}

type Report = { -readonly [K in keyof RenewalReport]: RenewalReport[K][number][] };
