import { connect, type MqttClient } from 'mqtt';
import { FengsuiError } from '../../sdk/model/errors.ts';
import { fieldsOf } from '../../sdk/wire/parse.ts';
import { decodeReceipt } from '../../sdk/wire/receipt.ts';
import { type Data, decodeRequest, encodeReply, type Request } from '../../sdk/wire/request.ts';
import { openSign1 } from '../../sdk/wire/sign1.ts';
import { type Channel, type Site, topicOf } from '../../sdk/wire/topics.ts';
import type { LightMessages } from './light-messages.ts';

/**
 * A gateway of which hundreds fit into one process: it speaks the wire as a real one does, and reads no bus. It sends
 * readings until the broker has taken them, and alarms until they are receipted, again with each connection; who asks for
 * readings that the broker has taken and lost gets the newest {@link keptReadings} of them. It believes every receipt: it is no place to test signatures.
 */
export type LightGateway = {
  /** Reads every point once: one entry of telemetry. */
  readonly read: () => void;
  /** Judges an alarm change. */
  readonly raise: () => void;
  /** Sends again what has waited for a receipt for so long, ms. */
  readonly resend: (olderThanMs: number) => void;
  readonly made: () => { readonly alarms: number; readonly telemetry: number };
  /** Unix ms at which the connection that it has came up. */
  readonly connectedAt: () => number | undefined;
  /** Breaks off without a word. */
  readonly close: () => void;
};

export type LightOptions = {
  readonly url: string;
  readonly site: Site;
  readonly messages: LightMessages;
  /** Pauses between tries to connect, ms; begun anew with each connection. */
  readonly delays: () => Iterator<number, never>;
};

/** Readings that the broker has taken are kept for who asks for them, as a gateway's journal does. */
const keptReadings = 100;

type Waiting = { readonly bytes: Uint8Array; sentAt: number };

export function lightGateway({ url, site, messages, delays }: LightOptions): LightGateway {
  const alarms = new Map<number, Waiting>();
  const readings = new Map<number, Uint8Array>();
  const taken = new Set<number>();
  let lastAlarm = 0;
  let lastReading = 0;
  let link: MqttClient | undefined;
  let upAt: number | undefined;
  let waits = delays();
  let retry: NodeJS.Timeout | undefined;

  const publish = async (channel: Channel, bytes: Uint8Array, retain = false): Promise<void> => {
    if (link?.connected)
      await link.publishAsync(topicOf(site, channel), Buffer.from(bytes), { qos: 1, retain }).catch(() => undefined);
  };
  const sendAlarm = (waiting: Waiting): void => {
    if (upAt === undefined) return;
    waiting.sentAt = Date.now();
    void publish('alarm', waiting.bytes);
  };
  const sendReading = (seq: number, bytes: Uint8Array): void => {
    const current = link;
    // Not before what tells which devices they are of: see comeUp.
    if (!current?.connected || upAt === undefined) return;
    current.publish(topicOf(site, 'telemetry'), Buffer.from(bytes), { qos: 1 }, (failed) => {
      if (!failed) taken.add(seq);
    });
  };
  /** What was asked for: entries after `after`, up to `upTo`. */
  const kept = (params: Data): Uint8Array[] => {
    const asked = fieldsOf(params, 'batches');
    const [after, upTo] = [asked.count('after'), asked.count('upTo')];
    return [...readings].flatMap(([seq, bytes]) => (seq > after && seq <= upTo ? [bytes] : []));
  };
  const firstUnreceipted = (): number => alarms.keys().next().value ?? lastAlarm + 1;
  const answers: Partial<Record<Request['method'], (params: Data) => Data>> = {
    resume: () => ({ log: messages.log, next: firstUnreceipted() }),
    latest: () => ({ devices: messages.latest() }),
    table: () => ({ table: messages.table }),
    batches: (params) => ({ batches: kept(params) }),
  };
  const reply = ({ id, client, method, params }: Request): void => {
    const answer = answers[method];
    const bytes = answer
      ? encodeReply({ id, ok: true, result: answer(params) })
      : encodeReply({ id, ok: false, code: 'NOT_FOUND', message: `a light gateway knows no ${method}` });
    void link?.publishAsync(topicOf(site, 'reply', client), Buffer.from(bytes), { qos: 1 }).catch(() => undefined);
    if (method === 'resume') for (const waiting of alarms.values()) sendAlarm(waiting);
  };
  const hear = (topic: string, bytes: Uint8Array): void => {
    if (topic !== topicOf(site, 'receipt')) return reply(decodeRequest(bytes));
    for (const [from, to] of decodeReceipt(openSign1(bytes).payload).ranges)
      for (const seq of alarms.keys()) if (seq >= from && seq <= to) alarms.delete(seq);
  };
  const comeUp = async (current: MqttClient): Promise<void> => {
    await current.subscribeAsync([topicOf(site, 'request'), topicOf(site, 'receipt')], { qos: 1 });
    upAt = Date.now();
    waits = delays();
    // Alarms first, then what is now, then what waited: as a gateway does.
    for (const waiting of alarms.values()) sendAlarm(waiting);
    void publish('state', messages.state, true);
    void publish('points', messages.table, true);
    void publish('presence', messages.presence(true), true);
    if (lastReading > 0) void publish('telemetry', messages.snapshot(lastReading));
    for (const [seq, bytes] of readings) if (!taken.has(seq)) sendReading(seq, bytes);
  };
  const open = (): void => {
    const will = { topic: topicOf(site, 'presence'), payload: Buffer.from(messages.presence(false)), qos: 1 as const };
    const current = connect(url, {
      protocolVersion: 4,
      reconnectPeriod: 0,
      keepalive: 15,
      writeCache: false,
      will: { ...will, retain: true },
    });
    link = current;
    current.on('error', () => undefined);
    current.on('message', (topic, bytes) => {
      try {
        hear(topic, bytes);
      } catch (e) {
        if (!FengsuiError.is(e)) throw e;
      }
    });
    current.once('connect', () => void comeUp(current).catch(() => undefined));
    current.once('close', () => {
      upAt = undefined;
      current.end(true);
      if (link === current) retry = setTimeout(open, waits.next().value);
    });
  };
  open();
  return {
    read() {
      const seq = ++lastReading;
      const bytes = messages.readings(seq);
      readings.set(seq, bytes);
      const oldest = seq - keptReadings;
      if (taken.delete(oldest)) readings.delete(oldest);
      sendReading(seq, bytes);
    },
    raise() {
      const seq = ++lastAlarm;
      const waiting = { bytes: messages.alarm(seq), sentAt: 0 };
      alarms.set(seq, waiting);
      sendAlarm(waiting);
    },
    resend(olderThanMs) {
      const before = Date.now() - olderThanMs;
      for (const waiting of alarms.values()) if (waiting.sentAt < before) sendAlarm(waiting);
    },
    made: () => ({ alarms: lastAlarm, telemetry: lastReading }),
    connectedAt: () => upAt,
    close() {
      clearTimeout(retry);
      const last = link;
      link = undefined;
      last?.end(true);
    },
  };
}
