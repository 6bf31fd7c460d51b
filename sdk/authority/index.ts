/** A district’s certificate authority. Every name is listed; the diff of this file is the diff of the API. */

export { type EnrolmentReply, encodeEnrolmentReply } from '../identity/claim/enrolment.ts';
export type { SiteOperator } from '../identity/claim/site-facts.ts';
export type { Authority, IssueOptions, KeyProof } from './authority.ts';
export { writeBrokerFolder } from './broker-folder.ts';
export type { Claim, ClaimState, Claims, MadeClaim, NewClaim, Redeemed } from './claims/claim.ts';
export {
  type EnrolmentEvent,
  type EnrolmentOptions,
  type EnrolmentService,
  serveEnrolment,
} from './enrolment/serve-enrolment.ts';
export { commonName, type Holder, type HolderText, holderOf } from './holder.ts';
export { brokerFiles, mosquittoAcl, mosquittoConfig } from './mosquitto.ts';
export { type AuthorityOptions, createAuthority, openAuthority } from './open-authority.ts';
export { certificateRequest } from './own-key.ts';
export { type CertificateState, type Issued, type IssuedCertificate, type RegisterEntry, stateOf } from './register.ts';
export { type RenewalReport, type Renewed, renewDue } from './renewal/renew-due.ts';
export type { RenewalConnection, RenewalOptions } from './renewal/renewals.ts';
export type { RevocationReason } from './x509/revocation-list.ts';
export type { AuthoritySigner } from './x509/signature.ts';
