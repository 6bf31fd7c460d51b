import { createHash } from 'node:crypto';
import { FengsuiError } from '../model/errors.ts';
import type { DesiredChange, DesiredState, ReportedState } from './platform-store.ts';

/** How long an idempotency key is kept. */
export const keyDays = 7;
export const keyMs = keyDays * 86_400_000;

/** What is kept of one gateway: after `forget` only the version, so that none is ever given again. */
export type DesiredRow = { readonly version: number; readonly state?: DesiredState | undefined };

/** @throws FengsuiError CONFLICT when another version is there than was seen */
export function changed(
  { gateway, at }: { readonly gateway: string; readonly at: Date },
  row: DesiredRow | undefined,
  { ifVersion, devices, by, above = 0 }: DesiredChange,
): DesiredState {
  const present = row?.state?.version ?? 0;
  if (present !== ifVersion)
    throw new FengsuiError(
      'CONFLICT',
      `what is desired of gateway ${gateway} is at version ${present}, not ${ifVersion}: read it again and decide again`,
      { details: { gateway, version: present, ifVersion } },
    );
  const reported = row?.state?.reported;
  const version = Math.max(row?.version ?? 0, above) + 1;
  return { gateway, version, devices, by, at, ...(reported && { reported }) };
}

/** Whether a report tells more than what is known: a later version, a verdict after a trial, or a later verdict. */
export function isAhead(report: ReportedState, known: ReportedState | undefined): boolean {
  if (!known || report.version !== known.version) return report.version > (known?.version ?? -1);
  if (report.sync === 'trial') return known.sync === 'trial' && report.at > known.at;
  return known.sync === 'trial' || report.at > known.at;
}

export const isWaiting = ({ version, reported }: DesiredState): boolean =>
  !reported || reported.version < version || reported.sync === 'rejected';

/** What tells one change from another under the same key. */
export const digestOf = ({ ifVersion, devices, by, above }: DesiredChange): string =>
  createHash('sha256')
    .update(JSON.stringify([ifVersion, devices, by, above ?? 0]))
    .digest('hex');

export const keyTaken = (gateway: string, key: string): FengsuiError =>
  new FengsuiError(
    'CONFLICT',
    `key ${JSON.stringify(key)} was used for another change of gateway ${gateway}: take a new key for each change`,
    { details: { gateway, key } },
  );

export const nothingDesired = (gateway: string): FengsuiError =>
  new FengsuiError('NOT_FOUND', `nothing is desired of gateway ${gateway}`, { details: { gateway } });
