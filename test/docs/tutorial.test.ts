import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, expect, it } from 'vitest';
import { runProgram, startGatewayUnderTest } from '../support/gateway-process.ts';
import { freePort } from '../support/mosquitto.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const page = read('docs/TUTORIAL.md');
const root = new URL('../../', import.meta.url).pathname;
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A terminal of the tutorial: what is typed into it, and what it shows. */
function terminal(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: 'pipe' });
  children.push(child);
  let shown = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
    });
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { type: (line: string) => child.stdin.write(`${line}\n`), shown: () => shown, gone };
}

it('shows the files that are run here', () => {
  for (const file of ['site.yaml', 'first-alarm.ts'])
    expect(page).toContain(read(`docs/examples/tutorial/${file}`).trim());
});

it('every step does what it says', { timeout: 90_000 }, async () => {
  const folder = await temporaryFolder();
  const [mqtt, wireless] = [await freePort(), await freePort()];
  const broker = terminal('node', ['build/broker.js', String(mqtt)]);
  const village = terminal('node', ['build/village.js', '--wireless', String(wireless)]);
  await until('both are ready', () => [broker, village].every((each) => each.shown().includes('"ready"')), 20_000);

  const { out: keys } = await runProgram(['keygen']);
  const publicKey = /[A-Za-z0-9+/]{43}=/.exec(keys)?.[0] ?? '';
  const privateKey = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/.exec(keys)?.[0] ?? '';
  const yaml = read('docs/examples/tutorial/site.yaml')
    .replace('PUT THE PUBLIC KEY HERE', publicKey)
    .replace('18831', String(mqtt))
    .replace('15121', String(wireless));
  const file = join(folder, 'my-site.yaml');
  await writeFile(file, yaml);
  expect((await runProgram(['config', 'check', file])).code).toBe(0);
  await writeFile(file, yaml.replace('unit: 1,', 'unit: 300,'));
  const wrong = await runProgram(['config', 'check', file]);
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('units are 1–247')]);

  await using gateway = await startGatewayUnderTest(yaml);
  await gateway.logged('uplink.up');
  const outfile = join(root, 'build/first-alarm.mjs');
  await build({
    entryPoints: [join(root, 'docs/examples/tutorial/first-alarm.ts')],
    format: 'esm',
    target: 'es2022',
    outfile,
  });
  const platform = terminal('node', [outfile], { DUTY_KEY: privateKey, BROKER: `mqtt://127.0.0.1:${mqtt}` });
  village.type(/^\{"do":"trip-smoke".*$/m.exec(page)?.[0] ?? '');
  expect(await platform.gone, platform.shown()).toBe(0);
  expect(platform.shown()).toMatch(/^raised fire kitchen \d+ ms after it was judged: /m);
  expect(platform.shown()).toMatch(/^silenced fire kitchen/m);
  expect(platform.shown()).toMatch(/^still standing: kitchen active-acked$/m);
});
