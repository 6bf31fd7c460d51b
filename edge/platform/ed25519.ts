import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  randomInt,
  sign,
  verify,
} from 'node:crypto';
import { FengsuiError } from '../../sdk/model/errors.ts';

/** Somebody's public key, ready to verify with. */
export type OperatorKey = { readonly verifies: (bytes: Uint8Array, signature: Uint8Array) => boolean };

/** Head of SubjectPublicKeyInfo for Ed25519 (RFC 8410 §4); the 32 bytes of the key follow. */
const spkiHead = Buffer.from('302a300506032b6570032100', 'hex');

/** @param base64 the 32 bytes of an Ed25519 public key. @throws FengsuiError INVALID */
export function operatorKey(base64: string): OperatorKey {
  const raw = Buffer.from(base64, 'base64');
  if (raw.length !== 32) {
    throw new FengsuiError(
      'INVALID',
      `expected 32 bytes in base64 (Ed25519 public key), got ${raw.length}; make one with “fengsui keygen”`,
    );
  }
  const key: KeyObject = createPublicKey({ key: Buffer.concat([spkiHead, raw]), format: 'der', type: 'spki' });
  return { verifies: (bytes, signature) => signature.length === 64 && verify(null, bytes, key, signature) };
}

/** What signs on this machine, and what others verify it with. */
export type SigningKey = {
  readonly sign: (bytes: Uint8Array) => Uint8Array;
  /** The 32 bytes of the public key. */
  readonly publicKey: Uint8Array;
};

/** @param pem PKCS #8. @throws when it is no Ed25519 private key */
export function signingKey(pem: string): SigningKey {
  const secret = createPrivateKey(pem);
  if (secret.asymmetricKeyType !== 'ed25519')
    throw new FengsuiError('INVALID', `expected an Ed25519 private key, got ${secret.asymmetricKeyType}`);
  const spki = createPublicKey(secret).export({ format: 'der', type: 'spki' });
  return {
    sign: (bytes) => Uint8Array.from(sign(null, bytes, secret)),
    publicKey: Uint8Array.from(spki.subarray(spkiHead.length)),
  };
}

/** A new pair: the public key as 32 bytes in base64, the private key as PEM. */
export function newOperatorKey(): { publicKey: string; privateKey: string } {
  const pair = generateKeyPairSync('ed25519');
  const spki = pair.publicKey.export({ format: 'der', type: 'spki' });
  return {
    publicKey: spki.subarray(spkiHead.length).toString('base64'),
    privateKey: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}

/** 16 bytes that nobody can guess. */
export const freshNonce = (): Uint8Array => Uint8Array.from(randomBytes(16));

/** A number that tells boots and journals apart; below 2^32 so that it travels as an integer. */
export const freshIdentity = (): number => randomInt(1, 0xffff_ffff);

/** Uniform in [0, 1). */
export const random = (): number => randomInt(0, 0xffff_ffff) / 0xffff_ffff;
