import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createAuthority } from '../../sdk/authority/index.ts';
import { program, runProgram } from '../support/gateway-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const key = `${'A'.repeat(43)}=`;

describe('the commands about claim codes', { timeout: 120_000 }, () => {
  let folder = '';
  const at = (name: string): string => join(folder, name);
  const authority = (...args: readonly string[]) =>
    runProgram(['authority', ...args, '--folder', at('authority'), '--lang', 'en']);
  const claim = (gateway: string, ...more: readonly string[]) => authority('claim', gateway, '--town', '001', ...more);
  const site = ['--broker', 'mqtts://b:8883', '--operator', `duty=${key}`, '--service', 'http://127.0.0.1:1'];

  beforeEach(async () => {
    folder = await temporaryFolder();
    await createAuthority({ folder: at('authority'), district: '330603' });
  });

  it('make, list and cancel; the second takes the site over from the first', async () => {
    const first = await claim('gw-1', ...site, '--qr', '--svg', at('gw-1.svg'), '--ticket', at('gw-1.txt'));
    expect(first).toMatchObject({ code: 0 });
    const [code, ...qr] = first.out.split('\n');
    expect(code).toMatch(/^(\w{5}-){3}\w{5}$/);
    expect(qr.join('')).toMatch(/[▀▄█]/);
    expect((await stat(at('gw-1.svg'))).mode & 0o777).toBe(0o600);
    expect(await readFile(at('gw-1.txt'), 'utf8')).toContain('BEGIN FENGSUI CLAIM TICKET');
    expect(await claim('gw-2', '--days', '30')).toMatchObject({ code: 0 });
    expect(await authority('cancel', 'gw-1')).toMatchObject({ code: 0 });
    expect((await authority('claims')).out).toMatch(/gw-1 +001 +cancelled .*\ngw-2 +001 +open /);
    expect(JSON.parse((await authority('claims', '--json')).out)).toMatchObject([
      { gateway: 'gw-1' },
      { state: 'open' },
    ]);
  });

  it.each([
    [['claim', 'gw-1', '--town', '001'], 'the first claim of an authority has to say'],
    [['claim', '--town', '001'], 'for which gateway?'],
    [['claim', 'gw-1'], 'of which town?'],
    [['claim', 'gw-1', '--town', '001', '--operator', 'x'], 'expected NAME=KEY'],
    [['claim', 'gw-1', '--town', '001', '--operator', `x=${key}:`], 'expected NAME=KEY'],
    [['claim', 'gw-1', '--town', '001', '--operator', `x=${key}:operate,chief`], '"chief" is no role of an operator'],
    [['claim', 'gw-1', '--town', '001', '--hours', '1', '--days', '1'], 'either --hours or --days'],
    [['cancel'], 'which code?'],
    [['serve'], 'where? Add --listen'],
    [['serve', '--listen', 'nowhere'], 'expected HOST:PORT'],
  ])('%j is told what is missing', async (args, why) => {
    const { code, err } = await authority(...args);
    expect(err).toContain(why);
    expect(code).toBe(1);
  });

  it('serve gateways until they are told to stop', async () => {
    const args = ['authority', 'serve', '--folder', at('authority'), '--listen', '127.0.0.1:0', '--lang', 'en'];
    const served = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    served.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await until('it listens', () => /http:\S+;/.test(said), 60_000);
    const url = /(http:\S+);/.exec(said)?.[1] ?? '';
    const [code = ''] = (await claim('gw-1', ...site)).out.split('\n');
    expect(await runProgram(['enroll', code, '--service', url, '--config', at('site.yaml')])).toMatchObject({
      code: 0,
    });
    const again = await runProgram(['enroll', code, '--service', url, '--config', at('other.yaml')]);
    expect(again).toMatchObject({ code: 0 }); // the same key, which lies beside both
    expect(said).toMatch(/enrolled: gw-1[^]*asked again: gw-1/);
    served.kill('SIGTERM');
    expect(await once(served, 'exit')).toEqual([0, null]);
  });
});
