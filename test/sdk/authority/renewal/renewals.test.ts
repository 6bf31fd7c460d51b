import { expect, it } from 'vitest';
import { createAuthority, holderOf, type RenewalConnection } from '../../../../sdk/authority/index.ts';
import { renewals } from '../../../../sdk/authority/renewal/renewals.ts';
import { makeRequest } from '../../../../sdk/identity/certificate-request.ts';
import { newKey, publicText } from '../../../../sdk/identity/own-key.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

it('a dry run asks and tells, and neither signs nor hands over', async () => {
  const authority = await createAuthority({ folder: `${await temporaryFolder()}/a`, district: '330603' });
  const holder = holderOf({ kind: 'gateway', name: 'gw-1', town: '001' });
  const { serial, notAfter } = await authority.issue(holder, { publicKey: publicText(newKey()) }, { days: 10 });
  const request = makeRequest({ organization: '330603', unit: '001', commonName: 'gw-1' }, newKey());
  const handed: string[] = [];
  const fs: RenewalConnection = {
    gateways: { list: () => [{ id: 'gw-1', link: { online: true } }] },
    certificates: {
      list: async () => [{ uplinks: ['platform'], serial, request }],
      install: async ({ gateway }) => {
        handed.push(gateway);
        return '';
      },
    },
  };
  const told = async (dryRun: boolean) => {
    const outcomes = [];
    for await (const outcome of renewals(fs, authority, { dryRun })) outcomes.push(outcome);
    return outcomes;
  };
  expect(await told(true)).toEqual([{ type: 'would-renew', gateway: 'gw-1', until: notAfter, isReplaced: false }]);
  expect(await authority.list()).toHaveLength(1);
  expect(handed).toEqual([]);
  expect(await told(false)).toMatchObject([{ type: 'renewed', gateway: 'gw-1', until: notAfter, from: serial }]);
  expect(handed).toEqual(['gw-1']);
});
