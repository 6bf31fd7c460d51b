import { createPublicKey, type KeyObject } from 'node:crypto';

/** Head of SubjectPublicKeyInfo for Ed25519 (RFC 8410 §4); the 32 bytes of the key follow. */
const spkiHead = Buffer.from('302a300506032b6570032100', 'hex');

export const rawPublicKey = (key: KeyObject): string =>
  key.export({ format: 'der', type: 'spki' }).subarray(spkiHead.length).toString('base64');

export const spkiOfRaw = (base64: string): KeyObject =>
  createPublicKey({ key: Buffer.concat([spkiHead, Buffer.from(base64, 'base64')]), format: 'der', type: 'spki' });

/** 32 bytes in base64, as an operator’s public key stands in a configuration. */
export const isBase64Key = (text: string): boolean => /^[A-Za-z0-9+/]{43}=$/.test(text);
