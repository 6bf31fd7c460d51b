import { createPublicKey, type KeyObject } from 'node:crypto';
import { FengsuiError } from '../model/errors.ts';

/** A public key as DER (SubjectPublicKeyInfo) or PEM. @throws FengsuiError INVALID unless it is EC P-256. */
export function publicKeyOf(text: string | Uint8Array): KeyObject {
  let key: KeyObject;
  try {
    key =
      typeof text === 'string'
        ? createPublicKey(text)
        : createPublicKey({ key: Buffer.from(text), format: 'der', type: 'spki' });
  } catch (cause) {
    throw new FengsuiError('INVALID', 'this is no public key', { cause });
  }
  if (key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  const found = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType ?? 'unknown';
  throw new FengsuiError('INVALID', `expected a public key on the curve P-256, got ${found}`);
}

export const spkiOf = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' });
