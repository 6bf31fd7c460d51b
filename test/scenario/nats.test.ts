import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, ed25519Signer, type Fengsui, generateOperatorKey } from '../../sdk/index.ts';
import { type ModbusServer, modbusServer } from '../../simulators/modbus/modbus-server.ts';
import { type SmokeReceiver, smokeReceiver } from '../../simulators/smoke/smoke-receiver.ts';
import { debian } from '../support/debian.ts';
import { fieldSite } from '../support/field-site.ts';
import { type GatewayUnderTest, startGatewayUnderTest } from '../support/gateway-process.ts';
import { type NatsCluster, startNats } from '../support/nats.ts';
import { until } from '../support/until.ts';

const keys = generateOperatorKey();
const signer = ed25519Signer({ keyId: 'tester', privateKey: keys.privateKey });
const district = '330603';
/** Each step of a cluster of three is agreed upon; a loaded machine takes its time for it. */
const patienceMs = 40_000;

/** What holds on mosquitto holds on NATS: the same gateway and the same SDK, nothing set otherwise. */
describe.skipIf(!debian('nats-server')).each([
  ['one node', 1],
  ['a cluster of three', 3],
] as const)('on NATS, %s', { timeout: 90_000 }, (_, count) => {
  let nats: NatsCluster;
  let smoke: SmokeReceiver;
  let street: ModbusServer;
  let edge: GatewayUnderTest;
  let fs: Fengsui;
  const join = (more = {}) =>
    connect({ url: nats.nodes.map(({ url }) => url), district, signer, timeoutMs: patienceMs, ...more });
  const isOnline = (of: Fengsui): boolean => of.gateways.list({ online: true }).length === 1;

  beforeAll(async () => {
    nats = await startNats(count);
    smoke = smokeReceiver({ slots: 1 });
    street = await modbusServer({ transport: 'tcp', units: new Map([[1, smoke.unit]]) });
    edge = await startGatewayUnderTest(
      fieldSite({
        broker: nats.nodes.map(({ port }) => port),
        key: keys.publicKey,
        buses: `  - id: street
    tcp: "127.0.0.1:${street.port}"
    devices:
      - { id: smoke, profile: generic/wireless-smoke-alarm, unit: 1, pollMs: 100, name: Smoke }
`,
      }),
    );
    fs = await join();
    await until('the gateway is online', () => isOnline(fs), patienceMs);
  }, 120_000);
  afterAll(async () => {
    await fs[Symbol.asyncDispose]();
    await edge[Symbol.asyncDispose]();
    await street[Symbol.asyncDispose]();
    await nats[Symbol.asyncDispose]();
  });

  it('a client that comes later is told what gateways there are, and what they have', async () => {
    await until('the state is known', () => fs.devices.list().length === 1, patienceMs);
    await using later = await join();
    await until('all is told', () => isOnline(later) && later.devices.list().length === 1, patienceMs);
  });

  it('readings come in', async () => {
    const stream = fs.telemetry.stream({ profile: 'generic/wireless-smoke-alarm' });
    smoke.trip(0);
    for await (const { point, value } of stream) if (point === 'status' && value === 'smoke') break;
  });

  it('the fire comes, is acknowledged by a signed command, and taken for good by the receipt', async () => {
    for await (const { alarm, change, commit } of fs.alarms.stream()) {
      await commit();
      if (change === 'raised' && alarm.kind === 'fire') {
        const { phase } = await fs.alarms.ack(alarm, { timeoutMs: patienceMs });
        expect(phase).toBe('active-acked');
      }
      if (change === 'acked') break;
    }
    const { alarms } = await fs.alarms.active(undefined, { timeoutMs: patienceMs });
    expect(alarms.map((a) => [a.device, a.kind])).toEqual([['smoke', 'fire']]);
    const backlog = () => fs.gateways.get('test-01').report?.backlog.alarms;
    await until('the gateway says that all was taken', () => backlog() === 0, patienceMs);
  });

  it('who asks is answered from the history', async () => {
    const now = Date.now();
    const rows = await fs.telemetry
      .history({ gateway: 'test-01', device: 'smoke' }, { from: new Date(now - 600_000), to: new Date(now + 60_000) })
      .all({ max: 1_000 });
    expect(rows.some(({ point, value }) => point === 'status' && value === 'smoke')).toBe(true);
  });

  it('a gateway that dies is offline by its last will, and online when it is back', async () => {
    await edge.kill();
    await until('it is offline', () => !isOnline(fs), patienceMs);
    edge.start();
    await until('it is online', () => isOnline(fs), patienceMs);
  });

  it('two clients share, and whoever stays owns what there is', async () => {
    await using a = await join({ share: 'desk' });
    const b = await join({ share: 'desk' });
    const owners = () => [a, b].map((each) => each.gateways.list({ owned: true }).length);
    await until('one of them owns the gateway', () => owners()[0] !== owners()[1], patienceMs);
    await b.close();
    await until('the first owns it', () => owners()[0] === 1, patienceMs);
  });

  if (count === 3)
    it('a node that dies is left for another, by gateway and client, and what happens then is told', async () => {
      const [first] = nats.nodes;
      await first?.kill();
      await until('both are on another node', () => fs.status === 'connected' && isOnline(fs), patienceMs);
      smoke.fault(0);
      for await (const { alarm, change, commit } of fs.alarms.stream()) {
        await commit();
        if (alarm.device === 'smoke' && change === 'raised') break;
      }
    });
});
