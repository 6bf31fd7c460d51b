import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

/** A platform's process: keeps the district of a broker in the file store of a folder until it is killed. */
const source = `
import { connect, ed25519Signer } from './sdk/index.ts';
import { keepDistrict, openFileStore } from './sdk/store/index.ts';
const [folder, url] = process.argv.slice(2);
const signer = ed25519Signer({ keyId: 'tester', privateKey: process.env['PLATFORM_KEY'] });
const store = await openFileStore({ folder });
const fs = await connect({ url, district: '330603', signer });
const kept = keepDistrict(fs, store, { history: true });
process.stdout.write('keeping\\n');
await kept;
`;

export type KeeperProcess = {
  /** `kill -9`. */
  readonly kill: () => Promise<void>;
};
export type Keeper = { readonly start: () => Promise<KeeperProcess> };

/** @param folder for the program; the store is in \`store\` below it */
export async function keeper(folder: string, url: string, privateKey: string): Promise<Keeper & { store: string }> {
  const outfile = join(folder, 'keeper.mjs');
  const store = join(folder, 'store');
  await mkdir(store, { mode: 0o700 });
  await symlink(join(process.cwd(), 'node_modules'), join(folder, 'node_modules')); // packages are loaded from there
  await build({
    stdin: { contents: source, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    outfile,
    logLevel: 'error',
  });
  return {
    store,
    async start() {
      const child: ChildProcess = spawn(process.execPath, [outfile, store, url], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, PLATFORM_KEY: privateKey },
      });
      const gone = once(child, 'exit');
      if (child.stdout) await once(child.stdout, 'data');
      return {
        async kill() {
          child.kill('SIGKILL');
          await gone;
        },
      };
    },
  };
}
