import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { connectAsync } from 'mqtt';
import { municipalHydrant } from '../../device-profiles/generic/municipal-hydrant.ts';
import type { AlarmChange } from '../../sdk/model/alarm.ts';
import { FengsuiError } from '../../sdk/model/errors.ts';
import { deviceId, districtCode, gatewayId, townCode } from '../../sdk/model/ids.ts';
import { minutes, monoTime, wallTime } from '../../sdk/model/time.ts';
import { encodeAlarm } from '../../sdk/wire/alarm-message.ts';
import {
  type DeviceState,
  encodeGatewayState,
  encodePresence,
  type GatewayState,
} from '../../sdk/wire/gateway-state.ts';
import { encodePointTable, type PointTable, pointTable } from '../../sdk/wire/point-table.ts';
import { decodeReceipt, type Receipt } from '../../sdk/wire/receipt.ts';
import { type Data, decodeRequest, encodeReply, isCommand, type Request } from '../../sdk/wire/request.ts';
import { isSign1, openSign1, signedBytes } from '../../sdk/wire/sign1.ts';
import type { Span } from '../../sdk/wire/span.ts';
import { encodeGone, encodeSnapshot, encodeSummary, encodeTelemetry, type Sample } from '../../sdk/wire/telemetry.ts';
import { type Channel, type Site, topicOf } from '../../sdk/wire/topics.ts';
import { pressureLow } from '../../simulators/fleet/light-messages.ts';

/** Answers one request; throwing a FengsuiError refuses it, `silence` lets it wait. */
export type Answer = (request: Request) => Data | Promise<Data>;
export const silence = Symbol('silence');

export type FakeGateway = AsyncDisposable & {
  readonly site: Site;
  readonly requests: readonly Request[];
  readonly receipts: readonly Receipt[];
  /** Published at start; columns: pressure of hydrant-1, status of smoke-1. */
  readonly table: PointTable;
  /** What `resume` answers; alarms of `journal` from `next` on are sent again. */
  readonly lane: { log: number; next: number; journal: Uint8Array[] };
  answers: Map<string, Answer | typeof silence>;
  presence(online: boolean, boot?: number): Promise<void>;
  state(changes?: Partial<GatewayState>): Promise<void>;
  publish(channel: Channel, bytes: Uint8Array, retain?: boolean): Promise<void>;
  alarm(seq: number, log?: number): Promise<void>;
  telemetry(seq: number, samples: readonly Sample[], table?: PointTable): Promise<void>;
  /** The present state after entry `seq`. */
  snapshot(seq: number, samples: readonly Sample[]): Promise<void>;
  /** By the minute. */
  summary(first: number, seq: number, spans: readonly Span[], table?: PointTable): Promise<void>;
  gone(first: number, seq: number, from: number, to: number): Promise<void>;
  reply(client: string, bytes: Uint8Array): Promise<void>;
  /** Goes without a word: the broker publishes the last will. */
  vanish(): void;
};

type Options = {
  readonly port: number;
  readonly id?: string;
  readonly operators?: Readonly<Record<string, string>>;
  readonly devices?: readonly DeviceState[];
  /** Of a broker that asks for certificates. */
  readonly url?: string;
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string };
};

export const hydrant: DeviceState = {
  id: deviceId('hydrant-1'),
  profile: municipalHydrant.id,
  name: '村口消火栓',
  place: 'village gate',
  bus: 'rs485',
  origin: 'file',
  health: 'ok',
};

/** A gateway on plain MQTT and the wire contract: nothing of edge, so that a mistake is not shared. */
export async function fakeGateway(options: Options): Promise<FakeGateway> {
  const site: Site = {
    district: districtCode('330603'),
    town: townCode('001'),
    gateway: gatewayId(options.id ?? 'gw-1'),
  };
  const table = pointTable([
    { device: deviceId('hydrant-1'), point: 'pressure', unit: 'MPa', resolution: 0.001 },
    { device: deviceId('smoke-1'), point: 'status', choices: ['normal', 'smoke', 'test', 'fault'] },
  ]);
  const mqtt = await connectAsync(options.url ?? `mqtt://127.0.0.1:${options.port}`, {
    ...(options.tls && { ...options.tls, clientId: options.id ?? 'gw-1' }),
    reconnectPeriod: 0,
    protocolVersion: 4,
    will: {
      topic: topicOf(site, 'presence'),
      payload: Buffer.from(encodePresence({ online: false, boot: 1 })),
      qos: 1,
      retain: true,
    },
  });
  mqtt.on('error', () => undefined);
  const requests: Request[] = [];
  const receipts: Receipt[] = [];
  const nonces = new Set<string>();
  let closing = false;
  const answers = new Map<string, Answer | typeof silence>();
  const lane: FakeGateway['lane'] = { log: 7, next: 1, journal: [] };
  const publish = async (channel: Channel, bytes: Uint8Array, retain = false): Promise<void> => {
    await mqtt.publishAsync(topicOf(site, channel), Buffer.from(bytes), { qos: 1, retain });
  };
  const keys = new Map(Object.entries(options.operators ?? {}).map(([id, key]) => [id, publicKey(key)] as const));
  const verified = (topic: string, bytes: Uint8Array): Uint8Array => {
    const { keyId, payload, signature } = openSign1(bytes);
    const key = keys.get(keyId);
    if (!key || !verify(null, signedBytes(payload, topic), key, signature))
      throw new FengsuiError('FORBIDDEN', `“${keyId}” may not`);
    return payload;
  };
  const standard: Record<string, Answer> = {
    challenge: () => {
      const nonce = crypto.getRandomValues(new Uint8Array(16));
      nonces.add(Buffer.from(nonce).toString('hex'));
      return { nonce };
    },
    latest: () => ({ devices: [{ device: 'hydrant-1', points: [['pressure', Date.now() - 2_000, 0.421]] }] }),
    table: () => ({ table: encodePointTable(table) }),
    alarms: () => ({ alarms: [] }),
    resume: () => ({ log: lane.log, next: lane.next }),
  };
  const perform = async (topic: string, bytes: Uint8Array): Promise<void> => {
    const signed = isSign1(bytes);
    const request = decodeRequest(innermost(bytes));
    requests.push(request);
    const answer = answers.get(request.method) ?? standard[request.method];
    if (answer === silence) return;
    const send = (reply: Uint8Array) =>
      mqtt.publishAsync(topicOf(site, 'reply', request.client), Buffer.from(reply), { qos: 1 });
    try {
      for (let layer = bytes; isSign1(layer); layer = openSign1(layer).payload) verified(topic, layer);
      if (
        isCommand(request.method) &&
        !(request.method === 'invoke' && signed && !request.nonce) &&
        (!signed || !request.nonce || !nonces.delete(Buffer.from(request.nonce).toString('hex')))
      ) {
        throw new FengsuiError('CHALLENGE_EXPIRED', 'not signed, or no open challenge');
      }
      if (!answer) throw new FengsuiError('NOT_FOUND', `no answer to ${request.method}`);
      await send(encodeReply({ id: request.id, ok: true, result: await answer(request) }));
      if (request.method === 'resume') for (const alarm of lane.journal.slice()) await publish('alarm', alarm);
    } catch (e) {
      if (!FengsuiError.is(e)) throw e;
      await send(encodeReply({ id: request.id, ok: false, code: e.code, message: e.message }));
    }
  };
  mqtt.on('message', (topic, bytes) => {
    if (topic === topicOf(site, 'receipt')) receipts.push(decodeReceipt(verified(topic, bytes)));
    else perform(topic, bytes).catch((e: unknown) => closing || console.error('fake gateway', e));
  });
  await mqtt.subscribeAsync([topicOf(site, 'request'), topicOf(site, 'receipt')], { qos: 1 });
  const head = (seq: number) => ({ log: lane.log, seq, boot: 1, trust: 'synced', table: table.hash }) as const;
  const gateway: FakeGateway = {
    site,
    requests,
    receipts,
    table,
    lane,
    answers,
    publish,
    presence: (online, boot = 1) => publish('presence', encodePresence({ online, boot }), true),
    state: (changes = {}) =>
      publish('state', encodeGatewayState({ ...baseState(options.devices ?? [hydrant]), ...changes }), true),
    alarm: (seq, log = lane.log) => publish('alarm', alarmBytes(seq, log)),
    telemetry: (seq, samples, of = table) =>
      publish('telemetry', encodeTelemetry({ ...head(seq), table: of.hash }, of, samples)),
    snapshot: (seq, samples) => publish('telemetry', encodeSnapshot(head(seq), table, samples)),
    summary: (first, seq, spans, of = table) =>
      publish('telemetry', encodeSummary({ ...head(seq), table: of.hash, first, every: minutes(1) }, of, spans)),
    gone: (first, seq, from, to) =>
      publish('telemetry', encodeGone({ log: lane.log, first, seq, from: wallTime(from), to: wallTime(to) })),
    reply: async (client, bytes) =>
      void (await mqtt.publishAsync(topicOf(site, 'reply', client), Buffer.from(bytes), { qos: 1 })),
    vanish() {
      closing = true;
      mqtt.stream.destroy();
    },
    async [Symbol.asyncDispose]() {
      closing = true;
      await mqtt.endAsync(true);
    },
  };
  await gateway.state();
  await publish('points', encodePointTable(table), true);
  await gateway.presence(true);
  return gateway;
}

export const alarmBytes = (seq: number, log = 7): Uint8Array => encodeAlarm({ log, seq, change: alarmChange(seq) });

export const alarmChange = (occurrence: number): AlarmChange =>
  pressureLow(occurrence, {
    boot: 1,
    mono: monoTime(5_000),
    wall: wallTime(1_790_000_000_123),
    trust: 'synced',
  });

export const sample = (column: number, value: number | string | boolean, wall = Date.now()): Sample => ({
  column,
  wall: wallTime(wall),
  value: { quality: 'good', at: monoTime(0), value },
});

const baseState = (devices: readonly DeviceState[]): GatewayState => ({
  name: 'Station 1',
  version: '0.1.0',
  boot: 1,
  at: wallTime(1_790_000_000_000),
  clock: 'synced',
  riskLevel: 'normal',
  configVersion: 3,
  log: 7,
  alarmBacklog: 0,
  telemetryBacklog: 0,
  buses: [{ id: 'rs485' }],
  devices,
});

/** Two persons may have signed. */
const innermost = (bytes: Uint8Array): Uint8Array => (isSign1(bytes) ? innermost(openSign1(bytes).payload) : bytes);

const publicKey = (base64: string): KeyObject =>
  createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(base64, 'base64').toString('base64url') },
    format: 'jwk',
  });
