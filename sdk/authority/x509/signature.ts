import { type KeyObject, sign, verify } from 'node:crypto';
import { AlgorithmIdentifier } from '@peculiar/asn1-x509';
import { ecdsaSha256 } from '../../identity/subject.ts';
import { FengsuiError } from '../../model/errors.ts';

/** Signs with the authority’s key: in this process, or in a hardware module. */
export type AuthoritySigner = {
  /** EC P-256, PEM. */
  readonly publicKey: string;
  /** ECDSA with SHA-256 over the bytes, as DER (ECDSA-Sig-Value of RFC 3279). */
  readonly sign: (bytes: Uint8Array) => Promise<Uint8Array>;
};

/** ecdsa-with-SHA256 (RFC 5758 §3.2), the one algorithm of a district’s certificates. */
export const algorithm = (): AlgorithmIdentifier => new AlgorithmIdentifier({ algorithm: ecdsaSha256 });

export const isOurAlgorithm = (id: AlgorithmIdentifier): boolean => id.algorithm === ecdsaSha256;

export const signWith = (key: KeyObject, bytes: Uint8Array): Buffer => sign('sha256', bytes, key);

export const isSignedBy = (key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean =>
  verify('sha256', bytes, key, signature);

/** A signature that was looked at: a module that signs with another key would make certificates that nobody accepts. */
export async function signed(signer: AuthoritySigner, key: KeyObject, bytes: Uint8Array): Promise<Uint8Array> {
  const signature = await signer.sign(bytes);
  if (isSignedBy(key, bytes, signature)) return signature;
  throw new FengsuiError(
    'FORBIDDEN',
    'the signer’s signature does not fit the authority’s certificate: expected ECDSA with SHA-256 as DER, by the authority’s own key',
  );
}
