import { beforeEach, describe, expect, it } from 'vitest';
import {
  type Authority,
  createAuthority,
  holderOf,
  type RenewalConnection,
  renewDue,
} from '../../../../sdk/authority/index.ts';
import { makeRequest } from '../../../../sdk/identity/certificate-request.ts';
import { newKey, publicText } from '../../../../sdk/identity/own-key.ts';
import { FengsuiError } from '../../../../sdk/model/errors.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

describe('the renewal of certificates that near their end', () => {
  let authority: Authority;
  let now = 0;
  const serials = new Map<string, string>();
  const installed: { gateway: string; certificate: string }[] = [];
  const online = new Set<string>();
  const next = new Map<string, string>();
  const requests = new Map<string, string>();
  const refused = new Set<string>();

  const holder = (name: string) => holderOf({ kind: 'gateway', name, town: '001' });
  const issue = async (name: string, days: number): Promise<void> => {
    serials.set(name, (await authority.issue(holder(name), { publicKey: publicText(newKey()) }, { days })).serial);
    online.add(name);
  };
  const fs: RenewalConnection = {
    gateways: { list: () => [...serials.keys()].map((id) => ({ id, link: { online: online.has(id) } })) },
    certificates: {
      list: async ({ gateway }) => {
        const subject = { organization: '330603', unit: '001', commonName: gateway };
        const [serial, following] = [serials.get(gateway), next.get(gateway)];
        const optional = {
          ...(serial !== undefined && { serial }),
          ...(following !== undefined && { next: following }),
        };
        const request = requests.get(gateway) ?? makeRequest(subject, newKey());
        return [{ uplinks: ['platform'], ...optional, refused: refused.has(gateway), request }];
      },
      install: async (one) => {
        if (one.gateway === 'gw-bad') throw new FengsuiError('TIMEOUT', 'no answer');
        installed.push(one);
        return '';
      },
    },
  };
  const renew = (beforeDays?: number) => renewDue(fs, authority, { beforeDays, now: () => now });

  beforeEach(async () => {
    now = Date.now();
    authority = await createAuthority({ folder: `${await temporaryFolder()}/a`, district: '330603', now: () => now });
    for (const kept of [serials, online, next, requests, refused]) kept.clear();
    installed.length = 0;
  });

  it('is for those that end within 90 days, that can be reached, and that have no next one yet', async () => {
    await issue('gw-soon', 89);
    await issue('gw-later', 91);
    await issue('gw-away', 10);
    online.delete('gw-away');
    await issue('gw-trying', 10);
    next.set('gw-trying', '00');
    await issue('gw-bad', 10);
    const report = await renew();
    expect(report).toMatchObject({
      renewed: [{ gateway: 'gw-soon', from: serials.get('gw-soon') }],
      trying: ['gw-trying'],
      offline: ['gw-away'],
      failed: [{ gateway: 'gw-bad', error: { code: 'TIMEOUT' } }],
    });
    expect(installed.map(({ gateway }) => gateway)).toEqual(['gw-soon']);
    online.add('gw-away');
    const again = await renew(); // gw-soon has not taken its new one yet in this test
    expect(again.renewed.map(({ gateway }) => gateway)).toEqual(['gw-soon', 'gw-away']);
    expect(again.failed).toMatchObject([{ gateway: 'gw-bad' }]); // though it has a longer one in the register
    serials.set('gw-soon', again.renewed[0]?.to ?? '');
    expect((await renew()).renewed.map(({ gateway }) => gateway)).toEqual(['gw-away']);
  });

  it('goes by the days that are asked for', async () => {
    await issue('gw-1', 300);
    expect((await renew()).renewed).toEqual([]);
    expect((await renew(365)).renewed).toHaveLength(1);
  });

  it('leaves revoked certificates alone, and those that the register does not know', async () => {
    await issue('gw-1', 10);
    await issue('gw-2', 10);
    await authority.revoke(serials.get('gw-2') ?? '', 'stolen');
    serials.set('gw-1', '4f'.repeat(16));
    expect(await renew()).toMatchObject({ renewed: [], failed: [] });
  });

  it('tells of one whose last one the broker did not take', async () => {
    await issue('gw-1', 10);
    await issue('gw-2', 10);
    refused.add('gw-1');
    expect((await renew()).renewed.map(({ gateway, wasRefused }) => [gateway, wasRefused])).toEqual([
      ['gw-1', true],
      ['gw-2', undefined],
    ]);
  });

  it('hands over what it has signed before, where that did not arrive: the register does not grow with every try', async () => {
    await issue('gw-bad', 10);
    requests.set('gw-bad', makeRequest({ organization: '330603', unit: '001', commonName: 'gw-bad' }, newKey()));
    for (let run = 0; run < 3; run++) expect((await renew()).failed).toHaveLength(1);
    expect(await authority.list()).toHaveLength(2);
  });

  it('says nothing of what has ended, of a gateway that is away and was given another', async () => {
    await issue('gw-1', 10);
    await renew();
    online.clear();
    expect((await renew()).offline).toEqual(['gw-1']); // it may still use the first
    now += 11 * 86_400_000;
    expect((await renew()).offline).toEqual([]);
    await issue('gw-2', 10);
    online.clear();
    now += 11 * 86_400_000;
    expect((await renew()).offline).toEqual(['gw-2']); // it has no other
  });

  it('refuses days by which the new one would be due at once', async () => {
    await expect(renewDue(fs, authority, { beforeDays: 90, days: 90 })).rejects.toMatchObject({ code: 'INVALID' });
    await expect(renew(3_650)).rejects.toMatchObject({ code: 'INVALID' });
    await expect(renew(0)).rejects.toMatchObject({ code: 'INVALID' });
  });

  it('ends when it is told to', async () => {
    await issue('gw-1', 10);
    const stopped = renewDue(fs, authority, { signal: AbortSignal.abort(new Error('stop')) });
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
    const stop = new AbortController();
    const list: RenewalConnection['certificates']['list'] = async () => {
      stop.abort();
      throw new FengsuiError('ABORTED');
    };
    const certificates = { ...fs.certificates, list };
    const last = renewDue({ ...fs, certificates }, authority, { signal: stop.signal });
    await expect(last).rejects.toMatchObject({ code: 'ABORTED' }); // the last one has not failed: it was given up
  });
});
