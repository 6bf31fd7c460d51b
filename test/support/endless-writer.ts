import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * A program that opens the file store of a folder and appends for ever, an alarm, a desired version, an audit entry and ten
 * samples a round; prints `<round>` only after all of a round were acknowledged, or `refused <code>` when it may not open.
 */
const source = `
import { openFileStore } from './sdk/store/index.ts';
const store = await openFileStore({ folder: process.argv[2] }).catch((e) => {
  process.stdout.write('refused ' + e.code + ' ' + e.message + '\\n');
  process.exit(0);
});
process.stdout.write('open\\n');
let { version = 0 } = (await store.desired.get('gw-1')) ?? {};
const base = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;
for (;;) {
  const round = version + 1;
  const at = new Date(base + round);
  await Promise.all([
    store.alarms.append({ gateway: 'gw-1', log: 1, seq: round, at, receivedAt: at, device: 'd', condition: 'c',
      kind: 'fire', event: 'raised', phase: 'active-unacked', occurrence: round, body: null }),
    store.audit.append({ id: 'a-' + round, at, who: 'w', act: 'x', outcome: 'done' }),
    store.history.append(Array.from({ length: 10 }, (_, i) =>
      ({ gateway: 'gw-1', device: 'd', point: 'p-' + i, at: new Date(1_000 * round + base - 86_400_000), value: round }))),
    store.desired.change('gw-1', { ifVersion: version, devices: [], by: 'w' }),
  ]);
  version = round;
  process.stdout.write(round + '\\n');
}
`;

/** @returns the path of the built program */
export async function buildEndlessWriter(folder: string): Promise<string> {
  await symlink(join(process.cwd(), 'node_modules'), join(folder, 'node_modules')); // the driver is loaded from there
  const outfile = join(folder, 'endless.mjs');
  await build({
    stdin: { contents: source, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    outfile,
    logLevel: 'error',
  });
  return outfile;
}
