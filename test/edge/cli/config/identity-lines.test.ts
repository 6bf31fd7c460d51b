import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { identityLines } from '../../../../edge/cli/config/identity-lines.ts';
import { parseConfig } from '../../../../edge/runtime/config/load-config.ts';
import { createAuthority, holderOf } from '../../../../sdk/authority/index.ts';
import { type Identity, identityOf } from '../../../support/secure-broker.ts';
import { head } from '../../../support/site-yaml.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

describe('the identity of a gateway, as “config check” shows it', () => {
  let folder = '';
  let ours: Identity;
  let theirs: Identity;
  const said = async (uplink = 'cert: gateway.pem, key: gateway.key'): Promise<readonly string[]> => {
    const yaml = `${head}uplinks: [{ url: "mqtts://broker", ${uplink} }]\n`;
    return identityLines(parseConfig(yaml, join(folder, 'site.yaml')));
  };
  const put = async (cert: string, key: string): Promise<void> => {
    await writeFile(join(folder, 'gateway.pem'), cert);
    await writeFile(join(folder, 'gateway.key'), key);
  };

  beforeEach(async () => {
    folder = await temporaryFolder();
    const authority = await createAuthority({ folder: join(folder, 'authority'), district: '330603' });
    const gateway = (name: string, town: string) =>
      identityOf(authority, holderOf({ kind: 'gateway', name, town }), { days: 10 });
    ours = await gateway('gw-1', '001');
    theirs = await gateway('gw-2', '001');
  });

  it('is who the certificate names, and until when', async () => {
    await put(ours.cert, ours.key);
    expect(await said()).toEqual([
      expect.stringMatching(/^identity {2}platform: O=330603, OU=001, CN=gw-1, valid until .*GMT$/),
    ]);
  });

  it('is not shown where there is to be none', async () => {
    expect(await said('username: me')).toEqual([]);
  });

  it.each<[what: string, files: () => readonly [cert: string, key: string] | undefined, words: string]>([
    ['a certificate that is yet to come', () => undefined, 'no certificate in'],
    [
      'the certificate of another gateway',
      () => [theirs.cert, theirs.key],
      'is for O=330603, OU=001, CN=gw-2, not for',
    ],
    ['the key of another gateway', () => [ours.cert, theirs.key], 'is not that of'],
    ['a key that is none', () => [ours.cert, 'hello'], 'cannot be read'],
    ['a certificate that is none', () => ['hello', ours.key], 'cannot be read'],
  ])('%s is told', async (_what, files, words) => {
    const found = files();
    if (found) await put(...found);
    expect(await said()).toEqual([expect.stringContaining(words)]);
  });

  it('a key that is not there is told', async () => {
    await put(ours.cert, ours.key);
    expect(await said('cert: gateway.pem')).toEqual([expect.stringContaining('no key for')]);
    expect(await said('cert: gateway.pem, key: other.key')).toEqual([expect.stringContaining('no key for')]);
  });
});
