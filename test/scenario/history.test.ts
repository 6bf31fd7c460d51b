import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { modbusServer } from '../../simulators/modbus/modbus-server.ts';
import { pressureTransmitter } from '../../simulators/water/pressure-transmitter.ts';
import { runProgram, startGatewayUnderTest } from '../support/gateway-process.ts';
import { head, hydrant } from '../support/site-yaml.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function gatewayThatReads(pressure: () => number) {
  const server = await modbusServer({ transport: 'tcp', units: new Map([[1, pressureTransmitter(1, pressure)]]) });
  onTestFinished(() => server[Symbol.asyncDispose]());
  const gateway = await startGatewayUnderTest(`${head}journal: { commitMs: 200 }
buses:
  - id: street
    tcp: "127.0.0.1:${server.port}"
    devices: [{ ${hydrant('gate', 1, ', pollMs: 100')} }]
`);
  onTestFinished(() => gateway[Symbol.asyncDispose]());
  await gateway.logged('gateway.started');
  return gateway;
}

type Told = { readings: { at: string; value: number; quality: string; unit: string }[] };

describe('fengsui history', { timeout: 60_000 }, () => {
  it('tells what the running gateway has read, also before it was killed, each reading once', async () => {
    let n = 0;
    const gateway = await gatewayThatReads(() => 0.3 + (n++ % 100) / 1_000);
    const history = (...args: readonly string[]) =>
      runProgram(['history', '--config', gateway.config, '--device', 'gate', '--from', '1h', ...args]);
    const json = async (): Promise<Told> => {
      const ended = await history('--json');
      expect([ended.code, ended.err]).toEqual([0, '']);
      return JSON.parse(ended.out);
    };
    const readings = async (least: number): Promise<Told['readings']> => {
      for (;;) {
        const told = await json();
        if (told.readings.length >= least) return told.readings;
      }
    };
    const before = await readings(15);
    await gateway.kill();
    gateway.start();
    await gateway.logged('gateway.started', () => gateway.log.filter((l) => l.event === 'gateway.started').length > 1);
    const after = await readings(before.length + 10);
    const times = after.map(({ at }) => at);
    expect(new Set(times).size).toBe(times.length);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after[0]).toMatchObject({ quality: 'good', unit: 'MPa' });

    const sums = await history('--every', '1d', '--csv');
    expect(sums.out).toMatch(/^from,point,count.*\r\n[^,]+,pressure,\d+,\d+,0\.\d+,0\.\d+,0\.\d+,0\.\d+,MPa\r\n$/);
    const senml = JSON.parse((await history('--senml', '--point', 'pressure')).out);
    expect(senml[0]).toMatchObject({ bn: '330603/001/gw-1/gate/', n: 'pressure', u: 'Pa' });
    expect((await history('--lang', 'zh')).out).toMatch(/^时间 +测点 +数值 +单位 +质量\n/);
    expect((await history('--to', '59m')).out).toBe('nothing was read in this time\n');

    const csv = join(await temporaryFolder(), 'gate.csv');
    await writeFile(csv, (await history('--point', 'pressure', '--csv')).out);
    const replayed = await runProgram(['alarms', 'replay', '--profile', 'generic/municipal-hydrant', '--csv', csv]);
    expect([replayed.code, replayed.err]).toEqual([0, '']);

    const point = await history('--point', 'flow');
    expect([point.code, point.err]).toEqual([1, 'fengsui: gate has no point “flow”; it has pressure\n']);
    await gateway.kill();
    const nobody = await history();
    expect([nobody.code, nobody.out]).toEqual([3, '']);
    expect(nobody.err).toContain('no gateway is running here');
  });

  it('of a device that is not there says so, and which are', async () => {
    const gateway = await gatewayThatReads(() => 0.3);
    const ended = await runProgram(['history', '--config', gateway.config, '--device', 'gte']);
    expect(ended).toMatchObject({ code: 1, out: '', err: expect.stringContaining('there is no device “gte”') });
    expect(ended.err).toContain('there are gate');
  });

  it.each<[what: string, args: readonly string[], code: number, text: string]>([
    ['no configuration', [], 1, 'which gateway? Add --config FILE'],
    ['no device', ['--config', 'site.yaml'], 1, 'which device? Add --device ID'],
    ['a gateway that never ran', ['--config', 'site.yaml', '--device', 'x'], 3, 'no gateway is running here'],
  ])('%s is told, and how it ended', async (_what, args, code, text) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'site.yaml'), head);
    const ended = await runProgram(['history', ...args.map((a) => (a.endsWith('.yaml') ? join(folder, a) : a))]);
    expect(ended.err).toContain(text);
    expect([ended.code, ended.out]).toEqual([code, '']);
  });
});
