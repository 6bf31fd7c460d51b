import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createAuthority, type MadeClaim } from '../../../../sdk/authority/index.ts';
import { newClaimCode, parseClaimCode } from '../../../../sdk/identity/claim/claim-code.ts';
import { type ClaimKey, claimKey, isKeyOfClaim, isSignedByClaim } from '../../../../sdk/identity/claim/claim-key.ts';
import { claimLinkText, parseClaimLink } from '../../../../sdk/identity/claim/claim-link.ts';
import { openTicket } from '../../../../sdk/identity/claim/ticket.ts';
import { fromPem, toPem } from '../../../../sdk/identity/pem.ts';
import { gatewayId } from '../../../../sdk/model/ids.ts';
import { newClaim } from '../../../support/claims.ts';
import { propertyRuns } from '../../../support/property-runs.ts';
import { temporaryFolderOfFile } from '../../../support/temporary-folder.ts';

describe('what is made with a claim code', () => {
  let claim: MadeClaim;
  let key: ClaimKey;
  let certificate = '';

  beforeAll(async () => {
    const authority = await createAuthority({ folder: await temporaryFolderOfFile(), district: '330603' });
    certificate = authority.certificate;
    claim = await authority.claims.create(newClaim());
    key = claimKey(parseClaimCode(claim.code));
  });

  it('a ticket tells the facts of the site to whoever has the code', () => {
    expect(openTicket(claim.ticket, key)).toEqual({
      ...newClaim(),
      district: '330603',
      authority: certificate,
      notAfter: claim.notAfter,
    });
    expect(key.id).toBe(claim.id);
  });

  it('a ticket of another code, or with any byte changed, is refused', () => {
    expect(() => openTicket(claim.ticket, claimKey(newClaimCode()))).toThrow(/does not belong to this code/);
    const der = fromPem('FENGSUI CLAIM TICKET', claim.ticket);
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Uint8Array.from(der);
        changed[at] = (changed[at] ?? 0) ^ flip;
        expect(() => openTicket(toPem('FENGSUI CLAIM TICKET', changed), key)).toThrow();
      }),
      propertyRuns(300),
    );
  });

  it('a signature is of the claim and of these bytes', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const signature = key.sign(bytes);
    expect(isKeyOfClaim(key.publicKey, key.id)).toBe(true);
    expect(isKeyOfClaim(claimKey(newClaimCode()).publicKey, key.id)).toBe(false);
    expect(isSignedByClaim(key.publicKey, bytes, signature)).toBe(true);
    expect(isSignedByClaim(key.publicKey, Uint8Array.of(1, 2, 4), signature)).toBe(false);
    expect(isSignedByClaim(key.publicKey, bytes, signature.subarray(1))).toBe(false);
  });

  it('a QR text holds code, gateway and service', () => {
    const code = parseClaimCode(claim.code);
    const service = 'https://enrol.example.cn:8843';
    const text = claimLinkText({ code, gateway: gatewayId('gw-1'), service });
    expect(parseClaimLink(text)).toEqual({ code, gateway: 'gw-1', service });
    expect(parseClaimLink(claim.link)).toEqual({ code, gateway: 'gw-1', service: newClaim().service });
    expect(parseClaimLink(` ${claim.code} `)).toEqual({ code });
  });

  it.each([
    'fengsui://claim/gw-1',
    'fengsui://other/gw-1?code=A&service=http://x',
    'fengsui://claim/gw-1?code=A&service=ftp://x',
  ])('%s is no QR text of a claim', (text) => {
    expect(() => parseClaimLink(text)).toThrow(/no QR text|no address/);
  });
});
