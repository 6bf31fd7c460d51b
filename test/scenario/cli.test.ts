import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../support/gateway-process.ts';
import { head, hydrant } from '../support/site-yaml.ts';

const example = fileURLToPath(new URL('../../docs/examples/modbus-tcp.yaml', import.meta.url));

/** So many hydrants on a serial line. */
const siteAt = (baud: number, count: number, more = ''): string =>
  `${head}buses:
  - { id: line, serial: /dev/ttyX, baud: ${baud}${more}, devices: [${Array.from({ length: count }, (_, i) => `{ ${hydrant(`h-${i + 1}`, i + 1)} }`).join(', ')}] }
`;

describe('the fengsui command', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fengsui-cli-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('accepts the documented example', async () => {
    const { code, out } = await runProgram(['config', 'check', example]);
    expect(out).toContain('is valid');
    expect(code).toBe(0);
  });

  it('names the line of a mistake and ends with 2', async () => {
    const file = join(folder, 'bad.yaml');
    await writeFile(
      file,
      'version: 1\ngateway: { id: g, name: G, district: "330603", town: "001" }\nbuses:\n  - { id: b, tcp: "h:502", devices: [{ id: d, profile: generic/siren, unit: 1, name: D }] }\n',
    );
    const { code, err } = await runProgram(['run', '--config', file]);
    expect(err).toContain('line 4');
    expect(err).toContain('generic/siren needs a GPIO line');
    expect(code).toBe(2);
  });

  it('shows what the settings of the journal mean', async () => {
    const file = join(folder, 'journal.yaml');
    const check = async (settings: string): Promise<string> => {
      await writeFile(file, `${siteAt(9_600, 2)}journal: { ${settings} }\n`);
      return (await runProgram(['config', 'check', file])).out;
    };
    const usual = await check('commitMs: 10000');
    expect(usual).toContain('a power cut loses at most 10 s of readings and no alarm');
    expect(usual).toContain('fsync always: each commit of readings is on the disk when it ends');
    expect(usual).toContain('some 3072 readings: which this site does not read within 10 s');
    const spared = await check('commitMs: 600000, chunkKb: 4, fsync: os');
    expect(spared).toContain('a power cut loses at most 630 s of readings and no alarm');
    expect(spared).toContain('numbering leaves a gap that the platform is told of');
    expect(spared).toMatch(
      /some 256 readings: if every value changed with every read there would be a commit every \d+\.\d s/,
    );
  });

  it('shows what each Modbus bus has to carry, and how late its devices are read at worst', async () => {
    const file = join(folder, 'load.yaml');
    await writeFile(file, siteAt(9_600, 2));
    const { code, out } = await runProgram(['config', 'check', file]);
    expect(code).toBe(0);
    expect(out).toContain('bus       line (serial): h-1, h-2');
    expect(out).toContain(
      'everything once takes 0.07 s; line in use 7 %; computed for answers that begin within 0.01 s',
    );
    expect(out).toMatch(
      /unit 1, 2 \(h-1, h-2\): read every 1 s, up to 0\.07 s late while all answer, up to 1\.\d+ s late while another unit is silent/,
    );
  });

  it('does not accept a bus that cannot keep its periods, unless the site does', async () => {
    const file = join(folder, 'slow.yaml');
    await writeFile(file, siteAt(2_400, 20));
    const refused = await runProgram(['config', 'check', file]);
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/line 8, column 5: buses\[0\]: the line cannot keep its periods \(in use \d+ %\)/);
    expect(refused.err).toContain('a higher baud than 2400');
    await writeFile(file, siteAt(2_400, 20, ', acceptSlow: true'));
    const accepted = await runProgram(['config', 'check', file]);
    expect([accepted.code, accepted.err]).toEqual([0, '']);
    expect(accepted.out).toContain('which this site accepts (acceptSlow)');
  });

  it('says of a profile that nobody has checked that it is not verified', async () => {
    const file = join(folder, 'unverified.yaml');
    await writeFile(
      file,
      `${head}buses: [{ id: b, tcp: "h:502", devices: [{ id: d, name: D, unit: 1, profile: novus/np785 }] }]`,
    );
    const { out, err } = await runProgram(['config', 'check', file]);
    expect(err).toBe('');
    expect(out).toContain('note      novus/np785 is not verified: ');
  });

  it.each<[what: string, args: string[], code: number, text: string]>([
    ['a file that is not there', ['run', '--config', '/nowhere/site.yaml'], 2, 'cannot read'],
    ['no file at all', ['run'], 1, '--config'],
    ['a command that is not there', ['fly'], 1, 'there is no command'],
    ['an option that is not there', ['run', '--fast'], 1, '--fast'],
  ])('%s is told, and how it ended', async (_what, args, code, text) => {
    const ended = await runProgram(args);
    expect(ended.err).toContain(text);
    expect(ended.code).toBe(code);
  });

  it('makes a key pair that a configuration takes', async () => {
    const { out } = await runProgram(['keygen']);
    const key = /^key: (\S+)$/m.exec(out)?.[1] ?? '';
    expect(Buffer.from(key, 'base64')).toHaveLength(32);
    expect(out).toContain('BEGIN PRIVATE KEY');
  });
});
