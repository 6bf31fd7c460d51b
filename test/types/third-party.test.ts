import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What the compiler has to say of one program outside this repository. */
async function complaintsOf(text: string): Promise<readonly string[]> {
  const file = join(await temporaryFolder(), 'program.ts');
  await writeFile(file, text);
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram([file], {
    ...options,
    typeRoots: [join(root, 'node_modules/@types')],
    paths: {
      fengsui: [join(root, 'sdk/index.ts')],
      'fengsui/device-profiles': [join(root, 'device-profiles/index.ts')],
    },
  });
  const source = program.getSourceFile(file);
  return program
    .getSemanticDiagnostics(source)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

it('a program makes its own profile known to every client by a declaration, and to nobody without', {
  timeout: 120_000,
}, async () => {
  const text = await readFile(join(root, 'test/types/third-party/acme.ts'), 'utf8');
  expect(await complaintsOf(text)).toEqual([]);
  const undeclared = text.replace(/^declare module[^]*?^}\n/m, '');
  expect(undeclared).not.toBe(text);
  expect((await complaintsOf(undeclared)).length).toBeGreaterThan(0);
});
