import { readFile } from 'node:fs/promises';
import type { Authority } from '../../../../sdk/authority/authority.ts';
import { openAuthority } from '../../../../sdk/authority/open-authority.ts';
import { daysBefore, renewals } from '../../../../sdk/authority/renewal/renewals.ts';
import { connectWith } from '../../../../sdk/client/connect.ts';
import { ed25519Signer } from '../../../../sdk/client/signer.ts';
import { readSecret } from '../../../../sdk/identity/secret-files.ts';
import { systemClock } from '../../../platform/clock.ts';
import { stopper } from '../../../platform/stop.ts';
import { tell } from '../../terminal/terminal.ts';
import { type RenewalWanted, renewalWanted } from './arguments.ts';
import { type RenewalRow, rowOf, rowsByHand } from './rows.ts';
import { type RenewalTold, renewalJson, renewalLine, renewalSummary } from './text.ts';

/**
 * `fengsui authority renew-due`: renews the certificates of all gateways whose end is near, and tells of all others that
 * end. What is done by hand comes first, so that it is told even where there is no way to the broker.
 * @returns whether somebody has to do something
 * @throws FengsuiError INVALID, NOT_FOUND, FORBIDDEN (a key that others can open; the broker refuses), UNAVAILABLE, ABORTED
 */
export async function authorityRenewDue(args: readonly string[]): Promise<'needs a person' | undefined> {
  const wanted = renewalWanted(args);
  const { folder, lang, operator, json } = wanted;
  const beforeDays = daysBefore(wanted);
  const authority = await openAuthority({ folder });
  const times = { now: systemClock().wall(), beforeDays };
  const told: RenewalTold = { lang, times, folder, operator };
  const rows: RenewalRow[] = [];
  const show = (row: RenewalRow): void => {
    rows.push(row);
    if (!json) process.stdout.write(`${renewalLine(row, told)}\n`);
  };
  try {
    for (const row of rowsByHand(await authority.list(), times)) show(row);
    for await (const outcome of renewed(authority, wanted)) show(rowOf(outcome, times));
  } finally {
    if (json) process.stdout.write(renewalJson(rows, times));
  }
  tell(renewalSummary(rows, told));
  return rows.some(({ needsPerson }) => needsPerson) ? 'needs a person' : undefined;
}

async function* renewed(authority: Authority, wanted: RenewalWanted) {
  const { urls, operator, beforeDays, days, dryRun } = wanted;
  const stop = stopper();
  const { signal } = stop;
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort(new Error(name)));
  const signer = ed25519Signer({ keyId: operator, privateKey: await readSecret(wanted.operatorKey) });
  const { district, certificate: ca } = authority;
  const tls = { ca, cert: await readFile(wanted.cert, 'utf8'), key: await readSecret(wanted.key) };
  await using fs = await connectWith({ url: urls, district, tls, signer, operator, signal, profiles: [] });
  yield* renewals(fs, authority, { beforeDays, days, dryRun, signal });
}
