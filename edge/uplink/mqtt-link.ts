import { Socket } from 'node:net';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { brokerOrder } from '../../sdk/model/broker-order.ts';
import { describeError, FengsuiError } from '../../sdk/model/errors.ts';
import { elapsed, type Millis, type MonoTime, millis, seconds } from '../../sdk/model/time.ts';
import { tlsTrouble } from '../../sdk/model/tls-trouble.ts';
import type { Clock } from '../platform/clock.ts';
import { withDeadline } from '../platform/deadline.ts';
import type { Log } from '../platform/log.ts';
import { delays } from './backoff.ts';
import { type IdleBroker, idleBroker } from './idle-broker.ts';
import { type Pulse, type PulseLine, pulse } from './pulse.ts';

export type LinkOptions = {
  /** The most preferred first; see {@link brokerOrder}. */
  readonly urls: readonly string[];
  readonly clientId: string;
  /** Published by the broker itself when this gateway is gone without a word. */
  readonly will: { readonly topic: string; readonly payload: Uint8Array };
  readonly subscribe: readonly string[];
  /** Whether an alarm waits: then no more than a few seconds pass between tries. */
  readonly isUrgent: () => boolean;
  /** Asked for each connection, so that a new certificate is used with the next one, and a missing one is only an uplink that is down. */
  readonly credentials: () => Promise<Credentials>;
};

export type Credentials = {
  readonly username?: string;
  readonly password?: string;
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
};

export type LinkListener = {
  /** Connected and subscribed. */
  readonly up: () => void;
  readonly down: (why: string, url: string) => void;
  readonly message: (topic: string, payload: Uint8Array) => void;
};

/** One destination on an MQTT broker. It holds nothing back: what is not taken now stays in the journal. */
export interface Link {
  readonly up: boolean;
  /** See {@link Pulse.roundTrip}. */
  readonly roundTrip: Millis | undefined;
  /** Resolves when the broker has taken it (QoS 1). @throws FengsuiError UNAVAILABLE when the connection is or goes down. */
  publish(topic: string, payload: Uint8Array, retain?: boolean): Promise<void>;
  /** Connects, and connects again, until the signal fires; then says goodbye properly. */
  run(listener: LinkListener, signal: AbortSignal, farewell: () => Promise<void>): Promise<void>;
  /** Ends the connection, if there is one, so that a new one is made, with credentials asked for anew. */
  reconnect(why: string): void;
}

const backoff = { first: millis(250), factor: 2, ceiling: seconds(15) };
const urgentCeiling = seconds(3);
/** A connection that does not live this long counts as refused: some brokers accept first and kick then. */
const settledAfter = seconds(10);
/** A connection on which nothing comes back is found dead after one and a half of these. */
const keepalive = seconds(15);
const connectWithinMs = 15_000;

export function mqttLink(options: LinkOptions, ctx: { clock: Clock; log: Log; random: () => number }): Link {
  const { clock, log } = ctx;
  const order = brokerOrder(options.urls.length);
  let url = options.urls[0] ?? '';
  let client: MqttClient | undefined;
  let isUp = false;
  let beat: Pulse | undefined;
  let leave: ((why: string) => void) | undefined;
  let idle: IdleBroker | undefined;
  const waiting = new Map<(why: FengsuiError) => void, MonoTime>();
  /** The library forgets the callbacks of a connection that broke: nothing may wait for them. */
  const abandon = (): void => {
    for (const give of waiting.keys())
      give(new FengsuiError('UNAVAILABLE', `the connection to ${url} broke before a message was taken`));
    waiting.clear();
  };

  return {
    get up() {
      return isUp;
    },
    get roundTrip() {
      return beat?.roundTrip;
    },
    publish: (topic, payload, retain = false) => {
      const current = client;
      if (!isUp || !current) return Promise.reject(new FengsuiError('UNAVAILABLE', `${url} is not connected`));
      return new Promise((resolve, reject) => {
        waiting.set(reject, clock.mono());
        const body = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
        current.publish(topic, body, { qos: 1, retain }, (cause) => {
          waiting.delete(reject);
          if (!cause) return resolve();
          reject(new FengsuiError('UNAVAILABLE', `${url} did not take a message on ${topic}`, { cause }));
        });
      });
    },
    reconnect: (why) => leave?.(why),
    async run(listener, signal, farewell) {
      let waits = delays(backoff, ctx.random);
      const pause = async (): Promise<void> => {
        const wait = waits.next().value;
        await clock
          .sleep(options.isUrgent() ? millis(Math.min(wait, urgentCeiling * ctx.random())) : wait, signal)
          .catch(() => undefined); // the loop sees the abort
      };
      while (!signal.aborted) {
        const which = order.next(clock.mono());
        url = options.urls[which] ?? url;
        const opened = await open(url, options, signal);
        if (signal.aborted) return;
        if ('cannot' in opened) {
          listener.down(opened.cannot, url);
          await pause();
          continue;
        }
        const current = opened;
        client = current;
        let accepted: MonoTime | undefined;
        const why = await lifetime(current, options, signal, {
          accepted: (dead) => {
            accepted = clock.mono();
            leave = dead;
            noDelay(current.stream);
            beat = pulse(pulseLine(current), keepalive, clock, dead);
            idle = idleBroker(clock, waiting, dead);
          },
          subscribed: () => {
            isUp = true;
            idle?.subscribed();
            log.info('uplink.up', { url });
            current.on('message', (topic, payload) => listener.message(topic, payload));
            listener.up();
          },
        });
        beat?.stop();
        beat = undefined;
        idle?.stop();
        idle = undefined;
        leave = undefined;
        if (isUp && signal.aborted) await sayGoodbye(farewell, ctx);
        isUp = false;
        abandon();
        // Nothing is to be waited for: what was not taken is in the journal.
        await current.endAsync(true).catch((e: unknown) => log.warn('uplink.end', { why: describeError(e) }));
        if (signal.aborted) return;
        order.failed(which, clock.mono());
        listener.down(why, url);
        if (accepted !== undefined && elapsed(accepted, clock.mono()) > settledAfter)
          waits = delays(backoff, ctx.random);
        await pause();
      }
    },
  };
}

const farewellMs = seconds(2);

/** A broker that does not take the goodbye says it itself when the connection ends: the last will. */
async function sayGoodbye(farewell: () => Promise<void>, ctx: { clock: Clock; log: Log }): Promise<void> {
  const deadline = { clock: ctx.clock, ms: farewellMs, signal: new AbortController().signal, what: 'the goodbye' };
  await withDeadline(deadline, farewell).catch((e: unknown) =>
    ctx.log.warn('uplink.farewell', { why: describeError(e) }),
  );
}

/** A new client each time: the library's own queue would resend what our journal resends already. */
async function open(
  url: string,
  options: LinkOptions,
  signal: AbortSignal,
): Promise<MqttClient | { readonly cannot: string }> {
  try {
    const credentials = await options.credentials();
    signal.throwIfAborted();
    return connect(url, clientOptions(options, credentials));
  } catch (e) {
    return { cannot: `the certificate or key for ${url} cannot be used: ${describeError(e)}` };
  }
}

const clientOptions = ({ clientId, will }: LinkOptions, credentials: Credentials): IClientOptions => ({
  clientId,
  clean: true,
  protocolVersion: 4,
  keepalive: keepalive / 1_000,
  // The library puts off its pings, and finding a connection dead, with all that is sent: `pulse` does both.
  reschedulePings: false,
  timerVariant: { set: () => 0, clear: () => undefined },
  reconnectPeriod: 0,
  connectTimeout: connectWithinMs,
  queueQoSZero: false,
  will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true },
  ...credentials,
});

/** An alarm is a small packet: it must not wait for the acknowledgement of the one before (Nagle). */
function noDelay(stream: unknown): void {
  if (stream instanceof Socket) stream.setNoDelay(true);
}

const pulseLine = (client: MqttClient): PulseLine => ({
  ping: () => client.sendPing(),
  onReceived: (heard) => void client.on('packetreceive', ({ cmd }) => heard(cmd === 'pingresp')),
});

type Stages = {
  /** The broker has accepted the connection; `dead` ends it. */
  readonly accepted: (dead: (why: string) => void) => void;
  readonly subscribed: () => void;
};

/** From the first byte to the last: resolves with the reason when the connection has ended, or the signal fires. */
function lifetime(client: MqttClient, options: LinkOptions, signal: AbortSignal, stages: Stages): Promise<string> {
  return new Promise((resolve) => {
    let why = 'the broker closed the connection';
    const stop = (): void => resolve('stopped');
    signal.addEventListener('abort', stop, { once: true });
    const end = (): void => {
      signal.removeEventListener('abort', stop);
      resolve(why);
    };
    const endWith = (reason: string): void => {
      why = reason;
      end();
    };
    client.on('error', (e) => {
      const trouble = tlsTrouble(e);
      why = trouble ? `the broker ${trouble.text}` : describeError(e);
      if (!client.connected) end();
    });
    client.once('close', end);
    client.once('connect', () => {
      stages.accepted(endWith);
      client
        // QoS 0: a receipt or request that is lost is sent again from the other end; see sdk/client/connection.ts.
        .subscribeAsync([...options.subscribe], { qos: 0 })
        .then(() => stages.subscribed())
        .catch((e: unknown) => endWith(`cannot subscribe: ${describeError(e)}`));
    });
  });
}
