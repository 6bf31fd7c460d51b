import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { bits, emptyContext0, oid, sequence, setOf, utf8, zero } from './der.ts';
import { toPem } from './pem.ts';
import { spkiOf } from './public-key.ts';
import { attributeTypes, ecdsaSha256, type Subject } from './subject.ts';

/**
 * A certificate request (PKCS #10, RFC 2986) as PEM, signed with the key that it asks a certificate for. Without a subject
 * it only shows the key: whoever signs knows the name otherwise.
 */
export function makeRequest(subject: Subject | undefined, privateKey: KeyObject): string {
  const publicKey = Uint8Array.from(spkiOf(createPublicKey(privateKey)));
  const info = sequence(zero(), nameOf(subject), publicKey, emptyContext0());
  const signature = bits(Uint8Array.from(sign('sha256', info, privateKey)));
  return toPem('CERTIFICATE REQUEST', sequence(info, sequence(oid(ecdsaSha256)), signature));
}

function nameOf(subject: Subject | undefined): Uint8Array {
  if (!subject) return sequence();
  const parts: readonly (readonly [type: string, text: string | undefined])[] = [
    [attributeTypes.organization, subject.organization],
    [attributeTypes.unit, subject.unit],
    [attributeTypes.commonName, subject.commonName],
  ];
  return sequence(
    ...parts.flatMap(([type, text]) => (text === undefined ? [] : [setOf(sequence(oid(type), utf8(text)))])),
  );
}
