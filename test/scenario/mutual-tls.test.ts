import { copyFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, ed25519Signer, type Fengsui, generateOperatorKey } from '../../sdk/index.ts';
import { type ModbusServer, modbusServer } from '../../simulators/modbus/modbus-server.ts';
import { type SmokeReceiver, smokeReceiver } from '../../simulators/smoke/smoke-receiver.ts';
import { debian } from '../support/debian.ts';
import { type GatewayUnderTest, runProgram, startGatewayUnderTest } from '../support/gateway-process.ts';
import { freePort, type Mosquitto, runMosquitto } from '../support/mosquitto.ts';
import { makeConfigOfTest } from '../support/secure-broker.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const operator = generateOperatorKey();

const siteOf = (port: number, street: ModbusServer): string => `version: 1
gateway: { id: test-01, name: Test, district: "330603", town: "001", clock: trusted }
uplinks: [{ url: "mqtts://127.0.0.1:${port}", ca: ca.pem, cert: gateway.pem, key: gateway.key }]
operators: [{ name: tester, key: "${operator.publicKey}" }]
journal: { commitMs: 200 }
buses:
  - id: street
    tcp: "127.0.0.1:${street.port}"
    devices: [{ id: smoke, profile: generic/wireless-smoke-alarm, unit: 1, pollMs: 100, name: Smoke }]
`;

describe.skipIf(!debian('mosquitto'))('a district with an authority of its own', { timeout: 90_000 }, () => {
  const open: AsyncDisposable[] = [];
  const own = <T extends AsyncDisposable>(resource: T): T => {
    open.push(resource);
    return resource;
  };
  let smoke: SmokeReceiver;
  let edge: GatewayUnderTest;
  let broker: Mosquitto | undefined;
  let folder = '';
  let port = 0;

  const fengsui = async (...args: readonly string[]): Promise<string> => {
    const { code, out, err } = await runProgram(args);
    if (code !== 0) throw new Error(`fengsui ${args.join(' ')}: ${err}`);
    return out;
  };
  const at = (...names: readonly string[]): string => join(folder, ...names);
  const besideConfig = (name: string): string => join(dirname(edge.config), name);
  const authority = (...args: readonly string[]): Promise<string> =>
    fengsui('authority', ...args, '--folder', at('authority'));
  const startBroker = async (): Promise<void> => {
    await broker?.[Symbol.asyncDispose]();
    await fengsui(
      'broker',
      'mosquitto-config',
      '--folder',
      at('authority'),
      '--out',
      at('broker'),
      '--port',
      `${port}`,
    );
    await makeConfigOfTest(at('broker', 'mosquitto.conf'));
    broker = await runMosquitto(at('broker', 'mosquitto.conf'), port);
  };
  const giveGatewayItsCertificate = async (): Promise<void> => {
    await writeFile(at('gateway.csr'), await fengsui('identity', '--config', edge.config));
    const certificate = await authority('issue', 'gateway', 'test-01', '--town', '001', '--request', at('gateway.csr'));
    await copyFile(at('authority', 'ca.pem'), besideConfig('ca.pem'));
    await writeFile(besideConfig('gateway.pem'), certificate);
  };
  const client = async (kind: 'district' | 'town', name: string, town?: string): Promise<Fengsui> => {
    const [ca, cert, key] = await Promise.all(
      [at('authority', 'ca.pem'), at(`${name}.pem`), at(`${name}.key`)].map((file) => readFile(file, 'utf8')),
    );
    return own(
      await connect({
        url: `mqtts://127.0.0.1:${port}`,
        district: '330603',
        town,
        tls: { ca: ca ?? '', cert: cert ?? '', key: key ?? '' },
        signer: ed25519Signer({ keyId: 'tester', privateKey: operator.privateKey }),
        operator: kind,
      }),
    );
  };
  /** Without waiting for its next try. */
  const restartGateway = async (): Promise<void> => {
    await edge.kill();
    edge.start();
  };
  const keysFor = (kind: 'district' | 'town', name: string, ...town: readonly string[]): Promise<string> =>
    authority('issue', kind, name, ...town, '--new-key', at(`${name}.key`), '--out', at(`${name}.pem`));

  beforeEach(async () => {
    folder = await temporaryFolder();
    port = await freePort();
    smoke = smokeReceiver({ slots: 1 });
    const street = own(await modbusServer({ transport: 'tcp', units: new Map([[1, smoke.unit]]) }));
    edge = own(await startGatewayUnderTest(siteOf(port, street)));
    await authority('init', '--district', '330603');
    await mkdir(at('broker'));
    const files = ['--new-key', at('broker', 'broker.key'), '--out', at('broker', 'broker.pem')];
    await authority('issue', 'broker', 'main', '--host', '127.0.0.1', ...files);
    await keysFor('district', 'duty');
  });
  afterEach(async () => {
    for (const resource of open.splice(0).toReversed()) await resource[Symbol.asyncDispose]();
    await broker?.[Symbol.asyncDispose]();
    broker = undefined;
  });

  it('a gateway works without a certificate, and brings its alarms once it has one', async () => {
    smoke.trip(0);
    expect((await edge.logged('alarm.raised'))['key']).toBe('smoke/smoke');
    const down = await edge.logged('uplink.down');
    expect(down['why']).toMatch(/certificate or key .* cannot be used: ENOENT/);
    await giveGatewayItsCertificate();
    expect((await stat(besideConfig('gateway.key'))).mode & 0o777).toBe(0o600);
    await startBroker();

    const duty = await client('district', 'duty');
    const stream = duty.alarms.stream();
    const { value: update } = await stream.next();
    expect(update).toMatchObject({ change: 'raised', alarm: { gateway: 'test-01', device: 'smoke', kind: 'fire' } });
    if (!update) throw new Error('the stream ended');
    await duty.alarms.ack(update.alarm);
    await update.commit();
    const { value: second } = await stream.next();
    expect(second).toMatchObject({ change: 'acked', alarm: { phase: 'active-acked' } });
    await second?.commit();
    const backlog = async (): Promise<number> => (await duty.gateways.status('test-01')).alarmBacklog;
    for (let tries = 0; (await backlog()) > 0; tries++) expect(tries).toBeLessThan(100);
  });

  it('a town’s centre sees and asks its own gateways only', async () => {
    await keysFor('town', 'ours', '--town', '001');
    await keysFor('town', 'theirs', '--town', '002');
    await giveGatewayItsCertificate();
    await startBroker();
    await restartGateway();
    await edge.logged('uplink.up');
    const duty = await client('district', 'duty');
    await until('the gateway is online', () => duty.gateways.list({ online: true }).length === 1);
    const ours = await client('town', 'ours', '001');
    await until('its centre sees it', () => ours.gateways.list({ online: true }).length === 1);
    expect(ours.devices.get({ gateway: 'test-01', device: 'smoke' }).profile).toBe('generic/wireless-smoke-alarm');
    for (const town of ['002', undefined]) {
      const theirs = await client('town', 'theirs', town);
      expect(theirs.gateways.list()).toEqual([]);
      await theirs.close();
    }
  });

  it('a stolen gateway is shut out, and its successor takes its place under the same name', async () => {
    await giveGatewayItsCertificate();
    await startBroker();
    await restartGateway();
    await edge.logged('uplink.up');
    await authority('revoke', 'test-01', '--why', 'stolen');
    await startBroker();
    const refused = await edge.logged('uplink.down', (line) => String(line['why']).includes('certificate revoked'));
    expect(refused['why']).toContain('refuses this certificate');
    await rm(besideConfig('gateway.key'));
    await giveGatewayItsCertificate();
    await startBroker();
    const since = edge.log.length;
    await edge.logged(
      'uplink.up',
      (line) => edge.log.indexOf(line) >= since - 1 && edge.log.indexOf(line) > edge.log.indexOf(refused),
    );
    const duty = await client('district', 'duty');
    await until('the gateway is online', () => duty.gateways.list({ online: true }).length === 1);
  });
});
