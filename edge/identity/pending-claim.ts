import { rm } from 'node:fs/promises';
import { type ClaimCode, claimCodeText, parseClaimCode } from '../../sdk/identity/claim/claim-code.ts';
import { readIfThere, readSecret, writeNew } from '../../sdk/identity/secret-files.ts';
import { fieldsOf } from '../../sdk/wire/parse.ts';

/** A claim that was taken up without a network, and still has to be brought to the enrolment service. */
export type PendingClaim = { readonly code: ClaimCode; readonly service: string };

/** Beside the gateway’s key, for its owner alone. */
export const pendingFile = (keyFile: string): string => `${keyFile}.claim`;

/** @throws FengsuiError CONFLICT when another is pending */
export const writePending = (keyFile: string, { code, service }: PendingClaim): Promise<void> =>
  writeNew(pendingFile(keyFile), `${JSON.stringify({ code: claimCodeText(code), service })}\n`, 0o600);

/** `undefined`: nothing is pending. @throws FengsuiError FORBIDDEN | INVALID | PROTOCOL, or SyntaxError, for a damaged file */
export async function readPending(keyFile: string): Promise<PendingClaim | undefined> {
  const file = pendingFile(keyFile);
  if ((await readIfThere(file)) === undefined) return undefined;
  const fields = fieldsOf(JSON.parse(await readSecret(file)), 'pending claim');
  return { code: parseClaimCode(fields.text('code')), service: fields.text('service') };
}

export const forgetPending = (keyFile: string): Promise<void> => rm(pendingFile(keyFile), { force: true });
