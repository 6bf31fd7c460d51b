import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../support/gateway-process.ts';

const example = fileURLToPath(new URL('../../docs/examples/modbus-tcp.yaml', import.meta.url));

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
