import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import { Attributes, CertificationRequest, CertificationRequestInfo } from '@peculiar/asn1-csr';
import { AsnConvert } from '@peculiar/asn1-schema';
import { SubjectPublicKeyInfo } from '@peculiar/asn1-x509';
import { FengsuiError } from '../../model/errors.ts';
import { fromPem, toPem } from './pem.ts';
import { publicKeyOf, spkiOf } from './public-key.ts';
import { algorithm, isOurAlgorithm, isSignedBy, signWith } from './signature.ts';
import { nameOf, readName, type Subject } from './subject.ts';

/** A certificate request (PKCS #10, RFC 2986) as PEM, signed with the key that it asks a certificate for. */
export function makeRequest(subject: Subject, privateKey: KeyObject): string {
  const certificationRequestInfo = new CertificationRequestInfo({
    subject: nameOf(subject),
    subjectPKInfo: AsnConvert.parse(spkiOf(createPublicKey(privateKey)), SubjectPublicKeyInfo),
    attributes: new Attributes(),
  });
  const signature = signWith(privateKey, new Uint8Array(AsnConvert.serialize(certificationRequestInfo)));
  const request = new CertificationRequest({
    certificationRequestInfo,
    signatureAlgorithm: algorithm(),
    signature: Uint8Array.from(signature).buffer,
  });
  return toPem('CERTIFICATE REQUEST', new Uint8Array(AsnConvert.serialize(request)));
}

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
