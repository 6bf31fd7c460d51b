import { connectAsync, type MqttClient } from 'mqtt';
import { municipalHydrant } from '../../../device-profiles/generic/municipal-hydrant.ts';
import { deviceId, districtCode, gatewayId, townCode } from '../../../sdk/model/ids.ts';
import { monoTime, wallTime } from '../../../sdk/model/time.ts';
import { encodeGatewayState, encodePresence, type GatewayState } from '../../../sdk/wire/gateway-state.ts';
import { encodePointTable, pointTable } from '../../../sdk/wire/point-table.ts';
import { decodeRequest, encodeReply } from '../../../sdk/wire/request.ts';
import { encodeTelemetry, type Sample } from '../../../sdk/wire/telemetry.ts';
import { parseTopic, type Site, topicFilter, topicOf } from '../../../sdk/wire/topics.ts';

/** What each message carries: so many points, so many readings of each; and how many messages make a run. */
export type Shape = { readonly points: number; readonly each: number; readonly messages: number };

/** Some tens of gateways as a broker sees them: their documents, their numbered telemetry, an answer to who asks. */
export type Load = AsyncDisposable & {
  /** Publishes so many more messages, the gateways in turn; resolves when the broker has them all. */
  readonly publish: (messages: number) => Promise<void>;
  readonly bytesPerMessage: number;
};

export const district = districtCode('330603');
const gateways = 40;
const log = 7;
const start = 1_790_000_000_000;
const commitMs = 10_000;
/** Messages on their way to the broker at a time. */
const underWay = 500;

export async function startLoad(url: string, shape: Shape): Promise<Load> {
  const mqtt = await connectAsync(url, { protocolVersion: 4 });
  const sites = Array.from(
    { length: gateways },
    (_, i): Site => ({ district, town: townCode('001'), gateway: gatewayId(`village-${i}`) }),
  );
  const devices = Array.from({ length: shape.points }, (_, i) => deviceId(`hydrant-${i}`));
  const table = pointTable(devices.map((device) => ({ device, point: 'pressure', unit: 'MPa', resolution: 0.001 })));
  const message = (n: number): Uint8Array => {
    const seq = Math.floor(n / gateways) + 1;
    const wall = start + seq * commitMs;
    const head = { log, seq, boot: 1, trust: 'synced', table: table.hash, offset: start } as const;
    return encodeTelemetry(head, table, samplesOf(shape, wall, n));
  };
  await answer(mqtt);
  for (const site of sites) {
    const publish = (channel: 'state' | 'points' | 'presence', bytes: Uint8Array) =>
      mqtt.publishAsync(topicOf(site, channel), Buffer.from(bytes), { qos: 1, retain: true });
    await publish('state', encodeGatewayState(stateOf(devices)));
    await publish('points', encodePointTable(table));
    await publish('presence', encodePresence({ online: true, boot: 1 }));
  }
  let next = 0;
  return {
    bytesPerMessage: message(0).length,
    async publish(messages) {
      const end = next + messages;
      const one = async (): Promise<void> => {
        while (next < end) {
          const n = next++;
          const site = sites[n % gateways];
          if (site) await mqtt.publishAsync(topicOf(site, 'telemetry'), Buffer.from(message(n)), { qos: 1 });
        }
      };
      await Promise.all(Array.from({ length: underWay }, one));
    },
    [Symbol.asyncDispose]: () => mqtt.endAsync(),
  };
}

/** Spread over the commit interval, as a gateway reads; each a little other than the last. */
function samplesOf({ points, each }: Shape, wall: number, n: number): readonly Sample[] {
  return Array.from({ length: points * each }, (_, i) => ({
    column: i % points,
    wall: wallTime(wall + Math.floor((i * commitMs) / (points * each))),
    value: { quality: 'good', at: monoTime(0), value: (300 + ((i * 7 + n) % 90)) / 1_000 },
  }));
}

/** Whoever comes in is told that there is nothing older. */
async function answer(mqtt: MqttClient): Promise<void> {
  mqtt.on('message', (topic, bytes) => {
    const site = parseTopic(topic)?.site;
    if (!site) return;
    const { id, client } = decodeRequest(bytes);
    const reply = encodeReply({ id, ok: true, result: { devices: [] } });
    mqtt.publish(topicOf(site, 'reply', client), Buffer.from(reply), { qos: 1 });
  });
  await mqtt.subscribeAsync(topicFilter({ district }, 'request'), { qos: 1 });
}

const stateOf = (devices: readonly ReturnType<typeof deviceId>[]): GatewayState => ({
  name: 'Village',
  version: '0.1.0',
  boot: 1,
  at: wallTime(start),
  clock: 'synced',
  riskLevel: 'normal',
  configVersion: 1,
  log,
  alarmBacklog: 0,
  telemetryBacklog: 0,
  buses: [{ id: 'street' }],
  devices: devices.map((id) => ({
    id,
    profile: municipalHydrant.id,
    name: '村口消火栓',
    place: '',
    bus: 'street',
    origin: 'file',
    health: 'ok',
  })),
});
