/** Why a TLS connection did not come about, in words. */
export type TlsTrouble = {
  /** Who refused whose certificate: the broker ours, or we the broker's. */
  readonly refused: 'ours' | 'theirs';
  /** What was wrong and what to do, as the rest of a sentence that begins with the broker. */
  readonly text: string;
};

/** Alerts that speak of the client's certificate (RFC 8446 §6.2), as OpenSSL spells them in the codes of its errors. */
const alert =
  /ALERT_((?:BAD|NO|UNSUPPORTED)_CERTIFICATE|CERTIFICATE_(?:REVOKED|EXPIRED|UNKNOWN|REQUIRED)|UNKNOWN_CA|ACCESS_DENIED)$/;

const foreign = 'shows a certificate that is not of the authority trusted here: look at the file of the authority';
const clock = 'look at the clock of this machine, then at the broker’s certificate';
/** Codes of Node (tls, “X509 certificate error codes”) for the broker's certificate. */
const distrust: ReadonlyMap<string, string> = new Map([
  ['SELF_SIGNED_CERT_IN_CHAIN', foreign],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', foreign],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', foreign],
  ['UNABLE_TO_GET_ISSUER_CERT', foreign],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', foreign],
  ['CERT_SIGNATURE_FAILURE', foreign],
  ['INVALID_PURPOSE', 'shows a certificate that is not for a broker: it may be a gateway’s'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'shows a certificate for another host: connect by a name that was given to it'],
  ['CERT_NOT_YET_VALID', `shows a certificate that is not valid yet: ${clock}`],
  ['CERT_HAS_EXPIRED', `shows a certificate that is valid no more: ${clock}`],
]);

/** Reads the code of an error of a connection; `undefined`: it has nothing to do with certificates. */
export function tlsTrouble(cause: unknown): TlsTrouble | undefined {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const [, words] = alert.exec(code) ?? [];
  if (words !== undefined)
    return {
      refused: 'ours',
      text: `refuses this certificate (${words.toLowerCase().replaceAll('_', ' ')}): it needs one of the district’s authority that is valid and not revoked`,
    };
  const text = distrust.get(code);
  return text === undefined ? undefined : { refused: 'theirs', text };
}
