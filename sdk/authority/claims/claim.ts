import type { SiteOperator } from '../../identity/claim/site-facts.ts';
import type { GatewayId, TownCode } from '../../model/ids.ts';
import type { IssuedCertificate } from '../register.ts';

/** `open`: a gateway may still come with it. `used`: one has, and may ask for the same again until it ends. */
export type ClaimState = 'open' | 'used' | 'expired' | 'cancelled';

/** A claim code that was made, without the code. Times are Unix ms. */
export type Claim = {
  /** 32 hexadecimal digits; no secret. */
  readonly id: string;
  readonly gateway: GatewayId;
  readonly town: TownCode;
  readonly name: string;
  readonly village?: string | undefined;
  readonly createdAt: number;
  readonly notAfter: number;
  readonly state: ClaimState;
  /** Of the certificate that was issued for it. */
  readonly serial?: string | undefined;
};

export type NewClaim = {
  /** Id of the gateway, unique within its district. */
  readonly gateway: string;
  readonly town: string;
  /** What people call it, 1–100 characters. */
  readonly name: string;
  readonly village?: string | undefined;
  /** `mqtts://host:port`, one to four. As in the last claim unless given. */
  readonly brokers?: readonly string[] | undefined;
  /** Whose commands and receipts it is to take. As in the last claim unless given. */
  readonly operators?: readonly SiteOperator[] | undefined;
  /** Where the enrolment service is reached, `https://host:port`. As in the last claim unless given. */
  readonly service?: string | undefined;
  /** How long the code is good, 1–720; 24 unless given. */
  readonly hours?: number | undefined;
};

/** A claim as it was just made: what has to reach the installer. */
export type MadeClaim = Claim & {
  /** To be typed, in groups of five. Shown once: it is not kept. */
  readonly code: string;
  /** What the QR code holds; as secret as the code. */
  readonly link: string;
  /** What a gateway needs where there is no network, PEM; no secret. */
  readonly ticket: string;
};

/** What a gateway gets that comes with a code. */
export type Redeemed = {
  readonly claim: Claim;
  readonly ticket: string;
  readonly issued: IssuedCertificate;
  /** It had been given the same before. */
  readonly again: boolean;
};

/** Codes by which gateways obtain their certificates. */
export interface Claims {
  /**
   * Makes a code for one gateway.
   * @throws FengsuiError INVALID (id, town, name, addresses, operators, hours), CONFLICT (it has an open claim, or a certificate of another town), UNAVAILABLE
   */
  create(claim: NewClaim): Promise<MadeClaim>;
  /** All that were ever made, in that order. @throws FengsuiError PROTOCOL when the file of claims is damaged. */
  list(): Promise<readonly Claim[]>;
  /**
   * Nobody can use it from now on. A certificate that it has led to stays good: revoke that.
   * @param which id of the claim, or of a gateway, whose open claims are meant
   * @returns what was cancelled @throws FengsuiError NOT_FOUND (no open claim), UNAVAILABLE
   */
  cancel(which: string): Promise<readonly Claim[]>;
  /**
   * Answers what a gateway has sent: for whoever has a server of their own; {@link serveEnrolment} is ours.
   * @throws FengsuiError PROTOCOL | INVALID (makes no sense), FORBIDDEN (not signed by the code), CLAIM_UNKNOWN, CLAIM_EXPIRED, CLAIM_CANCELLED, CLAIM_USED (by another key), CONFLICT (town), UNAVAILABLE
   */
  redeem(request: Uint8Array): Promise<Redeemed>;
}
