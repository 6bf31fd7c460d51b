import { createPrivateKey, sign } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as alarms from '../../docs/examples/cookbook/alarms.ts';
import * as client from '../../docs/examples/cookbook/client.ts';
import * as commands from '../../docs/examples/cookbook/commands.ts';
import * as devices from '../../docs/examples/cookbook/devices.ts';
import * as district from '../../docs/examples/cookbook/district.ts';
import * as gateways from '../../docs/examples/cookbook/gateways.ts';
import * as onSite from '../../docs/examples/cookbook/on-site.ts';
import * as telemetry from '../../docs/examples/cookbook/telemetry.ts';
import { type Alarm, connect, ed25519Signer, type Fengsui, generateOperatorKey } from '../../sdk/index.ts';
import { memoryStore } from '../../sdk/store/index.ts';
import { startBroker } from '../../simulators/broker/start-broker.ts';
import { homePins, startHome } from '../../simulators/home/start-home.ts';
import { modbusServer } from '../../simulators/modbus/modbus-server.ts';
import { type SmokeReceiver, smokeReceiver } from '../../simulators/smoke/smoke-receiver.ts';
import { barrier } from '../../simulators/village/barrier.ts';
import { pressureTransmitter } from '../../simulators/water/pressure-transmitter.ts';
import { fakeGateway } from '../support/fake-gateway.ts';
import { fieldSite } from '../support/field-site.ts';
import { startGatewayUnderTest } from '../support/gateway-process.ts';
import { until } from '../support/until.ts';

const gateway = 'test-01';
const hydrant = { gateway, device: 'hydrant' };
const folder = new URL('../../docs/examples/cookbook/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));
const code = new Map(files.map((name) => [name, readFileSync(new URL(name, folder), 'utf8').trim()]));

const open: AsyncDisposable[] = [];
const own = <T extends AsyncDisposable>(resource: T): T => {
  open.push(resource);
  return resource;
};
const soon = (ms = 20_000): AbortSignal => AbortSignal.timeout(ms);

describe('the cookbook', { timeout: 60_000 }, () => {
  let fs: Fengsui;
  let chief: Fengsui;
  let smoke: SmokeReceiver;
  let pressure = 0.3;

  beforeAll(async () => {
    const keys = client.newDesk();
    const second = generateOperatorKey();
    smoke = smokeReceiver({ slots: 1 });
    const units = new Map([
      [1, smoke.unit],
      [2, pressureTransmitter(2, () => pressure)],
      [3, pressureTransmitter(3, () => 0.3)],
      [5, barrier({ travelMs: 100 }).unit],
    ]);
    const street = own(await modbusServer({ transport: 'tcp', units }));
    const home = own(await startHome());
    const broker = own(await startBroker());
    const buses = `  - id: street
    tcp: "127.0.0.1:${street.port}"
    timeoutMs: 200
    devices:
      - { id: kitchen, profile: generic/wireless-smoke-alarm, unit: 1, pollMs: 100, name: Kitchen, settings: { slot: 0 } }
      - id: hydrant
        profile: generic/municipal-hydrant
        unit: 2
        pollMs: 100
        name: 村口消火栓
        conditions: { low: { onDelayMs: 200, offDelayMs: 200 } }
  - id: lane
    tcp: "127.0.0.1:${street.port}"
    devices:
      - { id: gate, profile: generic/barrier, unit: 5, pollMs: 100, name: 东门道闸 }
  - id: home
    firmata: "127.0.0.1:${home.port}"
    devices:
      - { id: siren, profile: generic/siren, line: ${homePins.siren}, pollMs: 200, name: Siren }
`;
    const roles = '[receipts, configure, operate, life-safety]';
    const site = fieldSite({ broker: broker.port, buses, key: keys.publicKey, roles });
    const two = `operators: [{ name: chief, key: "${second.publicKey}", roles: ${roles} }, `;
    own(await startGatewayUnderTest(site.replace('operators: [', two)));
    const url = `mqtt://127.0.0.1:${broker.port}`;
    fs = await client.open(url, keys.privateKey);
    const card = createPrivateKey(second.privateKey);
    const signer = client.signerOnCard('chief', { sign: async (bytes) => Uint8Array.from(sign(null, bytes, card)) });
    chief = own(await connect({ url, district: '330603', signer }));
    open.push({ [Symbol.asyncDispose]: async () => void (await client.farewell(fs)) });
    await until('all answer', () => fs.devices.list({ health: 'ok' }).length === 4, 20_000);
  }, 60_000);
  afterAll(async () => {
    for (const resource of open.splice(0).toReversed()) await resource[Symbol.asyncDispose]();
  });

  const telemetryIs = (value: number): boolean => fs.devices.get(hydrant).latest()['pressure']?.value === value;
  const standing = async (device: string) => {
    let found: Alarm | undefined;
    await until(`an alarm of ${device} stands`, async () => {
      found = (await fs.alarms.active({ gateway })).alarms.find((alarm) => alarm.device === device);
      return found !== undefined;
    });
    if (!found) throw new Error('unreachable: waited for it');
    return found;
  };

  it('gateways: who is offline, who is there, how they do, and a dry wind', async () => {
    expect(gateways.offlineIn(fs, '001')).toEqual([]);
    expect(await gateways.isThere(fs, gateway, soon())).toBe('Test');
    const told = await gateways.health(fs, gateway);
    expect(told[0]).toMatch(/^\d+ MB, clock synced$/);
    expect(told[1]).toMatch(/^street: \d+ of \d+ answered$/);
    expect(await gateways.dryWind(fs)).toEqual([`${gateway} severe`]);
    await fs.gateways.setRiskLevel({ level: 'normal', why: 'the wind is over' });
  });

  it('devices: typed values, what is faulty, added and removed', async () => {
    expect(devices.pressures(fs)).toEqual(['村口消火栓: 0.300 MPa']);
    expect(devices.faulty(fs, gateway)).toEqual([]);
    expect(devices.pressureOf(fs, hydrant)).toBeCloseTo(0.3);
    expect(devices.whatItSays(fs, hydrant)).toEqual(['pressure 0.3 MPa']);
    expect(await devices.addAndRemove(fs, gateway, 'street')).toBe('hydrant-9');
    expect(await devices.addAndRemove(fs, gateway, 'nowhere')).toContain('there is no bus “nowhere”');
    const profile = 'generic/municipal-hydrant' as const;
    const row = { gateway, id: 'hydrant-9', bus: 'street', unit: 9, name: '东桥消火栓', profile };
    const wrong = await devices.tryOut(fs, [row, { ...row, id: 'hydrant-10', unit: 2 }]);
    expect(wrong).toEqual([expect.stringMatching(/^row 2: .*unit 2 is used by “hydrant”/)]);
    expect(await devices.firstToCome(fs, gateway, soon())).toBe('kitchen');
    const { version } = await fs.devices.provision(row);
    await until('it is told', () => fs.gateways.get(gateway).report?.configVersion === version);
    expect(await devices.raiseLimit(fs, { gateway, device: row.id }, 0.2)).toBe('in-sync');
    await fs.devices.remove({ gateway, device: row.id });
  });

  it('telemetry: now, the last day, by the hour, as it comes, and what is left of a long outage', async () => {
    expect(await telemetry.now(fs, hydrant)).toBeCloseTo(0.3);
    const seen = telemetry.firstReadings(fs, 2, soon());
    const lines: string[] = [];
    const window = telemetry.openWindow(fs, (line) => lines.push(line));
    for (const next of [0.31, 0.32, 0.33]) {
      pressure = next;
      await until(`${next} MPa is told`, () => telemetryIs(next));
    }
    for (const value of await seen) expect(value).toBeGreaterThan(0.29);
    await until('the window shows it', () => lines.includes('hydrant pressure 0.33 (0 missed)'));
    window.close();
    const shown = lines.length;
    pressure = 0.3;
    await until('it is as it was', () => telemetryIs(0.3));
    expect(lines).toHaveLength(shown);
    let csv = '';
    for await (const page of telemetry.asCsv(fs, hydrant)) csv += page;
    expect(csv).toMatch(/^\d{4}-[\d:.T-]+Z,pressure,good,0\.33$/m);
    expect((await telemetry.lastDay(fs, hydrant)).length).toBeGreaterThanOrEqual(3);
    expect((await telemetry.lowestByHour(fs, hydrant)).at(-1)).toMatch(/ 0\.(3|299)\d* \(\d+ good, \d+ not\)$/);
    expect(await telemetry.sums(fs, AbortSignal.timeout(200))).toEqual([]);
  });

  it('alarms: what stands, stored once, dealt with, kept quiet, and during repair', async () => {
    expect(await alarms.whatStands(fs)).toEqual([]);
    const saved: string[] = [];
    const stop = new AbortController();
    const storing = alarms.storeAlarms(
      fs,
      {
        cursor: async () => undefined,
        save: async (key, what) => void saved.push(`${key.split('/')[0]} ${what}`),
      },
      stop.signal,
    );
    const shown: string[] = [];
    const screen = alarms.openScreen(fs, (line) => shown.push(line));
    smoke.trip(0);
    const fire = await standing('kitchen');
    await until('the screen shows it', () => shown.includes('raised kitchen'));
    screen.close();
    expect((await alarms.whatStands(fs))[0]).toMatch(/^fire kitchen: /);
    expect(alarms.inWords(fire)).toMatch(/[\u4e00-\u9fff]/);
    await until('it is stored', () => saved.includes(`${gateway} raised kitchen`));
    smoke.clear(0);
    await until('there is no smoke any more', () => fs.devices.get(fire).latest()['status']?.value === 'normal');
    expect(await alarms.dealWithFire(fs, fire)).toBe('normal');
    expect(await client.twice(() => fs.alarms.active({ gateway }))).toMatchObject({ alarms: [] });
    pressure = 0.12;
    const low = await standing('hydrant');
    expect(await alarms.quietForTwoHours(fs, low, 'the pump is being tested')).toBe(true);
    let worked = false;
    expect(await alarms.duringRepair(fs, low, async () => void (worked = true))).toBe(2);
    expect(worked).toBe(true);
    pressure = 0.3;
    stop.abort();
    await storing;
  });

  it('on site: a walk test, who did what, what the log warns of, and who else is on the bus', async () => {
    const before = fs.records.stream({ gateway, kind: 'audit' });
    await fs.gateways.setRiskLevel({ gateway, level: 'normal', why: 'a mark' });
    for await (const past of before) if (past.act === 'command' && past.detail?.includes('a mark')) break;
    const record = await onSite.firstRecord(fs, gateway, () =>
      fs.gateways.setRiskLevel({ gateway, level: 'normal', why: 'as before' }),
    );
    expect(record).toMatchObject({ act: 'command', method: 'setRiskLevel', outcome: 'done' });
    expect(await onSite.walkTest(fs, gateway, () => smoke.trip(0))).toEqual(['kitchen passed']);
    smoke.clear(0);
    expect(await onSite.lastWarnings(fs, gateway, 1_500)).toContain('request.refused');
    const [alive, ...found] = await onSite.strangers(fs, gateway, 'street');
    expect(alive).toMatch(/^up \d+ s, \d+ ms away$/);
    expect(found.map((line) => line.slice(0, 2))).toEqual(['3:']);
  });

  it('commands: a barrier that is opened and proven, by one and by two, and recorded', async () => {
    const gate = { gateway, device: 'gate' };
    await until('the barrier is seen', () => fs.devices.get(gate).health === 'ok', 15_000);
    expect(await commands.openBarrier(fs, gate)).toMatch(/^verified [\w-]{16,64}$/);
    expect(await commands.openBarrier(fs, { ...gate, device: 'gate' })).toMatch(/^verified |^INTERLOCK: refused /);
    const recorded = await commands.firstCommand(fs, gateway, () => commands.openBarrier(fs, gate));
    expect(recorded).toMatch(/^open gate \w|^invoke gate \w/);
    expect(await commands.byTwo(fs, chief, gate)).toBe('verified');
  });

  it('gateways: registered, decommissioned, and their certificates', async () => {
    const broker = own(await startBroker());
    const keys = generateOperatorKey();
    const other = own(await fakeGateway({ port: broker.port, operators: { tester: keys.publicKey } }));
    const installed: unknown[] = [];
    const request = '-----BEGIN CERTIFICATE REQUEST-----';
    const own1 = { uplinks: ['platform'], serial: '4f'.repeat(16), notAfter: Date.now() + 86_400_000, request };
    other.answers.set('certificate', () => ({ certificates: [own1] }));
    other.answers.set('installCertificate', ({ params }) => {
      installed.push(params);
      return { serial: '50'.repeat(16) };
    });
    const signer = ed25519Signer({ keyId: 'tester', privateKey: keys.privateKey });
    const store = memoryStore();
    const there = own(await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603', signer, store }));
    expect(await gateways.comeAndGo(there, 'gw-7')).toEqual(['gw-7 claimable', 'gw-7 decommissioned']);
    expect(await gateways.endingSoon(there, 'gw-1', 90)).toEqual(['4f'.repeat(16)]);
    expect(await gateways.endingSoon(there, 'gw-1', 0.1)).toEqual([]);
    expect(await gateways.renew(there, 'gw-1', async (csr) => `signed ${csr}`)).toBe('50'.repeat(16));
    expect(installed).toMatchObject([{ uplink: 'platform', certificate: `signed ${request}` }]);
  });

  it('the district: the wall screen and what there is to do', async () => {
    await until('all is well', () => fs.fleet.overview().devices.hydrant.share === 1, 15_000);
    expect(district.headline(fs)).toBe('消火栓完好率 100 % · 网关在线 1/1');
    expect(await district.toDo(fs, '001')).toEqual([]);
  });
});

it('docs/COOKBOOK.md shows the recipes as they are run', () => {
  const page = readFileSync(new URL('../../docs/COOKBOOK.md', import.meta.url), 'utf8');
  for (const [name, text] of code) expect(page, name).toContain(text);
});
