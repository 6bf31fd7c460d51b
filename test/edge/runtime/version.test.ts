import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { version } from '../../../edge/runtime/version.ts';

it('the version that a gateway tells is that of the package', async () => {
  const text = await readFile(new URL('../../../package.json', import.meta.url), 'utf8');
  expect(JSON.parse(text)).toMatchObject({ version });
});
