import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { FengsuiError } from '../model/errors.ts';
import { publicKeyOf } from './public-key.ts';
import { readIfThere, readSecret, writeNew } from './secret-files.ts';

/** A new private key on P-256. */
export const newKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

/** PEM (PKCS #8). */
export const keyText = (key: KeyObject): string => key.export({ format: 'pem', type: 'pkcs8' }).toString();

export const publicText = (key: KeyObject): string =>
  createPublicKey(key).export({ format: 'pem', type: 'spki' }).toString();

/**
 * The private key in a file, which is made with mode 0600 where there is none.
 * @throws FengsuiError INVALID (no key on P-256), FORBIDDEN (others can open the file)
 */
export async function ownKey(file: string): Promise<KeyObject> {
  if ((await readIfThere(file)) === undefined) await writeNew(file, keyText(newKey()), 0o600);
  return privateKeyIn(await readSecret(file), file);
}

function privateKeyIn(pem: string, file: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    publicKeyOf(publicText(key));
    return key;
  } catch (cause) {
    throw new FengsuiError('INVALID', `${file} holds no private key on the curve P-256`, { cause });
  }
}
