import { FengsuiError } from '../model/errors.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';
import { fieldsOf, isBytes, isList } from './parse.ts';

/**
 * COSE_Sign1 (RFC 9052 §4.2) with Ed25519 (alg −8): what a signed request or receipt is wrapped in. The topic is
 * the external data, so a message for one gateway is worth nothing at another.
 */
export type Sign1 = { readonly keyId: string; readonly payload: Uint8Array; readonly signature: Uint8Array };

/** Signs bytes; the key may live in a file or in a module that never shows it. */
export type Signer = { readonly keyId: string; readonly sign: (bytes: Uint8Array) => Promise<Uint8Array> };

const algorithm = 1;
const kid = 4;
const ed25519 = -8;

const utf8 = new TextEncoder();
const protectedHeader = encodeCbor(new Map([[algorithm, ed25519]]));

/** The bytes that are signed: Sig_structure of RFC 9052 §4.4. */
export const signedBytes = (payload: Uint8Array, topic: string): Uint8Array =>
  encodeCbor(['Signature1', protectedHeader, utf8.encode(topic), payload]);

export async function sign1(payload: Uint8Array, topic: string, signer: Signer): Promise<Uint8Array> {
  const signature = await signer.sign(signedBytes(payload, topic));
  const unprotected = new Map([[kid, utf8.encode(signer.keyId)]]);
  const body = encodeCbor([protectedHeader, unprotected, payload, signature]);
  return Uint8Array.of(sign1Tag, ...body);
}

/** Head byte of tag 18. */
const sign1Tag = 0xd2;

export const isSign1 = (bytes: Uint8Array): boolean => bytes[0] === sign1Tag;

/** Takes the envelope apart; the caller must still verify the signature over {@link signedBytes}. @throws FengsuiError PROTOCOL */
export function openSign1(bytes: Uint8Array): Sign1 {
  if (!isSign1(bytes)) throw new FengsuiError('PROTOCOL', 'not a signed message (COSE_Sign1)');
  const parts = decodeCbor(bytes.subarray(1));
  const [header, unprotected, payload, signature] = isList(parts) ? parts : [];
  if (!isBytes(header) || !isBytes(payload) || !isBytes(signature)) {
    throw new FengsuiError('PROTOCOL', 'signed message: expected [protected, unprotected, payload, signature]');
  }
  if (!equal(header, protectedHeader)) {
    throw new FengsuiError('PROTOCOL', 'signed message: the algorithm is not Ed25519 (−8), or the header holds more');
  }
  const keyId = new TextDecoder().decode(fieldsOf(unprotected, 'signed message header').bytes(kid));
  return { keyId, payload: Uint8Array.from(payload), signature: Uint8Array.from(signature) };
}

const equal = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((x, i) => x === b[i]);
