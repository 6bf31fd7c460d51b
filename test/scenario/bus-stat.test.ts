import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseStatus } from '../../sdk/client/results.ts';
import { silence } from '../../simulators/modbus/faults.ts';
import { type ModbusServer, modbusServer } from '../../simulators/modbus/modbus-server.ts';
import { pressureTransmitter } from '../../simulators/water/pressure-transmitter.ts';
import { type GatewayUnderTest, program, runProgram, startGatewayUnderTest } from '../support/gateway-process.ts';
import { head, hydrant } from '../support/site-yaml.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const siteWith = (port: number): string => `${head}buses:
  - id: street
    tcp: "127.0.0.1:${port}"
    timeoutMs: 200
    devices:
      - { ${hydrant('gate', 1, ', pollMs: 100')} }
      - { ${hydrant('barn', 2, ', pollMs: 100')} }
`;
const withLines = `${siteWith(502)}  - { id: home, firmata: "127.0.0.1:9" }\n`;

async function street(): Promise<ModbusServer> {
  const units = new Map([1, 2].map((unit) => [unit, pressureTransmitter(unit, () => 0.3)]));
  const server = await modbusServer({ transport: 'tcp', units });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

async function gatewayOn(server: ModbusServer): Promise<GatewayUnderTest> {
  const gateway = await startGatewayUnderTest(siteWith(server.port));
  onTestFinished(() => gateway[Symbol.asyncDispose]());
  await gateway.logged('gateway.started');
  return gateway;
}

const stat = (gateway: GatewayUnderTest, ...args: readonly string[]) =>
  runProgram(['bus', 'stat', '--config', gateway.config, ...args]);

async function statusOf(gateway: GatewayUnderTest) {
  const { code, out, err } = await stat(gateway, '--json');
  expect([code, err]).toEqual([0, '']);
  return parseStatus(JSON.parse(out));
}

describe('fengsui bus stat', { timeout: 60_000 }, () => {
  it('tells who answers and who is silent, by name, and counts on', async () => {
    const server = await street();
    server.misbehave(2, silence);
    const gateway = await gatewayOn(server);
    let [bus] = (await statusOf(gateway)).buses;
    while (!bus || bus.answers < 5 || bus.timeouts < 1) [bus] = (await statusOf(gateway)).buses;
    expect(bus.id).toBe('street');
    expect(bus.units).toMatchObject([
      { unit: 1, state: 'answering', turnaround: { p50Ms: expect.any(Number) } },
      { unit: 2, state: 'silent', answers: 0 },
    ]);
    expect(bus.requests).toBe(bus.units.reduce((sum, unit) => sum + unit.requests, 0));
    const { out } = await stat(gateway, 'street', '--lang', 'en');
    expect(out).toMatch(/^ +1 .*answering +Hydrant$/m);
    expect(out).toMatch(/^ +2 .* 0\.0 % .*SILENT +Hydrant$/m);
    const metrics = (await stat(gateway, '--prometheus')).out;
    expect(metrics).toMatch(/^fengsui_unit_state\{bus="street",unit="2",state="silent"\} 1$/m);
    const requests = Number(/^fengsui_bus_requests_total\{bus="street"\} (\d+)$/m.exec(metrics)?.[1]);
    expect(requests).toBeGreaterThanOrEqual(bus.requests);
  });

  it('where no gateway runs says so and ends with 3, also after one was killed; the next one takes over', async () => {
    const gateway = await gatewayOn(await street());
    await gateway.kill();
    const { code, out, err } = await stat(gateway);
    expect([code, out]).toEqual([3, '']);
    expect(err).toContain('no gateway is running here');
    gateway.start();
    await gateway.logged('gateway.started', (line) => gateway.log.filter((l) => l.event === line.event).length > 1);
    expect((await statusOf(gateway)).buses).toHaveLength(1);
    expect(gateway.log.filter((line) => line.event.startsWith('local.'))).toEqual([]);
  });

  it('asks the first of two gateways that were given one journal folder: the second does not start', async () => {
    const gateway = await gatewayOn(await street());
    const second = await runProgram(['run', '--config', gateway.config]);
    expect(second.code).toBe(3);
    expect(second.err).toMatch(/journal|another process/);
    expect((await statusOf(gateway)).uptimeMs).toBeGreaterThan(0);
  });

  it('--watch shows the figures again and again', async () => {
    const gateway = await gatewayOn(await street());
    const watch = spawn(process.execPath, [program, 'bus', 'stat', '--config', gateway.config, '--watch', '--json']);
    const ended = once(watch, 'close');
    const uptimes: number[] = [];
    for await (const line of createInterface({ input: watch.stdout })) {
      uptimes.push(parseStatus(JSON.parse(line)).uptimeMs);
      if (uptimes.length === 2) break;
    }
    watch.kill();
    await ended;
    expect((uptimes[1] ?? 0) - (uptimes[0] ?? 0)).toBeGreaterThan(1_500);
  });

  it.each<[what: string, args: string[], code: number, text: string]>([
    ['no configuration', [], 1, 'Add --config FILE'],
    [
      'a bus that is not there',
      ['--config', 'site.yaml', 'can'],
      1,
      'there is no bus “can”; Modbus buses here: street',
    ],
    ['a bus of GPIO lines', ['--config', 'site.yaml', 'home'], 1, 'is made of GPIO lines'],
    ['two buses', ['--config', 'site.yaml', 'street', 'home'], 1, 'name one bus'],
    ['two forms at once', ['--config', 'site.yaml', '--json', '--prometheus'], 1, '--prometheus goes neither'],
    ['a language that is not there', ['--config', 'site.yaml', '--lang', 'de'], 1, 'expected en or zh'],
    ['a configuration that is not there', ['--config', 'nowhere.yaml'], 2, 'cannot read'],
    ['a gateway that never ran', ['--config', 'site.yaml'], 3, 'no gateway is running here'],
  ])('%s is told, and how it ended', async (_what, args, code, text) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'site.yaml'), withLines);
    const placed = args.map((arg) => (arg.endsWith('.yaml') ? join(folder, arg) : arg));
    const ended = await runProgram(['bus', 'stat', ...placed]);
    expect(ended.err).toContain(text);
    expect([ended.code, ended.out]).toEqual([code, '']);
  });
});
