import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';
import { expect, it } from 'vitest';

it('a gateway whose stdin is /dev/null, as under systemd, keeps running and leaves SIGINT to its owner', async () => {
  // Inside node_modules, so that the child finds the packages, and nothing is left in the tree.
  const parent = join(process.cwd(), 'node_modules', '.cache');
  mkdirSync(parent, { recursive: true });
  const outDir = mkdtempSync(join(parent, 'fengsui-gpio-'));
  try {
    await build({
      entry: { child: fileURLToPath(new URL('./stdin-null-child.ts', import.meta.url)) },
      format: ['esm'],
      target: 'node20',
      external: ['johnny-five', 'koffi'],
      config: false,
      dts: false,
      silent: true,
      outExtension: () => ({ js: '.mjs' }),
      outDir,
    });
    const child = spawn(process.execPath, [join(outDir, 'child.mjs')], { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(child, 'close');
    const [printed, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect({ printed, errors }).toEqual({ printed: '{"siren":true,"sigint":0}', errors: '' });
    expect(await ended).toEqual([0, null]);
  } finally {
    rmSync(outDir, { recursive: true });
  }
});
