import { X509Certificate } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorityInit, authorityIssue, authorityRenew, authorityRevoke } from '../../edge/cli/authority/commands.ts';
import type { ErrorCode } from '../../sdk/model/errors.ts';
import { runProgram } from '../support/gateway-process.ts';
import { head } from '../support/site-yaml.ts';

describe('the commands of the authority', { timeout: 60_000 }, () => {
  let folder = '';
  const at = (name: string): string => join(folder, name);
  const authority = (...args: readonly string[]) => runProgram(['authority', ...args, '--folder', at('ca')]);
  const site = async (uplink: string): Promise<string> => {
    await writeFile(at('site.yaml'), `${head}uplinks: [{ url: "mqtts://broker", ${uplink} }]\n`);
    return at('site.yaml');
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fengsui-authority-'));
    expect(await authority('init', '--district', '330603')).toMatchObject({ code: 0 });
    const first = await authority('issue', 'district', 'duty', '--new-key', at('duty.key'), '--out', at('duty.pem'));
    expect(first).toMatchObject({ code: 0, out: '' });
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('issue, list, renew and revoke', async () => {
    const first = new X509Certificate(await readFile(at('duty.pem')));
    expect((await stat(at('duty.key'))).mode & 0o777).toBe(0o600);
    const { out } = await authority('renew', 'district.duty', '--days', '5');
    const second = new X509Certificate(out);
    expect(second.publicKey.equals(first.publicKey)).toBe(true);
    expect((await authority('list')).out).toMatch(/^district\.duty +– +valid .*\ndistrict\.duty +– +ends soon .*\n$/m);
    const revoked = await authority('revoke', second.serialNumber.toLowerCase(), '--why', 'replaced', '--lang', 'zh');
    expect(revoked.err).toContain('已吊销：district.duty');
    const states = JSON.parse((await authority('list', '--json')).out).map(({ state }: { state: string }) => state);
    expect(states).toEqual(['valid', 'revoked']);
  });

  it('a gateway’s own key is made once, where its configuration says, and refused when others can open it', async () => {
    const config = await site('cert: gateway.pem, key: gateway.key');
    const first = await runProgram(['identity', '--config', config]);
    expect(first.out).toContain('BEGIN CERTIFICATE REQUEST');
    expect(first.err).toContain(at('gateway.pem'));
    const key = await readFile(at('gateway.key'), 'utf8');
    expect((await runProgram(['identity', '--config', config])).code).toBe(0);
    expect(await readFile(at('gateway.key'), 'utf8')).toBe(key);
    await chmod(at('gateway.key'), 0o644);
    expect(await runProgram(['identity', '--config', config])).toMatchObject({
      code: 3,
      err: expect.stringContaining('mode 644'),
    });
  });

  it('prints the broker’s configuration with its rules', async () => {
    const { out } = await runProgram(['broker', 'mosquitto-config', '--folder', at('ca'), '--port', '8884']);
    expect(out).toContain('\nlistener 8884\n');
    expect(out).toContain('\nuser district.duty\n');
  });

  it('a gateway without a place for its key is told what to write', async () => {
    const { code, err } = await runProgram(['identity', '--config', await site('username: me')]);
    expect(err).toContain('key: gateway.key');
    expect(code).toBe(1);
  });

  const init = authorityInit;
  const issue = authorityIssue;
  it.each<[what: string, called: (args: readonly string[]) => Promise<void>, args: string, said: [ErrorCode, string]]>([
    ['a second authority in the folder', init, '--district 330603', ['CONFLICT', 'is there already']],
    ['no district', init, '', ['INVALID', 'which district?']],
    ['nobody to issue to', issue, '', ['INVALID', 'for whom?']],
    ['no key', issue, 'district desk', ['INVALID', 'whose key?']],
    ['a gateway of no town', issue, 'gateway gw-1 --new-key /nowhere/key', ['INVALID', 'needs its town']],
    ['days that are none', issue, 'district desk --new-key /nowhere/key --days x', ['INVALID', 'days']],
    ['somebody unknown', authorityRevoke, 'gw-7 --why stolen', ['NOT_FOUND', 'never issued here']],
    ['no reason', authorityRevoke, 'duty', ['INVALID', '--why stolen, --why retired, --why replaced']],
    ['nobody to renew', authorityRenew, '', ['INVALID', 'which one?']],
  ])('%s is told', async (_what, called, args, [code, text]) => {
    const words = args.split(' ').filter((word) => word !== '');
    const attempt = called([...words, '--folder', at('ca')]);
    await expect(attempt).rejects.toMatchObject({ code, message: expect.stringContaining(text) });
  });

  it('a key is not written over, and no certificate issued then', async () => {
    const before = await readFile(at('duty.key'), 'utf8');
    const { code, err } = await authority('issue', 'district', 'desk', '--new-key', at('duty.key'));
    expect([code, err]).toEqual([3, expect.stringContaining('is there already')]);
    expect(await readFile(at('duty.key'), 'utf8')).toBe(before);
    expect((await authority('list')).out).not.toContain('district.desk');
  });
});
