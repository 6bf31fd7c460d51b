import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { FengsuiError } from '../model/errors.ts';
import type { Signer } from '../wire/sign1.ts';

/**
 * Signs commands and receipts with an Ed25519 key.
 * @param options.keyId the operator's name as it stands in the gateways' configuration.
 * @param options.privateKey PEM (PKCS #8), or a KeyObject. It never leaves this process.
 * @throws FengsuiError INVALID when it is no Ed25519 private key.
 */
export function ed25519Signer(options: { readonly keyId: string; readonly privateKey: string | KeyObject }): Signer {
  const key = typeof options.privateKey === 'string' ? readPem(options.privateKey) : options.privateKey;
  if (key.type !== 'private' || key.asymmetricKeyType !== 'ed25519') {
    throw new FengsuiError(
      'INVALID',
      `the key of “${options.keyId}” is ${key.asymmetricKeyType ?? key.type}, not an Ed25519 private key; generateOperatorKey() makes one`,
    );
  }
  return { keyId: options.keyId, sign: async (bytes) => Uint8Array.from(sign(null, bytes, key)) };
}

/**
 * A new key pair for an operator. `publicKey` (32 bytes, base64) goes into the gateways' configuration under
 * `operators`; `privateKey` (PEM) goes into {@link ed25519Signer} and nowhere else.
 */
export function generateOperatorKey(): { readonly publicKey: string; readonly privateKey: string } {
  const { privateKey } = generateKeyPairSync('ed25519');
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  return {
    publicKey: Buffer.from(x ?? '', 'base64url').toString('base64'),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function readPem(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new FengsuiError(
      'INVALID',
      'the private key cannot be read: expected PEM (PKCS #8), “-----BEGIN PRIVATE KEY-----”',
      { cause },
    );
  }
}
