import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import type { ClaimCode } from './claim-code.ts';
import { isBase64Key, rawPublicKey, spkiOfRaw } from './ed25519.ts';

/**
 * What the holder of a code can do. The code itself never leaves the gateway and is not kept by the authority: it has only
 * the public key, and what was sealed when the code was made.
 */
export type ClaimKey = {
  /** Names the claim in public: 32 hexadecimal digits. */
  readonly id: string;
  /** Ed25519, 32 bytes in base64. */
  readonly publicKey: string;
  readonly sign: (bytes: Uint8Array) => Uint8Array;
  /** Only who knows the code can make this or check it (HMAC with SHA-256). */
  readonly seal: (bytes: Uint8Array) => Uint8Array;
};

const salt = 'fengsui claim 1';

/** Derived from the code alone (HKDF with SHA-256, RFC 5869), a key for each purpose. */
export function claimKey(code: ClaimCode): ClaimKey {
  const derived = (purpose: string): Buffer => Buffer.from(hkdfSync('sha256', code.characters, salt, purpose, 32));
  const secret = createPrivateKey({
    key: Buffer.concat([pkcs8Head, derived('sign')]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey = rawPublicKey(createPublicKey(secret));
  const sealing = derived('seal');
  return {
    id: claimId(publicKey),
    publicKey,
    sign: (bytes) => Uint8Array.from(sign(null, bytes, secret)),
    seal: (bytes) => Uint8Array.from(createHmac('sha256', sealing).update(bytes).digest()),
  };
}

/** Head of PrivateKeyInfo for Ed25519 (RFC 8410 §7); the 32 bytes of the seed follow. */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');

const claimId = (publicKey: string): string => createHash('sha256').update(publicKey).digest('hex').slice(0, 32);

/** Whether this public key is that of the claim. */
export const isKeyOfClaim = (publicKey: string, id: string): boolean =>
  isBase64Key(publicKey) && claimId(publicKey) === id;

/** @param publicKey base64, 32 bytes */
export const isSignedByClaim = (publicKey: string, bytes: Uint8Array, signature: Uint8Array): boolean =>
  signature.length === 64 && verify(null, bytes, spkiOfRaw(publicKey), signature);

/** In a time that does not tell how far they are equal. */
export const isSameSeal = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b);
