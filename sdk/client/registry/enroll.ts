import { FengsuiError } from '../../model/errors.ts';
import type { GatewayRecord } from '../../store/platform-store.ts';
import type { AuditDesk } from '../desired/audit-desk.ts';
import { sharedLimit, within } from '../time-limit.ts';
import type { NewGateway, Registry, RegistryOptions } from './registry.ts';

/** Who makes claim codes: `authority.claims` of `fengsui/authority`, or what asks the machine that has the authority. */
export type ClaimMaker<Claim> = {
  readonly create: (
    claim: Omit<NewGatewayToEnroll, 'id'> & { readonly gateway: string },
    options: { readonly signal: AbortSignal },
  ) => Promise<Claim>;
};

/** A gateway that is to be known, and to come with a claim code. */
export type NewGatewayToEnroll = NewGateway & {
  /** How long the code is good; as whoever makes it decides unless given: 24 for an authority of ours, which takes 1–720. */
  readonly hours?: number;
};

export type EnrollOptions<Claim> = RegistryOptions & { readonly claims: ClaimMaker<Claim> };

export type Enrolled<Gateway, Claim> = {
  readonly gateway: Gateway;
  /** What has to reach the installer, as {@link ClaimMaker} gives it. */
  readonly claim: Claim;
};

/** @throws FengsuiError as `register` of the registry, and as whoever makes the claim does */
export type Enroll = <Claim>(
  gateway: NewGatewayToEnroll,
  options: EnrollOptions<Claim>,
) => Promise<Enrolled<GatewayRecord, Claim>>;

/** Registers a gateway, then has its code made: a code is shown once, so nothing may fail after it. */
export const enroller =
  (parts: {
    readonly registry: Pick<Registry, 'register'>;
    readonly audit: Pick<AuditDesk, 'of'>;
    readonly closed: AbortSignal;
  }): Enroll =>
  async ({ id, hours, ...known }, { claims, operator, ...options }) => {
    const left = sharedLimit(options);
    const gateway = await parts.registry.register({ id, ...known }, { operator, ...left() });
    const claim = await parts.audit.of({ act: 'gateways.enroll', who: operator, gateway: id }, () => {
      const { signal, timeoutMs: ms } = left();
      return within({ ms, signals: [signal, parts.closed], late: () => noCode(id) }, (inner) =>
        claims.create({ gateway: id, ...known, ...(hours !== undefined && { hours }) }, { signal: inner }),
      );
    });
    return { gateway, claim };
  };

const noCode = (gateway: string): FengsuiError =>
  new FengsuiError(
    'TIMEOUT',
    `no claim code for “${gateway}” in time. One may have been made all the same: cancel the open claim of “${gateway}”, then ask again`,
    { details: { gateway } },
  );
