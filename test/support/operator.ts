import { createPrivateKey, sign } from 'node:crypto';
import { newOperatorKey, type OperatorKey, operatorKey } from '../../edge/platform/ed25519.ts';
import type { Signer } from '../../sdk/wire/sign1.ts';

/** Somebody with a key: what the gateway knows of them, and what they sign with. */
export function operator(name: string): {
  readonly name: string;
  readonly key: OperatorKey;
  readonly publicKey: string;
  readonly privateKey: string;
  readonly signer: Signer;
} {
  const { publicKey, privateKey } = newOperatorKey();
  const secret = createPrivateKey(privateKey);
  return {
    name,
    publicKey,
    privateKey,
    key: operatorKey(publicKey),
    signer: { keyId: name, sign: async (bytes) => Uint8Array.from(sign(null, bytes, secret)) },
  };
}
