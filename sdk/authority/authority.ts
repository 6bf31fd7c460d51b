import type { DistrictCode } from '../model/ids.ts';
import type { Claims } from './claims/claim.ts';
import type { Holder } from './holder.ts';
import type { IssuedCertificate, RegisterEntry } from './register.ts';
import type { RevocationReason } from './x509/revocation-list.ts';

/** The certificate authority of one district. */
export interface Authority {
  readonly district: DistrictCode;
  /** Its own certificate, PEM: what gateways, platforms and the broker trust. */
  readonly certificate: string;
  /**
   * Signs a certificate. One of the same holder may be valid beside it.
   * @throws FengsuiError INVALID (request or key, days), CONFLICT (the name is in use for another place), UNAVAILABLE (another is at work)
   */
  issue(holder: Holder, proof: KeyProof, options?: IssueOptions): Promise<IssuedCertificate>;
  /**
   * Signs a certificate for the holder of an earlier one, with the same key unless another is shown. The earlier one stays valid.
   * For a key that is shown again, and an end that is off by at most a tenth of the time asked for, it gives what it has
   * signed before: that was lost on its way.
   * @throws FengsuiError NOT_FOUND, FORBIDDEN (it was revoked), and as {@link issue}
   */
  renew(serial: string, options?: IssueOptions & { readonly proof?: KeyProof | undefined }): Promise<IssuedCertificate>;
  /**
   * A certificate counts no more, once the broker has the new list. What was revoked stays so, for the first reason.
   * @throws FengsuiError NOT_FOUND, UNAVAILABLE
   */
  revoke(serial: string, why: RevocationReason): Promise<void>;
  /** All that was ever issued, in that order. @throws FengsuiError PROTOCOL when the register is damaged. */
  list(): Promise<readonly RegisterEntry[]>;
  /** The list of what was revoked, as PEM, for the broker. */
  revocationList(): Promise<string>;
  /** Codes by which gateways obtain their certificates over the network. */
  readonly claims: Claims;
}

/** What shows whose key a certificate is to hold: a certificate request, or the public key itself; both as PEM. */
export type KeyProof = { readonly request: string } | { readonly publicKey: string };

export type IssueOptions = {
  /** How long the certificate lasts, 1–18,250. Unless given, 3,650 for gateways and brokers, 730 for others. */
  readonly days?: number | undefined;
};
