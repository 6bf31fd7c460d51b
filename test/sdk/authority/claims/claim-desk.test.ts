import { createPublicKey, X509Certificate } from 'node:crypto';
import { appendFile, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type Authority,
  createAuthority,
  mosquittoAcl,
  type NewClaim,
  openAuthority,
} from '../../../../sdk/authority/index.ts';
import { newClaimCode, parseClaimCode } from '../../../../sdk/identity/claim/claim-code.ts';
import { claimKey } from '../../../../sdk/identity/claim/claim-key.ts';
import { decodeEnrolment } from '../../../../sdk/identity/claim/enrolment.ts';
import { openTicket } from '../../../../sdk/identity/claim/ticket.ts';
import { encodeCbor } from '../../../../sdk/wire/cbor.ts';
import { enrolmentOf, newClaim, newDeviceKey } from '../../../support/claims.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const hour = 3_600_000;

describe('claims of an authority', () => {
  let folder = '';
  let now = 0;
  let authority: Authority;
  const file = (): string => join(folder, 'claims.jsonl');

  beforeEach(async () => {
    folder = join(await temporaryFolder(), 'authority');
    now = Date.UTC(2026, 10, 25);
    authority = await createAuthority({ folder, district: '330603', now: () => now });
  });

  it('lead to a certificate for the key that comes with the code', async () => {
    const claim = await authority.claims.create(newClaim());
    expect(claim).toMatchObject({ gateway: 'gw-1', town: '001', state: 'open', notAfter: now + 24 * hour });
    const key = newDeviceKey();
    const { issued, again, ticket } = await authority.claims.redeem(enrolmentOf(claim.code, key, 'gw-1'));
    const certificate = new X509Certificate(issued.certificate);
    expect(certificate.subject).toBe('O=330603\nOU=001\nCN=gw-1');
    expect(certificate.publicKey.equals(createPublicKey(key))).toBe(true);
    expect(again).toBe(false);
    expect(ticket).toBe(claim.ticket);
    expect(await authority.claims.list()).toMatchObject([{ id: claim.id, state: 'used', serial: issued.serial }]);
    expect((await authority.list()).map(({ serial }) => serial)).toEqual([issued.serial]);
  });

  it('give the same again to the same key, also by another process, until the code ends', async () => {
    const { code } = await authority.claims.create(newClaim());
    const request = enrolmentOf(code, newDeviceKey());
    const first = await authority.claims.redeem(request);
    const reopened = await openAuthority({ folder, now: () => now });
    const second = await reopened.claims.redeem(request);
    expect(second).toMatchObject({ again: true, issued: { certificate: first.issued.certificate } });
    expect(await authority.list()).toHaveLength(1);
    now += 24 * hour;
    await expect(authority.claims.redeem(request)).rejects.toMatchObject({ code: 'CLAIM_EXPIRED' });
  });

  it('hand over operators with their roles, also those of the claim before', async () => {
    const { code } = await authority.claims.create(newClaim());
    const { operators: _, ...next } = newClaim(undefined, 'gw-2');
    const { code: second } = await (await openAuthority({ folder, now: () => now })).claims.create(next);
    for (const one of [code, second]) {
      const { ticket } = await authority.claims.redeem(enrolmentOf(one, newDeviceKey()));
      expect(openTicket(ticket, claimKey(parseClaimCode(one))).operators).toEqual(newClaim().operators);
    }
    const [line = ''] = (await readFile(file(), 'utf8')).split('\n');
    await writeFile(file(), `${line.replace('"renew"', '"reign"')}\n`);
    const later = await openAuthority({ folder, now: () => now });
    await expect(later.claims.list()).rejects.toMatchObject({ code: 'PROTOCOL' });
  });

  it('many at once with one code: one key gets it, the others are told', async () => {
    const { code } = await authority.claims.create(newClaim());
    const all = await Promise.allSettled(
      Array.from({ length: 20 }, () => authority.claims.redeem(enrolmentOf(code, newDeviceKey()))),
    );
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const one of all) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'CLAIM_USED' });
    expect(await authority.list()).toHaveLength(1);
  });

  it('after a power cut between the code’s use and the certificate, the key gets it, and no other', async () => {
    const claim = await authority.claims.create(newClaim());
    const request = enrolmentOf(claim.code, newDeviceKey());
    await authority.claims.redeem(request);
    const [created, used] = (await readFile(file(), 'utf8')).split('\n');
    await writeFile(file(), `${created}\n${used}\n{"issued":"2026-11`);
    const later = await openAuthority({ folder, now: () => now });
    await expect(later.claims.redeem(enrolmentOf(claim.code, newDeviceKey()))).rejects.toMatchObject({
      code: 'CLAIM_USED',
    });
    expect((await later.claims.redeem(request)).again).toBe(false);
    expect((await later.claims.redeem(request)).again).toBe(true);
  });

  it('are refused: another code, changed, for another gateway, cancelled, nonsense', async () => {
    const { code, id } = await authority.claims.create(newClaim());
    const key = newDeviceKey();
    const redeem = (bytes: Uint8Array): Promise<unknown> => authority.claims.redeem(bytes);
    await expect(redeem(enrolmentOf(newClaimCode(), key))).rejects.toMatchObject({ code: 'CLAIM_UNKNOWN' });
    await expect(redeem(enrolmentOf(code, key, 'gw-2'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const { request, signature } = decodeEnrolment(enrolmentOf(code, key));
    const { request: others } = decodeEnrolment(enrolmentOf(code, newDeviceKey()));
    const forged = (claim: string, csr: string): Uint8Array =>
      encodeCbor(
        new Map<string, string | Uint8Array>([
          ['claim', claim],
          ['request', csr],
          ['signature', signature],
        ]),
      );
    await expect(redeem(forged(id, others))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(redeem(forged('0'.repeat(32), request))).rejects.toMatchObject({ code: 'CLAIM_UNKNOWN' });
    await expect(redeem(Uint8Array.of(1))).rejects.toMatchObject({ code: 'PROTOCOL' });
    await expect(redeem(new Uint8Array(5_000))).rejects.toMatchObject({ code: 'PROTOCOL' });
    expect(await authority.list()).toEqual([]);
    expect(await authority.claims.cancel('gw-1')).toMatchObject([{ id, state: 'cancelled' }]);
    await expect(redeem(enrolmentOf(code, key))).rejects.toMatchObject({ code: 'CLAIM_CANCELLED' });
    await expect(authority.claims.cancel('gw-1')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('a code whose certificate was revoked gives nothing any more', async () => {
    const { code } = await authority.claims.create(newClaim());
    const request = enrolmentOf(code, newDeviceKey());
    const { issued } = await authority.claims.redeem(request);
    await authority.revoke(issued.serial, 'stolen');
    await expect(authority.claims.redeem(request)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('neither the code nor what could take its place is kept', async () => {
    const { code, link } = await authority.claims.create(newClaim());
    const kept = await readFile(file(), 'utf8');
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    for (const secret of [code, code.replaceAll('-', ''), link]) expect(kept).not.toContain(secret);
  });

  it('take brokers, operators and service over from the last', async () => {
    await authority.claims.create(newClaim());
    const { gateway: _, brokers: _b, operators: _o, service: _s, ...rest } = newClaim();
    const second = await authority.claims.create({ ...rest, gateway: 'gw-2', hours: 720 });
    expect(second).toMatchObject({ gateway: 'gw-2', notAfter: now + 720 * hour });
    expect(second.link).toContain(encodeURIComponent(newClaim().service));
  });

  it.each([
    [{ gateway: 'GW' }, 'INVALID'],
    [{ town: '1' }, 'INVALID'],
    [{ name: '' }, 'INVALID'],
    [{ name: 'a\nb' }, 'INVALID'],
    [{ brokers: [] }, 'INVALID'],
    [{ brokers: ['http://x'] }, 'INVALID'],
    [{ operators: [{ name: 'a', key: 'AAAA' }] }, 'INVALID'],
    [{ service: 'mqtt://x' }, 'INVALID'],
    [{ hours: 0 }, 'INVALID'],
    [{ hours: 721 }, 'INVALID'],
    [{ hours: Number.NaN }, 'INVALID'],
    [{ brokers: undefined }, 'INVALID'],
  ])('%j makes none: %s', async (changes, code) => {
    await expect(authority.claims.create({ ...newClaim(), ...changes })).rejects.toMatchObject({ code });
    expect(await authority.claims.list()).toEqual([]);
  });

  it('a role that there is not, as from somebody’s file, makes none', async () => {
    const operators: NewClaim['operators'] = JSON.parse(
      `[{ "name": "a", "key": "${'A'.repeat(43)}=", "roles": ["x"] }]`,
    );
    await expect(authority.claims.create({ ...newClaim(), operators })).rejects.toThrow(/"x" is no role .* expected/);
    expect(await authority.claims.list()).toEqual([]);
  });

  it('a second open one for the same gateway, or one in another town than its certificate, is refused', async () => {
    const { code } = await authority.claims.create(newClaim());
    await expect(authority.claims.create(newClaim())).rejects.toMatchObject({ code: 'CONFLICT' });
    await authority.claims.redeem(enrolmentOf(code, newDeviceKey()));
    await expect(authority.claims.create({ ...newClaim(), town: '002' })).rejects.toMatchObject({ code: 'CONFLICT' });
    await authority.claims.create(newClaim());
  });

  it('a damaged line stops everything, as it may say that a claim was cancelled', async () => {
    await authority.claims.create(newClaim());
    await appendFile(file(), 'nonsense\n');
    await expect(authority.claims.list()).rejects.toMatchObject({ code: 'PROTOCOL' });
    await expect(authority.claims.create(newClaim())).rejects.toThrow(/line 2 of the claims/);
  });

  it('the broker knows the gateway before it comes, and no more once the code is cancelled', async () => {
    await authority.claims.create(newClaim());
    const rules = async (): Promise<string> =>
      mosquittoAcl(authority.district, await authority.list(), await authority.claims.list());
    expect(await rules()).toContain('user gw-1\n');
    await authority.claims.cancel('gw-1');
    expect(await rules()).not.toContain('gw-1');
  });
});
