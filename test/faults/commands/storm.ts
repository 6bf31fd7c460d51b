import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { MqttClient } from 'mqtt';
import type { Fengsui } from '../../../sdk/index.ts';
import { encodePresence } from '../../../sdk/wire/gateway-state.ts';
import { decodeReply, decodeRequest, encodeReply, encodeRequest } from '../../../sdk/wire/request.ts';
import { type Channel, topicFilter, topicOf } from '../../../sdk/wire/topics.ts';
import { quantile } from '../../../simulators/demo/ledger.ts';
import { seededRandom } from '../../../simulators/water/seeded-random.ts';
import { processFigures } from '../../bench/process-figures.ts';
import { pause } from '../../support/rig.ts';
import { alarmField, isStep, stepAt } from '../alarm-field.ts';
import { goldenOf, hostileMessages } from './hostile-messages.ts';
import { siteOf, type TrialDistrict, trialDistrict } from './trial-district.ts';

/** Messages that are on their way at once: below what mosquitto keeps for a client that is slow. */
const batch = 400;
/** Of all messages, before what is measured begins: buffers and compiled code settle. */
const warmUp = 0.1;
const slots = 120;
const alarmEveryMs = 400;
const answerWithinMs = 30_000;
const mostGrownMb = 32;
/** Lines of the log that a storm may cost: for each kind of refusal a first, and a count now and then. */
const mostLines = 100;

const toGatewayShare = [
  ['request', 0.7],
  ['receipt', 0.3],
] as const;
const toPlatform = ['presence', 'state', 'points', 'alarm', 'telemetry', 'reply'] as const;

export type StormOptions = { readonly messages: number; readonly seed: number };

/**
 * Random and damaged bytes on every topic that a gateway and the SDK subscribe to, as fast as they take them, while real
 * alarms happen. A process of the platform without an operator's key sends to the real gateway; a gateway with a certificate
 * of its own, gone bad, sends to the platform.
 */
export async function storm({ messages, seed }: StormOptions): Promise<Record<string, number>> {
  const random = seededRandom(seed);
  using uncaught = countUncaught();
  await using field = await alarmField(slots, 200);
  await using trial = await trialDistrict({ yaml: field.yaml, operators: { duty: '' } });
  const fs = await trial.platform('duty', 'duty');
  await until('the gateway is online', () => fs.gateways.list({ online: true }).length === 1);
  const alarms = watchAlarms(fs, field);
  const readers = readEverything(fs);
  const errors = countErrors(fs);
  const gateway = await gatewayAttack(trial, random);
  const platform = await platformAttack(trial, fs, random);

  const changing = changeAlarms(field, seededRandom(seed + 1));
  await pause(5_000);
  alarms.from('calm');
  await pause(10_000);
  alarms.from('storm');
  const began = Date.now();
  let before = figuresNow(trial);
  const warm = setInterval(() => {
    if (gateway.sent() + platform.sent() < messages * warmUp) return;
    clearInterval(warm);
    before = figuresNow(trial);
  }, 50);
  const half = async ({ send, sent }: Attack): Promise<void> => {
    while (sent() < messages / 2) {
      await send(batch);
      if (sent() % 50_000 === 0) console.log(`${sent()} of ${messages / 2} by one of two, ${Date.now() - began} ms`);
    }
  };
  await Promise.all([half(gateway), half(platform)]);
  clearInterval(warm);
  const seconds = (Date.now() - began) / 1_000;
  const after = figuresNow(trial);
  const crashed = trial.gateway().process.exitCode !== null || trial.gateway().process.signalCode !== null ? 1 : 0;
  changing.stop();
  const [happened, told] = await settledAlarms(field, alarms);
  const { refused } = fs;
  await gateway.rest();
  await trial.stopGateway();
  await fs.close();
  await Promise.all([readers, alarms.over]);
  const log = readLog(trial.folder);
  const refusals = log.filter(({ event }) => /^(request|receipt)\./.test(event));
  const refusedByGateway = refusals.reduce((sum, { count }) => sum + (count ?? 1), 0);
  const answered = gateway.answered();
  return {
    messages: gateway.sent() + platform.sent(),
    messages_per_s: Math.round((gateway.sent() + platform.sent()) / seconds),
    storm_s: Math.round(seconds),
    to_gateway: gateway.sent(),
    gateway_refused: refusedByGateway,
    gateway_answered: answered,
    // What was damaged may still be a question that makes sense: it was answered. Everything else is in the log's counts.
    gateway_unaccounted: gateway.sent() + gateway.markers() - refusedByGateway - answered,
    to_platform: platform.sent(),
    platform_refused: refused,
    platform_error_events: errors(),
    crashes: crashed + uncaught.count(),
    gateway_rss_growth_mb: round(after.gatewayMb - before.gatewayMb),
    gateway_rss_mb: round(after.gatewayMb),
    platform_heap_growth_mb: round(after.heapMb - before.heapMb),
    grown: Number(after.gatewayMb - before.gatewayMb > mostGrownMb || after.heapMb - before.heapMb > mostGrownMb),
    log_lines: refusals.length,
    log_flooded: Number(refusals.length > mostLines),
    alarms_happened: happened,
    alarms_lost: happened - told,
    alarm_p99_calm_ms: quantile(alarms.latencies('calm'), 0.99),
    alarm_p50_ms: quantile(alarms.latencies('storm'), 0.5),
    alarm_p99_ms: quantile(alarms.latencies('storm'), 0.99),
  };
}

type Attack = {
  /** Resolves once whoever is attacked has dealt with all of them. */
  readonly send: (count: number) => Promise<void>;
  readonly sent: () => number;
};

async function gatewayAttack(trial: TrialDistrict, random: () => number) {
  const client = await trial.client('attacker');
  const next = new Map(toGatewayShare.map(([channel]) => [channel, hostileMessages(goldenOf(channel), random)]));
  let sent = 0;
  let markers = 0;
  let answered = 0;
  let arrived: ((id: string) => void) | undefined;
  client.on('message', (topic, bytes) => {
    const reply = decodeReply(bytes);
    if (reply.ok && !topic.includes('/reply/sdk-')) answered++; // not what the platform itself has asked
    if (topic.endsWith('/reply/storm')) arrived?.(reply.id);
  });
  await client.subscribeAsync(topicFilter({ ...trial.site }, 'reply', '+'), { qos: 0 });
  /** A request of ours behind the others: its answer tells that they have been dealt with. Asked again, as it may be refused as one too many. */
  const marker = async (): Promise<void> => {
    const id = `marker-${markers}`;
    for (const end = Date.now() + answerWithinMs; ; ) {
      if (!client.connected) throw new Error('the broker has closed the attacker’s connection');
      markers++;
      const came = new Promise<boolean>((resolve) => {
        arrived = (answer) => answer === id && resolve(true);
        setTimeout(() => resolve(false), 2_000).unref();
      });
      const question = encodeRequest({ id, client: 'storm', method: 'walkTest', params: null });
      client.publish(topicOf(trial.site, 'request'), Buffer.from(question), { qos: 0 });
      if (await came) return;
      if (Date.now() > end) throw new Error('the gateway does not answer any more');
    }
  };
  const send = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n++) {
      const channel = random() < toGatewayShare[0][1] ? 'request' : 'receipt';
      publish(client, topicOf(trial.site, channel), next.get(channel)?.().bytes ?? Uint8Array.of());
    }
    sent += count;
    await marker();
  };
  return {
    send,
    sent: () => sent,
    markers: () => markers,
    answered: () => answered,
    /** Answers that are still on their way. */
    rest: () => pause(1_000),
  };
}

async function platformAttack(trial: TrialDistrict, fs: Fengsui, random: () => number): Promise<Attack> {
  const client = await trial.client('gw-evil');
  const evil = siteOf('gw-evil');
  const next = new Map(toPlatform.map((channel) => [channel, hostileMessages(goldenOf(channel), random)]));
  let sent = 0;
  let platform = 'nobody';
  client.on('message', (_topic, bytes) => {
    const request = decodeRequest(bytes);
    platform = request.client;
    const reply = topicOf(evil, 'reply', platform);
    if (request.method === 'walkTest') publish(client, reply, encodeReply({ id: request.id, ok: true, result: {} }));
    else if (random() < 0.5) publish(client, reply, next.get('reply')?.().bytes ?? Uint8Array.of());
    else publish(client, reply, encodeReply({ id: request.id, ok: true, result: { log: 1, next: random() } }));
  });
  await client.subscribeAsync(topicOf(evil, 'request'), { qos: 0 });
  const send = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n++) {
      const channel: Channel = toPlatform[Math.floor(random() * toPlatform.length)] ?? 'reply';
      const topic = channel === 'reply' ? topicOf(evil, 'reply', platform) : topicOf(evil, channel);
      publish(client, topic, next.get(channel)?.().bytes ?? Uint8Array.of());
    }
    sent += count;
    publish(client, topicOf(evil, 'presence'), encodePresence({ online: true, boot: 1 }));
    await until('the evil gateway is online', () => isOnline(fs));
    if (!client.connected) throw new Error('the broker has closed the evil gateway’s connection');
    await fs.walkTests.state({ gateway: 'gw-evil' }, { timeoutMs: answerWithinMs });
  };
  return { send, sent: () => sent };
}

const isOnline = (fs: Fengsui): boolean => fs.gateways.list({ online: true }).some(({ id }) => id === 'gw-evil');

const publish = (client: MqttClient, topic: string, bytes: Uint8Array): void =>
  void client.publish(topic, Buffer.from(bytes), { qos: 0 });

type Phase = 'settling' | 'calm' | 'storm';

function watchAlarms(fs: Fengsui, field: Awaited<ReturnType<typeof alarmField>>) {
  const latencies: Record<Phase, number[]> = { settling: [], calm: [], storm: [] };
  const told = new Map<string, number>();
  let phase: Phase = 'settling';
  const over = (async () => {
    for await (const { alarm, change, commit } of fs.alarms.stream()) {
      const key = `${alarm.device}/${alarm.condition}`;
      if (alarm.gateway === 'gw-1' && isStep(change) && field.truth.has(key)) {
        const nth = (told.get(key) ?? 0) + 1;
        if (stepAt(nth - 1) !== change) console.log(`${key}: ${change} out of turn`);
        told.set(key, nth);
        field.seen(key, nth);
        latencies[phase].push(Date.now() - alarm.at.getTime());
      }
      await commit();
    }
  })();
  return {
    over,
    from: (next: Phase) => {
      phase = next;
    },
    latencies: (of: Phase) => latencies[of],
    told: () => [...told.values()].reduce((sum, n) => sum + n, 0),
  };
}

function changeAlarms(field: Awaited<ReturnType<typeof alarmField>>, random: () => number) {
  const timer = setInterval(() => field.change(random), alarmEveryMs);
  return { stop: () => clearInterval(timer) };
}

async function settledAlarms(
  field: Awaited<ReturnType<typeof alarmField>>,
  alarms: ReturnType<typeof watchAlarms>,
): Promise<readonly [happened: number, told: number]> {
  await until('all alarms are told', () => alarms.told() >= field.happened(), 20_000).catch(() => undefined); // counted
  return [field.happened(), alarms.told()];
}

/** Applications that read all that there is. */
async function readEverything(fs: Fengsui): Promise<void> {
  const read = async (stream: AsyncIterable<unknown>): Promise<void> => {
    for await (const _ of stream);
  };
  await Promise.all([
    read(fs.telemetry.stream()),
    read(fs.telemetry.summaries()),
    read(fs.records.stream()),
    read(fs.gateways.watch()),
  ]);
}

function countErrors(fs: Fengsui): () => number {
  let errors = 0;
  fs.on('error', () => {
    errors++;
  });
  return () => errors;
}

function countUncaught(): Disposable & { readonly count: () => number } {
  let uncaught = 0;
  const count = (e: unknown): void => {
    uncaught++;
    if (uncaught <= 5) console.error('not caught:', e);
  };
  process.on('uncaughtException', count);
  process.on('unhandledRejection', count);
  return {
    count: () => uncaught,
    [Symbol.dispose]() {
      process.off('uncaughtException', count);
      process.off('unhandledRejection', count);
    },
  };
}

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

function figuresNow(trial: TrialDistrict): { readonly gatewayMb: number; readonly heapMb: number } {
  collect();
  return {
    gatewayMb: processFigures(trial.gateway().process.pid ?? 0).rssMb,
    heapMb: process.memoryUsage().heapUsed / 1_048_576,
  };
}

type Line = { readonly event: string; readonly count?: number };

const readLog = (folder: string): readonly Line[] =>
  readFileSync(join(folder, 'gateway.log'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

const round = (n: number): number => Math.round(n * 10) / 10;

async function until(what: string, holds: () => boolean, withinMs = answerWithinMs): Promise<void> {
  for (const end = Date.now() + withinMs; !holds(); await pause(20))
    if (Date.now() > end) throw new Error(`${what}: not within ${withinMs} ms`);
}
