import { createSecureContext } from 'node:tls';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { describeError, FengsuiError } from '../model/errors.ts';
import { tlsTrouble } from '../model/tls-trouble.ts';
import { delays, reconnectBackoff } from './backoff.ts';

export type BrokerOptions = {
  /** `mqtt://`, `mqtts://`, `ws://` or `wss://`. */
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** PEM, for `mqtts` and `wss`. `cert` and `key` where the broker asks for a client's certificate. */
  readonly tls?:
    | { readonly ca?: string | Buffer; readonly cert?: string | Buffer; readonly key?: string | Buffer }
    | undefined;
};

export type ConnectionOptions = BrokerOptions & {
  readonly clientId: string;
  readonly subscribe: readonly string[];
};

export type ConnectionListener = {
  /** Connected and subscribed. */
  readonly up: () => void;
  readonly down: (why: FengsuiError) => void;
  readonly message: (topic: string, payload: Uint8Array, retained: boolean) => void;
};

/** The way to the broker, made again whenever it breaks. It keeps no messages while it is down. */
export type Connection = {
  readonly up: boolean;
  /** Resolves when the broker has it (QoS 1). @throws FengsuiError UNAVAILABLE when the connection is or goes down. */
  readonly send: (topic: string, payload: Uint8Array) => Promise<void>;
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
/** How long a proper goodbye may take. */
const goodbyeMs = 1_000;

export function connection(options: ConnectionOptions): Connection {
  let client: MqttClient | undefined;
  let isUp = false;
  return {
    get up() {
      return isUp;
    },
    send: (topic, payload) => {
      const current = client;
      if (!isUp || !current)
        return Promise.reject(new FengsuiError('UNAVAILABLE', `the broker ${options.url} is not connected`));
      return new Promise((resolve, reject) => {
        current.publish(topic, Buffer.from(payload), { qos: 1 }, (cause) => {
          if (cause)
            reject(
              new FengsuiError('UNAVAILABLE', `the broker ${options.url} did not take a message on ${topic}`, {
                cause,
              }),
            );
          else resolve();
        });
      });
    },
    again(topics) {
      if (isUp) client?.subscribe([...topics], { qos: 1 });
    },
    async run(listener, signal) {
      let waits = delays(reconnectBackoff, Math.random);
      while (!signal.aborted) {
        const began = performance.now();
        // A new client each time: the library's own queue would send again what was long given up.
        const current = connect(options.url, clientOptions(options));
        client = current;
        const why = await lifetime(current, options, signal, () => {
          isUp = true;
          const gather = gatherWrites(current);
          current.on('message', (topic, payload, packet) => {
            gather();
            listener.message(topic, payload, packet.retain);
          });
          listener.up();
        });
        isUp = false;
        await end(current, signal.aborted);
        if (signal.aborted) return;
        listener.down(why);
        if (performance.now() - began > settledAfterMs) waits = delays(reconnectBackoff, Math.random);
        await pause(waits.next().value, signal);
      }
    },
  };
}

/** The library would otherwise ask its own debug log a dozen times a message whether it is on. */
const nobodyReads = (): void => undefined;

const clientOptions = ({ clientId, username, password, tls }: ConnectionOptions): IClientOptions => ({
  clientId,
  clean: true,
  protocolVersion: 4,
  keepalive: keepaliveS,
  reconnectPeriod: 0,
  connectTimeout: attemptMs,
  queueQoSZero: false,
  // A ping when one is due, instead of putting it off with every message: two timers less for each of them.
  reschedulePings: false,
  // The cache is of all 65,536 message ids as bytes: ten megabytes for nothing worth measuring.
  writeCache: false,
  log: nobodyReads,
  ...(username !== undefined && { username }),
  ...(password !== undefined && { password }),
  ...tls,
});

/** What is written in one turn goes out in one piece: else each acknowledgement would be a packet of its own. */
function gatherWrites(client: MqttClient): () => void {
  let isHeld = false;
  const letGo = (): void => {
    isHeld = false;
    client.stream.uncork();
  };
  return () => {
    if (isHeld) return;
    isHeld = true;
    client.stream.cork();
    setImmediate(letGo);
  };
}

/** From the first byte to the last: resolves with the reason when the connection has ended, or the signal fires. */
function lifetime(
  client: MqttClient,
  options: ConnectionOptions,
  signal: AbortSignal,
  connected: () => void,
): Promise<FengsuiError> {
  return new Promise((resolve) => {
    let cause: unknown;
    const end = (): void => {
      signal.removeEventListener('abort', end);
      resolve(
        cause === undefined
          ? new FengsuiError('UNAVAILABLE', `the broker ${options.url} closed the connection`)
          : brokerError(options.url, cause),
      );
    };
    signal.addEventListener('abort', end, { once: true });
    client.on('error', (e) => {
      cause = e;
      if (!client.connected) end();
    });
    client.once('close', end);
    client.once('connect', () => {
      client
        .subscribeAsync([...options.subscribe], { qos: 1 })
        .then((grants) => {
          const refused = grants.find((grant) => grant.qos > 2);
          if (refused)
            throw new FengsuiError(
              'FORBIDDEN',
              `the broker ${options.url} refuses the subscription to ${refused.topic}; its access rules must allow it`,
            );
          if (!signal.aborted && client.connected) connected();
        })
        .catch((e: unknown) => {
          cause = e;
          end();
        });
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

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
