import { join } from 'node:path';
import { build } from 'tsup';

/**
 * Builds one entry as `npm run bundle` does and returns the path of the script, so that a process can be tested
 * without a build before. It lies below node_modules, where the packages it imports are found.
 */
export async function bundled(name: string, entry: string): Promise<string> {
  const outDir = join('node_modules', '.cache', 'fengsui-test', `${name}-${process.pid}`);
  await build({
    config: false,
    entry: { [name]: entry },
    format: ['esm'],
    target: 'node20',
    platform: 'node',
    outDir,
    skipNodeModulesBundle: true,
    silent: true,
  });
  return join(outDir, `${name}.js`);
}
