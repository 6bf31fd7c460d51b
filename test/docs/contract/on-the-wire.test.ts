import { Aedes, type PublishPacket } from 'aedes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, ed25519Signer, type Fengsui, generateOperatorKey } from '../../../sdk/index.ts';
import { channels, parseTopic } from '../../../sdk/wire/topics.ts';
import { modbusServer } from '../../../simulators/modbus/modbus-server.ts';
import { localServer } from '../../../simulators/process/local-server.ts';
import { pressureTransmitter } from '../../../simulators/water/pressure-transmitter.ts';
import { mismatch } from '../../support/cddl/check-cddl.ts';
import { fieldSite } from '../../support/field-site.ts';
import { type GatewayUnderTest, startGatewayUnderTest } from '../../support/gateway-process.ts';
import { until } from '../../support/until.ts';
import { contractRules, sends } from '../../support/wire/contract-documents.ts';

type Heard = { readonly channel: string; readonly packet: PublishPacket };

/** A broker that keeps what is published on our topics. */
async function listeningBroker() {
  const aedes = await Aedes.createBroker();
  const heard: Heard[] = [];
  aedes.on('publish', (packet) => {
    const { channel } = parseTopic(packet.topic) ?? {};
    if (channel) heard.push({ channel, packet: { ...packet, payload: Buffer.from(packet.payload) } });
    else if (!packet.topic.startsWith('$SYS/')) heard.push({ channel: `none: ${packet.topic}`, packet });
  });
  const server = await localServer((socket) => void aedes.handle(socket));
  return {
    port: server.port,
    heard,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await new Promise<void>((done) => aedes.close(() => done()));
    },
  };
}

describe('what a gateway process and a client publish', { timeout: 60_000 }, () => {
  const keys = generateOperatorKey();
  const open: AsyncDisposable[] = [];
  const own = <T extends AsyncDisposable>(resource: T): T => {
    open.push(resource);
    return resource;
  };
  let broker: Awaited<ReturnType<typeof listeningBroker>>;
  let gateway: GatewayUnderTest;
  let fs: Fengsui;

  beforeEach(async () => {
    const units = new Map([[1, pressureTransmitter(1, () => 0.05)]]);
    const street = own(await modbusServer({ transport: 'tcp', units }));
    broker = own(await listeningBroker());
    const buses = `  - id: street
    tcp: "127.0.0.1:${street.port}"
    devices:
      - { id: gate, profile: generic/municipal-hydrant, unit: 1, pollMs: 100, name: Gate }
      - { id: away, profile: generic/municipal-hydrant, unit: 2, pollMs: 100, name: Away }
`;
    gateway = own(await startGatewayUnderTest(fieldSite({ broker: broker.port, buses, key: keys.publicKey })));
    const signer = ed25519Signer({ keyId: 'tester', privateKey: keys.privateKey });
    fs = own(await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603', signer, operator: 'Li' }));
  });
  afterEach(async () => {
    for (const resource of open.splice(0).toReversed()) await resource[Symbol.asyncDispose]();
  });

  const presences = (): number => broker.heard.filter(({ channel }) => channel === 'presence').length;

  it('is what the contract says, on every channel', async () => {
    for await (const { alarm, change, commit } of fs.alarms.stream()) {
      await commit();
      if (change !== 'raised' || alarm.device !== 'gate') continue;
      await fs.alarms.silence(alarm);
      await fs.alarms.shelve(alarm, { minutes: 5, why: 'pump test' });
      await fs.alarms.ack(alarm);
      break;
    }
    await fs.gateways.status('test-01');
    await fs.alarms.active({ gateway: 'test-01' });
    await gateway.kill();
    await until('the broker tells the last will', () => presences() >= 2, 15_000);

    expect(new Set(broker.heard.map(({ channel }) => channel))).toEqual(new Set(channels));
    for (const { channel, packet } of broker.heard) {
      const { qos, retain } = sends(channel)?.bindings.mqtt ?? {};
      expect.soft({ qos: packet.qos, retain: packet.retain }, packet.topic).toEqual({ qos, retain });
      expect.soft(mismatch(contractRules, channel, Buffer.from(packet.payload)), packet.topic).toBeUndefined();
    }
  });
});
