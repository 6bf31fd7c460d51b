import { X509Certificate } from 'node:crypto';
import { makeRequest } from '../../sdk/identity/certificate-request.ts';
import type { ClaimCode } from '../../sdk/identity/claim/claim-code.ts';
import { claimKey } from '../../sdk/identity/claim/claim-key.ts';
import { encodeEnrolment } from '../../sdk/identity/claim/enrolment.ts';
import type { SiteFacts } from '../../sdk/identity/claim/site-facts.ts';
import { openTicket } from '../../sdk/identity/claim/ticket.ts';
import { ownKey } from '../../sdk/identity/own-key.ts';
import { type ErrorCode, FengsuiError } from '../../sdk/model/errors.ts';
import type { Site as Address } from '../../sdk/wire/topics.ts';
import { askService } from './ask-service.ts';
import { checkCertificate } from './check-certificate.ts';

export type Enrolment = {
  readonly code: ClaimCode;
  readonly service: string;
  /** Made there, with mode 0600, unless it is there already. */
  readonly keyFile: string;
  /** Who this gateway is, where it knows that already. */
  readonly address?: Address | undefined;
};

export type Enrolled = { readonly facts: SiteFacts; readonly certificate: string };

/**
 * Obtains this gateway’s certificate. The same key may ask with the same code again, so that a lost reply costs nothing.
 * @throws FengsuiError UNAVAILABLE, OVERLOADED (later), CLAIM_UNKNOWN, CLAIM_EXPIRED, CLAIM_CANCELLED, CLAIM_USED,
 * FORBIDDEN | INVALID | PROTOCOL (whoever has answered does not know the code), CONFLICT (it is for another gateway)
 */
export async function enrol(enrolment: Enrolment, signal: AbortSignal): Promise<Enrolled> {
  const { code, service, keyFile, address } = enrolment;
  const key = claimKey(code);
  const secret = await ownKey(keyFile);
  const subject = address && { organization: address.district, unit: address.town, commonName: address.gateway };
  const reply = await askService(service, encodeEnrolment(makeRequest(subject, secret), key), signal);
  if (!reply.ok) throw refusalOf(reply);
  const facts = openTicket(reply.ticket, key);
  if (address) refuseOther(facts, address);
  const authorities = [new X509Certificate(facts.authority)];
  checkCertificate(reply.certificate, { address: facts, keys: [secret], authorities });
  return { facts, certificate: reply.certificate };
}

/** Refusals that only another code can mend, if they are true: anybody on the way can send such a word. */
const final: ReadonlySet<ErrorCode> = new Set([
  'CLAIM_UNKNOWN',
  'CLAIM_EXPIRED',
  'CLAIM_CANCELLED',
  'CLAIM_USED',
  'CONFLICT',
  'FORBIDDEN',
]);

export const isFinal = (code: ErrorCode): boolean => final.has(code);

/** Whoever reads it may go and revoke what it names, so it says that it may be forged, and who knows the truth. */
function refusalOf({ code, message }: { readonly code: ErrorCode; readonly message: string }): FengsuiError {
  const doubt =
    'Anybody on the way could have sent this: before anything is revoked for it, look at “fengsui authority claims”';
  return new FengsuiError(code, isFinal(code) ? `the enrolment service answers: ${message}. ${doubt}` : message);
}

/** @throws FengsuiError CONFLICT with what differs */
export function refuseOther(facts: Pick<SiteFacts, 'district' | 'town' | 'gateway'>, address: Address): void {
  const differing = (['gateway', 'district', 'town'] as const).filter((part) => facts[part] !== address[part]);
  if (differing.length === 0) return;
  const told = differing.map((part) => `${part} is “${address[part]}” here and “${facts[part]}” in the claim`);
  throw new FengsuiError('CONFLICT', `the code is for another gateway: ${told.join('; ')}`);
}
