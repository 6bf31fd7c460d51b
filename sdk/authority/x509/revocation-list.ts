import { AsnConvert } from '@peculiar/asn1-schema';
import {
  CertificateList,
  CRLNumber,
  CRLReason,
  CRLReasons,
  id_ce_cRLNumber,
  id_ce_cRLReasons,
  RevokedCertificate,
  TBSCertList,
  Time,
  Version,
} from '@peculiar/asn1-x509';
import { authorityKeyId, extension, type Issuer } from './certificate.ts';
import { algorithm, signed } from './signature.ts';
import { nameOf } from './subject.ts';

/** Why a certificate counts no more: somebody else may have the key; its holder is out of service; another takes its place. */
export const revocationReasons = ['stolen', 'retired', 'replaced'] as const;
export type RevocationReason = (typeof revocationReasons)[number];

/** The same in the words of RFC 5280 §5.3.1. */
const codeOf = {
  stolen: CRLReasons.keyCompromise,
  retired: CRLReasons.cessationOfOperation,
  replaced: CRLReasons.superseded,
} as const satisfies Record<RevocationReason, CRLReasons>;

export const isRevocationReason = (text: unknown): text is RevocationReason =>
  revocationReasons.some((reason) => reason === text);

export type Revocation = { readonly serial: string; readonly at: number; readonly why: RevocationReason };

export type RevocationListSpec = {
  /** Grows with every list. */
  readonly number: number;
  /** Unix ms. */
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  readonly revocations: readonly Revocation[];
};

/** A certificate revocation list (version 2, RFC 5280 §5) as DER. */
export async function makeRevocationList(spec: RevocationListSpec, issuer: Issuer): Promise<Uint8Array> {
  const tbsCertList = new TBSCertList({
    version: Version.v2,
    signature: algorithm(),
    issuer: nameOf(issuer.subject),
    thisUpdate: new Time(new Date(spec.thisUpdate)),
    nextUpdate: new Time(new Date(spec.nextUpdate)),
    ...(spec.revocations.length > 0 && { revokedCertificates: spec.revocations.map(revoked) }), // never an empty list
    crlExtensions: [authorityKeyId(issuer.publicKey), extension(id_ce_cRLNumber, new CRLNumber(spec.number))],
  });
  const signature = await signed(issuer.signer, issuer.publicKey, new Uint8Array(AsnConvert.serialize(tbsCertList)));
  const list = new CertificateList({
    tbsCertList,
    signatureAlgorithm: algorithm(),
    signature: Uint8Array.from(signature).buffer,
  });
  return new Uint8Array(AsnConvert.serialize(list));
}

const revoked = ({ serial, at, why }: Revocation): RevokedCertificate =>
  new RevokedCertificate({
    userCertificate: Uint8Array.from(Buffer.from(serial, 'hex')).buffer,
    revocationDate: new Time(new Date(at)),
    crlEntryExtensions: [extension(id_ce_cRLReasons, new CRLReason(codeOf[why]))],
  });
