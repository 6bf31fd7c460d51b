import { setTimeout as pause } from 'node:timers/promises';
import type { Fengsui } from 'fengsui';
import { type Authority, type RenewalReport, renewDue } from 'fengsui/authority';

/** Gateways get their next certificate over the network, 90 days before the present one ends. Once a day. */
export async function renewDaily(
  fs: Fengsui,
  authority: Authority,
  signal: AbortSignal,
  tell: (report: RenewalReport) => void,
): Promise<void> {
  while (!signal.aborted) {
    tell(await renewDue(fs, authority, { beforeDays: 90, signal }));
    await pause(86_400_000, undefined, { signal }).catch(() => undefined); // the end is looked at above
  }
}

/** For the duty officer. Who is offline, or has failed, has its turn again tomorrow. */
export const inWords = ({ renewed, trying, offline, failed }: RenewalReport): readonly string[] => [
  ...renewed.map(({ gateway, to }) => `${gateway} has ${to}`),
  ...trying.map((gateway) => `${gateway} is trying its new one`),
  ...offline.map((gateway) => `${gateway} is offline`),
  ...failed.map(({ gateway, error }) => `${gateway}: ${error.message}`),
];
