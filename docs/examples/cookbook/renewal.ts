import type { Fengsui } from 'fengsui';
import { openAuthority, type RenewalReport, renewDue } from 'fengsui/authority';

/** Once a day, from a timer: so the authority’s key is held for seconds only. `fengsui authority renew-due` does the same. */
export async function renewGateways(fs: Fengsui, folder: string, signal: AbortSignal): Promise<readonly string[]> {
  const authority = await openAuthority({ folder });
  return inWords(await renewDue(fs, authority, { beforeDays: 90, signal }));
}

/** For the duty officer. Who is offline, or has failed, has its turn again tomorrow. */
const inWords = ({ renewed, trying, offline, failed }: RenewalReport): readonly string[] => [
  ...renewed.map(
    ({ gateway, to, wasRefused }) => `${gateway} has ${to}${wasRefused ? ', as the last was refused' : ''}`,
  ),
  ...trying.map((gateway) => `${gateway} is trying its new one`),
  ...offline.map((gateway) => `${gateway} is offline`),
  ...failed.map(({ gateway, error }) => `${gateway}: ${error.message}`),
];
