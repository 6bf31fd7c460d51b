import { expect, it } from 'vitest';
import { startGatewayUnderTest } from '../support/gateway-process.ts';
import { head, hydrant } from '../support/site-yaml.ts';

it('a bus that cannot keep its periods is warned of, and the gateway runs: a late alarm is better than none', async () => {
  const devices = Array.from({ length: 40 }, (_, i) => `      - { ${hydrant(`h-${i + 1}`, i + 1)} }\n`);
  const bus = `buses:\n  - id: line\n    serial: /dev/fengsui-is-not-there\n    devices:\n${devices.join('')}`;
  await using gateway = await startGatewayUnderTest(head + bus);
  const warning = await gateway.logged('bus.slow');
  expect(warning).toMatchObject({ level: 'warn', bus: 'line' });
  expect(warning['why']).toMatch(/in use 127 %.*read every 1 s, up to 1\.\d+ s late while all answer/);
  await gateway.logged('gateway.started');
});
