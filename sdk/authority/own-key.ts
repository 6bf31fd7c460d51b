import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { FengsuiError } from '../model/errors.ts';
import { districtCode } from '../model/ids.ts';
import { readIfThere, readSecret, writeNew } from './files.ts';
import { commonName, type Holder, townOf } from './holder.ts';
import { publicKeyOf } from './x509/public-key.ts';
import { makeRequest } from './x509/request.ts';

/** A new private key on P-256. */
export const newKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

/** PEM (PKCS #8). */
export const keyText = (key: KeyObject): string => key.export({ format: 'pem', type: 'pkcs8' }).toString();

export const publicText = (key: KeyObject): string =>
  createPublicKey(key).export({ format: 'pem', type: 'spki' }).toString();

/**
 * A certificate request by the key in a file, which is made with mode 0600 where there is none. The key never leaves it.
 * @returns PEM (PKCS #10); it is no secret
 * @throws FengsuiError INVALID (district, no key on P-256), FORBIDDEN (others can open the file)
 */
export async function certificateRequest(options: {
  readonly keyFile: string;
  readonly district: string;
  readonly holder: Holder;
}): Promise<string> {
  const { keyFile, holder } = options;
  const organization = districtCode(options.district);
  if ((await readIfThere(keyFile)) === undefined) await writeNew(keyFile, keyText(newKey()), 0o600);
  const subject = { commonName: commonName(holder), organization, unit: townOf(holder) };
  return makeRequest(subject, privateKeyIn(await readSecret(keyFile), keyFile));
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
