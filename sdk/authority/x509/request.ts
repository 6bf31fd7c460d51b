import type { KeyObject } from 'node:crypto';
import { CertificationRequest } from '@peculiar/asn1-csr';
import { AsnConvert } from '@peculiar/asn1-schema';
import { fromPem } from '../../identity/pem.ts';
import { publicKeyOf } from '../../identity/public-key.ts';
import { FengsuiError } from '../../model/errors.ts';
import { isOurAlgorithm, isSignedBy } from './signature.ts';
import { readName } from './subject.ts';

/**
 * What a request asks for. Its signature was checked: whoever made it has the private key.
 * @throws FengsuiError INVALID
 */
export function readRequest(pem: string): { readonly publicKey: KeyObject; readonly commonName: string | undefined } {
  const { certificationRequestInfo: info, certificationRequestInfoRaw: raw, ...rest } = parse(pem);
  const publicKey = publicKeyOf(new Uint8Array(AsnConvert.serialize(info.subjectPKInfo)));
  if (!isOurAlgorithm(rest.signatureAlgorithm) || raw === undefined)
    throw new FengsuiError('INVALID', 'the certificate request is not signed with ECDSA and SHA-256');
  if (!isSignedBy(publicKey, new Uint8Array(raw), new Uint8Array(rest.signature)))
    throw new FengsuiError('INVALID', 'the certificate request is damaged: its signature is not by its own key');
  return { publicKey, commonName: readName(info.subject).commonName };
}

function parse(pem: string): CertificationRequest {
  const der = fromPem('CERTIFICATE REQUEST', pem);
  try {
    return AsnConvert.parse(der, CertificationRequest);
  } catch (cause) {
    throw new FengsuiError('INVALID', 'the certificate request cannot be read', { cause });
  }
}
