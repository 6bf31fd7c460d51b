import { type KeyObject, X509Certificate } from 'node:crypto';
import { FengsuiError } from '../../sdk/model/errors.ts';
import { certificateTime } from '../platform/wall-text.ts';

export type Expected = {
  /** District, town and id of this gateway. */
  readonly address: { readonly district: string; readonly town: string; readonly gateway: string };
  /** Private keys of this gateway. */
  readonly keys: readonly KeyObject[];
  /** Whose signature counts. */
  readonly authorities: readonly X509Certificate[];
};

/**
 * A certificate that this gateway can use. Whether it is valid by the clock is not asked: the clock may be wrong.
 * @throws FengsuiError INVALID with what is wrong
 */
export function checkCertificate(pem: string, { address, keys, authorities }: Expected): X509Certificate {
  const found = readCertificate(pem);
  const wanted = `O=${address.district}\nOU=${address.town}\nCN=${address.gateway}`;
  if (found.subject !== wanted)
    throw invalid(`the certificate is for ${oneLine(found.subject)}, and this gateway is ${oneLine(wanted)}`);
  if (!keys.some((key) => found.checkPrivateKey(key)))
    throw invalid('the certificate is for another key than this gateway’s: ask the gateway for its request anew');
  if (found.ca || !found.keyUsage?.includes(clientUse))
    throw invalid('the certificate is not one that a gateway connects with');
  if (!authorities.some((authority) => found.checkIssued(authority) && found.verify(authority.publicKey)))
    throw invalid(
      'the certificate is not of the authority that this gateway knows. Has the district a new one? Then its certificate has to come with it',
    );
  return found;
}

/** TLS client authentication (RFC 5280 §4.2.1.12). */
const clientUse = '1.3.6.1.5.5.7.3.2';

/** @throws FengsuiError INVALID */
export function readCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new FengsuiError('INVALID', 'this is no certificate: expected PEM with “-----BEGIN CERTIFICATE-----”', {
      cause,
    });
  }
}

/** The authorities in a file, which may hold several. @throws FengsuiError INVALID */
export function readAuthorities(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const read = blocks.map(readCertificate);
  if (read.some(({ ca }) => !ca)) throw invalid('a certificate among the authorities is not that of an authority');
  return read;
}

/** When it ends, Unix ms. */
export const endOf = (certificate: X509Certificate): number => certificateTime(certificate.validTo);

const oneLine = (text: string): string => text.replaceAll('\n', ', ').slice(0, 200);
const invalid = (what: string): FengsuiError => new FengsuiError('INVALID', what);
