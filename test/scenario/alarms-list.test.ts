import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { modbusServer } from '../../simulators/modbus/modbus-server.ts';
import { pressureTransmitter } from '../../simulators/water/pressure-transmitter.ts';
import { runProgram, startGatewayUnderTest } from '../support/gateway-process.ts';
import { head, hydrant } from '../support/site-yaml.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function gatewayWithLowPressure() {
  const server = await modbusServer({ transport: 'tcp', units: new Map([[1, pressureTransmitter(1, () => 0.05)]]) });
  onTestFinished(() => server[Symbol.asyncDispose]());
  const gateway = await startGatewayUnderTest(`${head}buses:
  - id: street
    tcp: "127.0.0.1:${server.port}"
    devices: [{ ${hydrant('gate', 1, ', pollMs: 100')} }]
`);
  onTestFinished(() => gateway[Symbol.asyncDispose]());
  await gateway.logged('gateway.started');
  return gateway;
}

describe('fengsui alarms list', { timeout: 60_000 }, () => {
  it('asks the gateway itself what stands, and why', async () => {
    const gateway = await gatewayWithLowPressure();
    const list = (...args: readonly string[]) => runProgram(['alarms', 'list', '--config', gateway.config, ...args]);
    await gateway.logged('alarm.raised', (line) => line['key'] === 'gate/low-low');
    const chinese = await list('--lang', 'zh');
    expect([chinese.code, chinese.err]).toEqual([0, '']);
    expect(chinese.out).toMatch(/^监管 {2}报警中，未确认 {2}.* gate\/low-low {2}Hydrant$/m);
    expect(chinese.out).toMatch(/^ {2}0\.05 MPa：压力低于 0\.1 MPa，持续 2 秒/m);
    expect((await list('--lang', 'en')).out).toMatch(/^ {2}0\.05 MPa: pressure below 0\.1 MPa for 2 s/m);
    const { alarms } = JSON.parse((await list('--json')).out);
    // On a slow machine “low”, which takes three seconds longer, stands by now, too.
    expect(alarms.filter(({ condition }: { condition: string }) => condition === 'low-low')).toMatchObject([
      {
        gateway: 'gw-1',
        device: 'gate',
        condition: 'low-low',
        isActive: true,
        isHidden: false,
        count: 1,
        cause: { test: 'below', limit: 0.1, unit: 'MPa' },
      },
    ]);
    await gateway.kill();
    const nobody = await list();
    expect([nobody.code, nobody.out]).toEqual([3, '']);
    expect(nobody.err).toContain('no gateway is running here');
  });

  it.each<[what: string, args: readonly string[], code: number, text: string]>([
    ['no configuration', [], 1, 'which gateway? Add --config FILE'],
    ['a word too many', ['--config', 'site.yaml', 'gate'], 1, 'gate'],
    ['an option that is not there', ['--config', 'site.yaml', '--all'], 1, '--all'],
    ['a language that is not there', ['--config', 'site.yaml', '--lang', 'de'], 1, 'expected en or zh'],
    ['a configuration that is not there', ['--config', 'nowhere.yaml'], 2, 'cannot read'],
    ['a gateway that never ran', ['--config', 'site.yaml'], 3, 'no gateway is running here'],
  ])('%s is told, and how it ended', async (_what, args, code, text) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'site.yaml'), head);
    const placed = args.map((arg) => (arg.endsWith('.yaml') ? join(folder, arg) : arg));
    const ended = await runProgram(['alarms', 'list', ...placed]);
    expect(ended.err).toContain(text);
    expect([ended.code, ended.out]).toEqual([code, '']);
  });
});
