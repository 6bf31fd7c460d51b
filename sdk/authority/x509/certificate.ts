import { createHash, type KeyObject, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_clientAuth,
  id_kp_serverAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';
import { spkiOf } from '../../identity/public-key.ts';
import type { Subject } from '../../identity/subject.ts';
import { type AuthoritySigner, algorithm, signed } from './signature.ts';
import { nameOf } from './subject.ts';

/** An authority signs certificates and revocation lists; a client proves who it is; a server is known by its hosts. */
export type Purpose = 'authority' | 'client' | { readonly hosts: readonly string[] };

export type CertificateSpec = {
  /** 32 hexadecimal digits, see {@link newSerial}. */
  readonly serial: string;
  readonly subject: Subject;
  readonly publicKey: KeyObject;
  readonly purpose: Purpose;
  /** Unix ms; certificates count in whole seconds. */
  readonly notBefore: number;
  readonly notAfter: number;
};

export type Issuer = { readonly subject: Subject; readonly publicKey: KeyObject; readonly signer: AuthoritySigner };

/** 128 bits, never used before and positive as DER reads it; 20 octets are the most (RFC 5280 §4.1.2.2). */
export function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

/** A certificate as DER. @throws FengsuiError FORBIDDEN when the signer is not the issuer. */
export async function makeCertificate(spec: CertificateSpec, issuer: Issuer): Promise<Uint8Array> {
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: Uint8Array.from(Buffer.from(spec.serial, 'hex')).buffer,
    signature: algorithm(),
    issuer: nameOf(issuer.subject),
    validity: new Validity({ notBefore: new Date(spec.notBefore), notAfter: new Date(spec.notAfter) }),
    subject: nameOf(spec.subject),
    subjectPublicKeyInfo: AsnConvert.parse(spkiOf(spec.publicKey), SubjectPublicKeyInfo),
    extensions: new Extensions([...usageOf(spec.purpose), ...keyIdsOf(spec.publicKey, issuer.publicKey)]),
  });
  const signature = await signed(issuer.signer, issuer.publicKey, new Uint8Array(AsnConvert.serialize(tbsCertificate)));
  const certificate = new Certificate({
    tbsCertificate,
    signatureAlgorithm: algorithm(),
    signatureValue: Uint8Array.from(signature).buffer,
  });
  return new Uint8Array(AsnConvert.serialize(certificate));
}

/** SubjectPublicKeyInfo’s bits, hashed and cut to 160 bits (RFC 7093 §2, method 1). */
export function keyIdOf(key: KeyObject): ArrayBuffer {
  const { subjectPublicKey } = AsnConvert.parse(spkiOf(key), SubjectPublicKeyInfo);
  return Uint8Array.from(createHash('sha256').update(Buffer.from(subjectPublicKey)).digest().subarray(0, 20)).buffer;
}

export const extension = (extnID: string, value: unknown, critical = false): Extension =>
  new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });

export const authorityKeyId = (issuer: KeyObject): Extension =>
  extension(
    id_ce_authorityKeyIdentifier,
    new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(keyIdOf(issuer)) }),
  );

const keyIdsOf = (own: KeyObject, issuer: KeyObject): readonly Extension[] => [
  extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyIdOf(own))),
  authorityKeyId(issuer),
];

/** A client’s certificate is good for no server, and the broker’s for no client. */
function usageOf(purpose: Purpose): readonly Extension[] {
  if (purpose === 'authority')
    return [
      extension(id_ce_basicConstraints, new BasicConstraints({ cA: true, pathLenConstraint: 0 }), true),
      extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign), true),
    ];
  const isClient = purpose === 'client';
  return [
    extension(id_ce_basicConstraints, new BasicConstraints({ cA: false }), true),
    extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.digitalSignature), true),
    extension(id_ce_extKeyUsage, new ExtendedKeyUsage([isClient ? id_kp_clientAuth : id_kp_serverAuth])),
    ...(isClient ? [] : [extension(id_ce_subjectAltName, new SubjectAlternativeName(purpose.hosts.map(hostName)))]),
  ];
}

const hostName = (host: string): GeneralName =>
  new GeneralName(isIP(host) === 0 ? { dNSName: host } : { iPAddress: host });
