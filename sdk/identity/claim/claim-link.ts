import { FengsuiError } from '../../model/errors.ts';
import { type GatewayId, gatewayId } from '../../model/ids.ts';
import { type ClaimCode, claimCodeText, parseClaimCode } from './claim-code.ts';
import { serviceUrl } from './site-facts.ts';

/** What a gateway is claimed with: typed as a code, or all of it as a QR code holds it. */
export type ClaimLink = {
  readonly code: ClaimCode;
  readonly gateway?: GatewayId;
  readonly service?: string;
};

/** `fengsui://claim/gw-1?code=…&service=…`: what the QR code holds. It is as secret as the code. */
export function claimLinkText({ code, gateway, service }: Required<ClaimLink>): string {
  const asked = new URLSearchParams({ code: claimCodeText(code), service });
  return `fengsui://claim/${gateway}?${asked.toString()}`;
}

/** Reads either. @throws FengsuiError INVALID */
export function parseClaimLink(text: string): ClaimLink {
  const trimmed = text.trim();
  if (!/^fengsui:/i.test(trimmed)) return { code: parseClaimCode(trimmed) };
  const url = URL.canParse(trimmed) && trimmed.length <= 1_000 ? new URL(trimmed) : undefined;
  const code = url?.searchParams.get('code');
  const service = url?.searchParams.get('service');
  if (!url || url.host !== 'claim' || code === undefined || code === null || !service)
    throw new FengsuiError(
      'INVALID',
      'this is no QR text of a claim: expected fengsui://claim/GATEWAY?code=…&service=…',
    );
  serviceUrl(service);
  return { code: parseClaimCode(code), gateway: gatewayId(url.pathname.slice(1)), service };
}
