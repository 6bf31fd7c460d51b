import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createServer } from 'node:tls';
import { Aedes, type PublishPacket } from 'aedes';
import { connectAsync } from 'mqtt';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Authority, certificateRequest, createAuthority, holderOf } from '../../../sdk/authority/index.ts';
import { connect, type Fengsui, type Signer } from '../../../sdk/index.ts';
import { districtCode, gatewayId, townCode } from '../../../sdk/model/ids.ts';
import { decodePointTable } from '../../../sdk/wire/point-table.ts';
import {
  commands,
  type Data,
  decodeReply,
  decodeRequest,
  encodeRequest,
  type Query,
  queries,
  type Reply,
  type Request,
} from '../../../sdk/wire/request.ts';
import { isSign1, openSign1 } from '../../../sdk/wire/sign1.ts';
import { openTelemetry } from '../../../sdk/wire/telemetry.ts';
import { channels, parseTopic } from '../../../sdk/wire/topics.ts';
import { modbusServer } from '../../../simulators/modbus/modbus-server.ts';
import { localServer } from '../../../simulators/process/local-server.ts';
import { smokeReceiver } from '../../../simulators/smoke/smoke-receiver.ts';
import { barrier } from '../../../simulators/village/barrier.ts';
import { pressureTransmitter } from '../../../simulators/water/pressure-transmitter.ts';
import { mismatch } from '../../support/cddl/check-cddl.ts';
import { closedAfterEach } from '../../support/closed-after-each.ts';
import { commander, order } from '../../support/commander.ts';
import { fieldSite } from '../../support/field-site.ts';
import { type GatewayUnderTest, startGatewayUnderTest } from '../../support/gateway-process.ts';
import { freePort } from '../../support/mosquitto.ts';
import { operator } from '../../support/operator.ts';
import { identityOf } from '../../support/secure-broker.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { until } from '../../support/until.ts';
import { contractRules, sends } from '../../support/wire/contract-documents.ts';
import { dataBytes, methodRule } from '../../support/wire/method-data.ts';
import { wirePlatform } from '../../support/wire-platform.ts';

type Heard = { readonly channel: string; readonly packet: PublishPacket };

/** A broker that keeps what is published on our topics. */
async function listeningBroker(authority: Authority) {
  const aedes = await Aedes.createBroker();
  const heard: Heard[] = [];
  aedes.on('publish', (packet) => {
    const { channel } = parseTopic(packet.topic) ?? {};
    if (channel) heard.push({ channel, packet: { ...packet, payload: Buffer.from(packet.payload) } });
    else if (!packet.topic.startsWith('$SYS/')) heard.push({ channel: `none: ${packet.topic}`, packet });
  });
  const server = await localServer((socket) => void aedes.handle(socket));
  const { cert, key } = await identityOf(authority, holderOf({ kind: 'broker', name: 'main', hosts: ['127.0.0.1'] }));
  const secure = createServer({ cert, key }, (socket) => void aedes.handle(socket));
  const securePort = await freePort();
  await new Promise<void>((listening) => secure.listen(securePort, '127.0.0.1', listening));
  return {
    port: server.port,
    /** For the gateway, which has a certificate. */
    securePort,
    heard,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await new Promise<void>((done) => aedes.close(() => done()));
      await new Promise<void>((done) => secure.close(() => done()));
    },
  };
}

describe('what a gateway process and a client publish', { timeout: 60_000 }, () => {
  const tester = operator('tester');
  const own = closedAfterEach();
  let broker: Awaited<ReturnType<typeof listeningBroker>>;
  let gateway: GatewayUnderTest;
  let authority: Authority;
  let fs: Fengsui;

  beforeEach(async () => {
    const smoke = smokeReceiver({ slots: 1 });
    smoke.trip(0);
    const units = new Map([
      [1, pressureTransmitter(1, () => 0.05)],
      [2, smoke.unit],
      [5, barrier({ travelMs: 100 }).unit],
    ]);
    const street = own(await modbusServer({ transport: 'tcp', units }));
    authority = await createAuthority({ folder: join(await temporaryFolder(), 'authority'), district: '330603' });
    broker = own(await listeningBroker(authority));
    const buses = `  - id: street
    tcp: "127.0.0.1:${street.port}"
    devices:
      - { id: gate, profile: generic/municipal-hydrant, unit: 1, pollMs: 100, name: Gate }
      - { id: kitchen, profile: generic/wireless-smoke-alarm, unit: 2, pollMs: 100, name: Kitchen, settings: { slot: 0 } }
      - { id: away, profile: generic/municipal-hydrant, unit: 3, pollMs: 100, name: Away }
  - id: lane
    tcp: "127.0.0.1:${street.port}"
    devices:
      - { id: barrier, profile: generic/barrier, unit: 5, pollMs: 100, name: Barrier }
`;
    const papers = 'ca: ca.pem, cert: gateway.pem, key: gateway.key';
    const site = fieldSite({
      broker: broker.port,
      buses,
      key: tester.publicKey,
      roles: '[receipts, configure, operate, life-safety]',
    });
    const plain = `"mqtt://127.0.0.1:${broker.port}"]`;
    const secure = `"mqtts://127.0.0.1:${broker.securePort}"], ${papers}`;
    gateway = own(await startGatewayUnderTest(site.replace(plain, secure)));
    await giveCertificate(authority, dirname(gateway.config));
    const { signer } = tester;
    fs = own(await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603', signer, operator: 'Li' }));
  });

  const presences = (): number => broker.heard.filter(({ channel }) => channel === 'presence').length;

  it('is what the contract says, on every channel and for every method', async () => {
    await doAllThere(fs);
    await askForBatches(broker);
    await openBarrier(broker.port, tester.signer);
    await applyLists(broker.port, tester.privateKey);
    await renew(fs, authority);
    await gateway.kill();
    await until('the broker tells the last will', () => presences() >= 2, 15_000);

    expect(new Set(broker.heard.map(({ channel }) => channel))).toEqual(new Set(channels));
    for (const { channel, packet } of broker.heard) {
      const { qos, retain } = sends(channel)?.bindings.mqtt ?? {};
      expect.soft({ qos: packet.qos, retain: packet.retain }, packet.topic).toEqual({ qos, retain });
      expect.soft(mismatch(contractRules, channel, Buffer.from(packet.payload)), packet.topic).toBeUndefined();
    }
    const asked = requestsIn(broker.heard);
    for (const { method, params } of asked.values())
      expect.soft(mismatch(contractRules, methodRule(method, 'params'), dataBytes(params)), method).toBeUndefined();
    const answered = repliesIn(broker.heard).flatMap((reply) => {
      const method = asked.get(reply.id)?.method;
      return method && reply.ok ? [{ method, result: reply.result }] : [];
    });
    for (const { method, result } of answered)
      expect.soft(mismatch(contractRules, methodRule(method, 'result'), dataBytes(result)), method).toBeUndefined();
    expect(new Set(answered.map(({ method }) => method))).toEqual(new Set([...queries, ...commands]));
  });
});

const of = (heard: readonly Heard[], channel: string): Uint8Array[] =>
  heard.filter((each) => each.channel === channel).map(({ packet }) => Buffer.from(packet.payload));

const requestsIn = (heard: readonly Heard[]): ReadonlyMap<string, Request> =>
  new Map(
    of(heard, 'request').map((bytes) => {
      const request = decodeRequest(isSign1(bytes) ? openSign1(bytes).payload : bytes);
      return [request.id, request];
    }),
  );
const repliesIn = (heard: readonly Heard[]): Reply[] => of(heard, 'reply').map(decodeReply);

/** Everything that the SDK can ask or tell a gateway at which a pressure is low and smoke was seen. */
async function doAllThere(fs: Fengsui): Promise<void> {
  const gateway = 'test-01';
  const gate = { gateway, device: 'gate' };
  for await (const { alarm, change, commit } of fs.alarms.stream()) {
    await commit();
    if (change !== 'raised' || alarm.device !== 'gate') continue;
    await fs.alarms.silence(alarm);
    await fs.alarms.shelve(alarm, { minutes: 5, why: 'pump test' });
    await fs.alarms.suppressed(gate);
    await fs.alarms.active({ gateway, hidden: true });
    await fs.alarms.lift(alarm);
    await fs.alarms.ack(alarm);
    break;
  }
  const smoke = { gateway, device: 'kitchen', condition: 'smoke', occurrence: 1 };
  await until('smoke is told', () => fs.devices.get(smoke).alarm === 'fire');
  await fs.alarms.reset(smoke);
  await fs.gateways.status(gateway);
  await fs.gateways.setRiskLevel({ gateway, level: 'heightened', why: 'dry wind' });
  await fs.walkTests.start({ gateway, devices: ['gate'], minutes: 1, sounders: 'quiet' });
  await fs.walkTests.state({ gateway });
  await fs.walkTests.stop({ gateway });
  await fs.walkTests.state({ gateway });
  await fs.telemetry.latest(gate);
  for await (const _ of fs.diagnostics.logs({ gateway })) break;
  for await (const step of fs.diagnostics.scanBus({ gateway, bus: 'street', units: [1, 40] }))
    if (step.type === 'found' && step.unit === 2) break;
  const span = { from: new Date(Date.now() - 60_000), to: new Date() };
  for await (const _ of fs.telemetry.history(gate, span));
  for await (const _ of fs.telemetry.history(gate, { ...span, every: 1_000 }));
  const added = { gateway, device: 'new' };
  const profile = 'generic/municipal-hydrant';
  await fs.devices.provision({ gateway, id: 'new', profile, bus: 'street', unit: 4, name: 'New' });
  await fs.devices.remove(added);
}

/** A command to a device that is done, and one that is refused. */
async function openBarrier(port: number, signer: Signer): Promise<void> {
  const site = { district: districtCode('330603'), town: townCode('001'), gateway: gatewayId('test-01') };
  await using desk = await commander(port, site);
  await until('its key is told', () => desk.state()?.receiptKey !== undefined);
  const what = order('barrier', 'open', { operator: 'Li' });
  const nonce = await desk.nonce();
  expect(desk.receipt(await desk.invoke(what, [signer], nonce))).toMatchObject({ state: 'verified' });
  expect(desk.receipt(await desk.query('outcome', { audit: what.audit }))).toMatchObject({ state: 'verified' });
  const wrong = await desk.invoke(order('barrier', 'shut'), [signer]);
  expect(desk.receipt(wrong)).toMatchObject({ state: 'refused', code: 'NOT_FOUND' });
}

/** What the SDK leaves to a platform with a store. */
async function applyLists(port: number, privateKey: string): Promise<void> {
  await using platform = await wirePlatform(port, privateKey);
  const shed = { bus: 'street', id: 'shed', profile: 'generic/municipal-hydrant', unit: 4, name: 'Shed' };
  await platform.ask('apply', { version: 1, devices: [{ ...shed, profile: 'x/y' }] });
  await platform.ask('apply', { version: 2, devices: [{ ...shed, conditions: { low: { limit: 0.2 } } }] });
  await platform.ask('config', {});
  await until('that is told', () => platform.state()?.desired?.version === 2);
}

const holder = holderOf({ kind: 'gateway', name: 'test-01', town: '001' });

async function giveCertificate(authority: Authority, folder: string): Promise<void> {
  const request = await certificateRequest({ keyFile: join(folder, 'gateway.key'), district: '330603', holder });
  const { certificate } = await authority.issue(holder, { request });
  await writeFile(join(folder, 'ca.pem'), authority.certificate);
  await writeFile(join(folder, 'gateway.pem'), certificate);
}

async function renew(fs: Fengsui, authority: Authority): Promise<void> {
  const [shown] = await fs.certificates.list({ gateway: 'test-01' });
  const { certificate } = await authority.issue(holder, { request: shown?.request ?? '' });
  await fs.certificates.install({ gateway: 'test-01', uplink: 'platform', certificate });
}

/** What a client asks for that has missed readings, which the SDK here has not. */
async function askForBatches(broker: { readonly port: number; readonly heard: readonly Heard[] }): Promise<void> {
  const [topic] = broker.heard.filter(({ channel }) => channel === 'request').map(({ packet }) => packet.topic);
  const [points] = of(broker.heard, 'points').map(decodePointTable);
  await until('readings are told', () => of(broker.heard, 'telemetry').length > 0);
  const [readings] = of(broker.heard, 'telemetry').map(openTelemetry);
  if (!topic || !points || !readings) throw new Error('nothing was heard');
  const { log, first, seq } = { first: 1, ...readings };
  const mqtt = await connectAsync(`mqtt://127.0.0.1:${broker.port}`);
  const ask = async (id: string, method: Query, params: Data): Promise<void> => {
    await mqtt.publishAsync(topic, Buffer.from(encodeRequest({ id, client: 'probe', method, params })), { qos: 1 });
    await until(`${method} is answered`, () => repliesIn(broker.heard).some((reply) => reply.id === id && reply.ok));
  };
  await ask('p1', 'table', { hash: points.hash });
  await ask('p2', 'batches', { log, after: first - 1, upTo: seq });
  await mqtt.endAsync();
}
