import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startGatewayUnderTest } from '../support/gateway-process.ts';
import { head } from '../support/site-yaml.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

it('a gateway feeds its hardware watchdog, and puts it to sleep when it is stopped in order', async () => {
  const device = join(await temporaryFolder(), 'watchdog');
  await writeFile(device, '');
  {
    await using gateway = await startGatewayUnderTest(`${head}watchdog: ${device}\n`);
    await gateway.logged('watchdog.fed');
    expect(await readFile(device, 'utf8')).toMatch(/^\.*$/);
  }
  expect(await readFile(device, 'utf8')).toMatch(/^\.+V$/);
});
