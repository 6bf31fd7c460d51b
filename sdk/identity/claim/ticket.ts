import { FengsuiError } from '../../model/errors.ts';
import { decodeCbor, encodeCbor } from '../../wire/cbor.ts';
import { isBytes, isList } from '../../wire/parse.ts';
import { fromPem, toPem } from '../pem.ts';
import { type ClaimKey, isSameSeal } from './claim-key.ts';
import { decodeFacts, encodeFacts, type SiteFacts } from './site-facts.ts';

/**
 * The facts of a site, sealed by the code of its claim: whoever has the code can tell that they are what the authority
 * has written when it made the code, whatever way they came.
 * @returns text (PEM) that may travel by any means; it is no secret
 */
export function makeTicket(facts: SiteFacts, key: ClaimKey): string {
  const payload = encodeFacts(facts);
  return toPem('FENGSUI CLAIM TICKET', encodeCbor([payload, key.seal(sealed(payload))]));
}

/** @throws FengsuiError FORBIDDEN (another code’s, or changed on its way), PROTOCOL | INVALID (no ticket) */
export function openTicket(text: string, key: ClaimKey): SiteFacts {
  const parts = decodeCbor(fromPem('FENGSUI CLAIM TICKET', text));
  const [payload, seal] = isList(parts) ? parts : [];
  if (!isBytes(payload) || !isBytes(seal)) throw new FengsuiError('PROTOCOL', 'claim ticket: expected [facts, seal]');
  if (!isSameSeal(key.seal(sealed(payload)), seal))
    throw new FengsuiError(
      'FORBIDDEN',
      'the ticket does not belong to this code, or was changed on its way: look whether code and ticket are of the same gateway, else ask for both anew',
    );
  return decodeFacts(payload);
}

const context = new TextEncoder().encode('fengsui ticket 1\n');
const sealed = (payload: Uint8Array): Uint8Array => Uint8Array.of(...context, ...payload);
