import { FengsuiError } from '../model/errors.ts';

type Label = 'CERTIFICATE' | 'CERTIFICATE REQUEST' | 'X509 CRL' | 'FENGSUI CLAIM TICKET';

/** Textual encoding of DER (RFC 7468). */
export function toPem(label: Label, der: Uint8Array): string {
  const lines = Buffer.from(der)
    .toString('base64')
    .replaceAll(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

/** The first block with this label. @throws FengsuiError INVALID when there is none. */
export function fromPem(label: Label, pem: string): Uint8Array {
  const [, body] = new RegExp(`-----BEGIN (?:NEW )?${label}-----([\\sA-Za-z0-9+/=]+)-----END `).exec(pem) ?? [];
  if (body !== undefined) return Uint8Array.from(Buffer.from(body, 'base64'));
  throw new FengsuiError('INVALID', `expected PEM with “-----BEGIN ${label}-----”`);
}
