import { createSecureContext } from 'node:tls';
import { connect, ErrorWithSubackPacket, type IClientOptions, type MqttClient } from 'mqtt';
import { brokerOrder } from '../model/broker-order.ts';
import { describeError, FengsuiError } from '../model/errors.ts';
import { tlsTrouble } from '../model/tls-trouble.ts';
import { delays, reconnectBackoff } from './backoff.ts';
import { pause } from './pause.ts';

export type BrokerOptions = {
  /**
   * `mqtt://`, `mqtts://`, `ws://` or `wss://`; or several, the most preferred first, which must be nodes of one cluster or
   * joined by a bridge: when one fails the next is tried. A connection that works is kept, whoever may have come back.
   */
  readonly url: string | readonly string[];
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** PEM, for `mqtts` and `wss`. `cert` and `key` where the broker asks for a client's certificate. */
  readonly tls?:
    | { readonly ca?: string | Buffer; readonly cert?: string | Buffer; readonly key?: string | Buffer }
    | undefined;
};

export type ConnectionOptions = Omit<BrokerOptions, 'url'> & {
  /** The most preferred first. */
  readonly urls: readonly string[];
  readonly clientId: string;
  readonly subscribe: readonly string[];
  /** Published by the broker itself, retained, when this client is gone without a word. */
  readonly will?: { readonly topic: string; readonly payload: Uint8Array } | undefined;
};

export type ConnectionListener = {
  /** Connected and subscribed. */
  readonly up: () => void;
  readonly down: (why: FengsuiError, url: string) => void;
  readonly message: (topic: string, payload: Uint8Array, retained: boolean) => void;
};

/** The way to the broker, made again whenever it breaks. It keeps no messages while it is down. */
export type Connection = {
  readonly up: boolean;
  /** Resolves when the broker has it (QoS 1). @throws FengsuiError UNAVAILABLE when the connection is or goes down. */
  readonly send: (topic: string, payload: Uint8Array, retain?: boolean) => Promise<void>;
  /** Hears one more topic until the connection breaks, or the function that comes back is called. @throws FengsuiError UNAVAILABLE | FORBIDDEN */
  readonly overhear: (topic: string) => Promise<() => void>;
  /** Adds to what was subscribed to from the start, for as long as this connection lasts. @throws FengsuiError UNAVAILABLE | FORBIDDEN */
  readonly subscribe: (filters: readonly string[]) => Promise<void>;
  /** @throws FengsuiError UNAVAILABLE */
  readonly unsubscribe: (filters: readonly string[]) => Promise<void>;
  /** Gives this connection up for the reason, as if it had broken; it is made again. */
  readonly drop: (why: FengsuiError) => void;
  /** Subscribes once more: the broker sends what is retained there again. Nothing happens while it is down. */
  readonly again: (topics: readonly string[]) => void;
  /** Keeps the connection until the signal fires. */
  readonly run: (listener: ConnectionListener, signal: AbortSignal) => Promise<void>;
};

/** @throws FengsuiError INVALID for a certificate or key that is none, or not the other's: no connection could ever use them. */
export function checkTls({ tls }: BrokerOptions): void {
  try {
    if (tls) createSecureContext(tls);
  } catch (cause) {
    throw new FengsuiError(
      'INVALID',
      '`tls` cannot be used: expected `ca`, `cert` and `key` as PEM texts, the key being that of the certificate',
      { cause },
    );
  }
}

/** A connection that does not live this long counts as refused: some brokers accept first and kick then. */
const settledAfterMs = 10_000;
/** A dead broker is noticed after at most one and a half of these. */
const keepaliveS = 15;
const attemptMs = 10_000;
/** With others to go on with, one that does not answer is given up sooner. */
const attemptOfSeveralMs = 5_000;
/** For the subscriptions, once it has accepted: a cluster that has just lost a node takes a while. */
const subscribedWithinMs = 10_000;
/** How long a proper goodbye may take. */
const goodbyeMs = 1_000;

export function connection(options: ConnectionOptions): Connection {
  let client: MqttClient | undefined;
  let isUp = false;
  let url = options.urls[0] ?? '';
  let giveUp: (why: FengsuiError) => void = () => undefined;
  const order = brokerOrder(options.urls.length);
  /** How many hear a topic of another client, on this connection. */
  const heard = new Map<string, number>();
  const current = (): MqttClient => {
    if (isUp && client) return client;
    throw new FengsuiError('UNAVAILABLE', `the broker ${url} is not connected`);
  };
  return {
    get up() {
      return isUp;
    },
    send: async (topic, payload, retain = false) => publish(current(), { url, topic, payload, retain }),
    subscribe: async (filters) => {
      for (const some of inChunks(filters)) await subscribe(current(), url, some);
    },
    unsubscribe: async (filters) => {
      for (const some of inChunks(filters)) await unsubscribe(current(), url, some);
    },
    drop: (why) => giveUp(why),
    async overhear(topic) {
      const on = current();
      const counted = (change: 1 | -1): number => {
        const count = (heard.get(topic) ?? 0) + change;
        heard.set(topic, count);
        if (count <= 0) heard.delete(topic);
        return count;
      };
      counted(1);
      await subscribe(on, url, [topic]).catch((e: unknown) => {
        if (on === client) counted(-1);
        throw e;
      });
      return () => {
        if (on === client && counted(-1) === 0) on.unsubscribe(topic);
      };
    },
    again(topics) {
      if (isUp) client?.subscribe([...topics], { qos: 0 });
    },
    async run(listener, signal) {
      let waits = delays(reconnectBackoff, Math.random);
      while (!signal.aborted) {
        const began = performance.now();
        const which = order.next(began);
        url = options.urls[which] ?? url;
        // A new client each time: the library's own queue would send again what was long given up.
        const opened = connect(url, clientOptions(options));
        client = opened;
        heard.clear();
        opened.on('message', (topic, payload, packet) => listener.message(topic, payload, packet.retain));
        // The next message only when whoever awaits this one has had it: of a whole read of the socket at once even a fast
        // reader's stream would run over.
        opened.handleMessage = (_, done) => queueMicrotask(done);
        const why = await lifetime(opened, { url, subscribe: options.subscribe, signal }, (end) => {
          giveUp = end;
          isUp = true;
          listener.up();
        });
        isUp = false;
        await end(opened, signal.aborted);
        if (signal.aborted) return;
        order.failed(which, performance.now());
        listener.down(why, url);
        if (performance.now() - began > settledAfterMs) waits = delays(reconnectBackoff, Math.random);
        await pause(waits.next().value, signal);
      }
    },
  };
}

/** The library would otherwise ask its own debug log a dozen times a message whether it is on. */
const nobodyReads = (): void => undefined;

const clientOptions = ({ clientId, username, password, tls, urls, will }: ConnectionOptions): IClientOptions => ({
  clientId,
  clean: true,
  protocolVersion: 4,
  keepalive: keepaliveS,
  reconnectPeriod: 0,
  connectTimeout: urls.length > 1 ? attemptOfSeveralMs : attemptMs,
  queueQoSZero: false,
  // A ping when one is due, instead of putting it off with every message: two timers less for each of them.
  reschedulePings: false,
  // The cache is of all 65,536 message ids as bytes: ten megabytes for nothing worth measuring.
  writeCache: false,
  log: nobodyReads,
  ...(username !== undefined && { username }),
  ...(password !== undefined && { password }),
  ...(will && { will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1 as const, retain: true } }),
  ...tls,
});

type Life = { readonly url: string; readonly subscribe: readonly string[]; readonly signal: AbortSignal };
/** From the first byte to the last: resolves with the reason when the connection has ended, or the signal fires. */
function lifetime(
  client: MqttClient,
  { url, subscribe: filters, signal }: Life,
  connected: (end: (why: FengsuiError) => void) => void,
): Promise<FengsuiError> {
  return new Promise((resolve) => {
    let cause: unknown;
    let late: NodeJS.Timeout | undefined;
    const end = (): void => {
      clearTimeout(late);
      signal.removeEventListener('abort', end);
      resolve(
        cause === undefined
          ? new FengsuiError('UNAVAILABLE', `the broker ${url} closed the connection`)
          : brokerError(url, cause),
      );
    };
    const endWith = (e: unknown): void => {
      cause = e;
      end();
    };
    signal.addEventListener('abort', end, { once: true });
    client.on('error', (e) => {
      cause = e;
      if (!client.connected) end();
    });
    client.once('close', end);
    client.once('connect', () => {
      // Nobody else looks: the library waits for ever, and a node without its cluster answers pings all the same.
      late = setTimeout(() => endWith(notSubscribed(url)), subscribedWithinMs);
      subscribe(client, url, filters)
        .then(() => {
          clearTimeout(late);
          if (!signal.aborted && client.connected) connected(endWith);
        })
        .catch(endWith);
    });
  });
}

const notSubscribed = (url: string): FengsuiError =>
  new FengsuiError(
    'UNAVAILABLE',
    `the broker ${url} accepted the connection, and took no subscription within ${subscribedWithinMs} ms`,
  );

type Outgoing = {
  readonly url: string;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly retain: boolean;
};

function publish(client: MqttClient, { url, topic, payload, retain }: Outgoing): Promise<void> {
  return new Promise((resolve, reject) => {
    client.publish(topic, Buffer.from(payload), { qos: 1, retain }, (cause) => {
      if (cause)
        reject(new FengsuiError('UNAVAILABLE', `the broker ${url} did not take a message on ${topic}`, { cause }));
      else resolve();
    });
  });
}

/** Filters in one packet: some brokers work each off before they answer. */
const filtersPerPacket = 200;

function* inChunks(filters: readonly string[]): Generator<readonly string[]> {
  for (let i = 0; i < filters.length; i += filtersPerPacket) yield filters.slice(i, i + filtersPerPacket);
}

/**
 * QoS 0: whatever must not be lost is acknowledged from end to end and had again when it is missing. A broker’s own
 * acknowledgements would add nothing to that; NATS makes a replicated consumer for each such subscription, which takes a
 * cluster that has just lost a node tens of seconds.
 */
async function subscribe(client: MqttClient, url: string, filters: readonly string[]): Promise<void> {
  await client.subscribeAsync([...filters], { qos: 0 }).catch((cause: unknown) => {
    const refused = filters[refusalIn(cause)];
    if (refused !== undefined)
      throw new FengsuiError(
        'FORBIDDEN',
        `the broker ${url} refuses the subscription to ${refused}; its access rules and limits must allow it`,
        { cause },
      );
    throw new FengsuiError('UNAVAILABLE', `the broker ${url} did not take the subscription to ${filters[0]}`, {
      cause,
    });
  });
}

/** Return code of SUBACK (MQTT 3.1.1, 3.9.3). */
const subscriptionRefused = 0x80;

/** Which of the filters was refused; -1 when the trouble was another. */
function refusalIn(cause: unknown): number {
  const packet = cause instanceof ErrorWithSubackPacket ? cause.packet : undefined;
  return packet?.cmd === 'suback' ? packet.granted.indexOf(subscriptionRefused) : -1;
}

async function unsubscribe(client: MqttClient, url: string, filters: readonly string[]): Promise<void> {
  await client.unsubscribeAsync([...filters]).catch((cause: unknown) => {
    throw new FengsuiError('UNAVAILABLE', `the broker ${url} did not end the subscription to ${filters[0]}`, {
      cause,
    });
  });
}

/** Return codes of CONNACK (MQTT 3.1.1, 3.2.2.3) that speak of who we are. */
const badCredentials = 4;
const notAuthorised = 5;

function brokerError(url: string, cause: unknown): FengsuiError {
  if (FengsuiError.is(cause)) return cause;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === badCredentials || code === notAuthorised) {
    return new FengsuiError(
      'FORBIDDEN',
      `the broker ${url} refuses these credentials: check username and password, or the client’s certificate`,
      { cause },
    );
  }
  const trouble = tlsTrouble(cause);
  if (trouble)
    return new FengsuiError(
      trouble.refused === 'ours' ? 'FORBIDDEN' : 'UNAVAILABLE',
      `the broker ${url} ${trouble.text}`,
      {
        cause,
      },
    );
  return new FengsuiError('UNAVAILABLE', `the broker ${url} cannot be reached`, { cause });
}

/** A broker that does not answer must not hold up the end of the application. */
async function end(client: MqttClient, politely: boolean): Promise<void> {
  client.on('error', () => undefined); // what still comes from a connection that is over concerns nobody
  if (politely && client.connected) {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, goodbyeMs);
    });
    await Promise.race([client.endAsync().catch(describeError), late]);
    clearTimeout(timer);
  }
  client.end(true);
}
