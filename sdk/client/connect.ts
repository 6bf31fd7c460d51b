import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { describeError, FengsuiError } from '../model/errors.ts';
import { districtCode, townCode } from '../model/ids.ts';
import type { ProfileSpec } from '../model/profile.ts';
import type { Signer } from '../wire/sign1.ts';
import { type Area, topicFilter } from '../wire/topics.ts';
import { eventDesk } from './client-events.ts';
import { type BrokerOptions, checkTls, connection } from './connection.ts';
import { districtView } from './district-view.ts';
import { type Fengsui, fengsui } from './fengsui.ts';
import { receipts } from './receipts.ts';
import { requests } from './requests.ts';
import { abortError, connectTimeoutMs, within } from './time-limit.ts';

export type ConnectOptions = BrokerOptions & {
  /** Administrative code of the district, six digits (GB/T 2260), e.g. `330603`. */
  readonly district: string;
  /** Code of one town, three digits (GB/T 10114): only its gateways are seen. A town's command centre, whom the broker lets see no other, gives its own. */
  readonly town?: string | undefined;
  /** Signs commands and receipts. Without one the client can only watch. */
  readonly signer?: Signer | undefined;
  /** The person at the desk, told to gateways with everything that is done to alarms. */
  readonly operator?: string | undefined;
  /** How long the first connection may take, in milliseconds; 15,000 unless given. */
  readonly timeoutMs?: number | undefined;
  /** Gives up connecting; later, closes the client. */
  readonly signal?: AbortSignal | undefined;
};

/**
 * Connects to a district's broker, and resolves once the gateways known to it are listed.
 * @throws FengsuiError INVALID (district, town, URL, `tls`), FORBIDDEN (the broker refuses), UNAVAILABLE (no broker in time), ABORTED
 */
export async function connectWith<P extends ProfileSpec>(
  options: ConnectOptions & { readonly profiles: readonly P[] },
): Promise<Fengsui<P>> {
  const { signer, operator, profiles, signal } = options;
  const district = districtCode(options.district);
  const town = options.town === undefined ? undefined : townCode(options.town);
  checkUrl(options.url);
  checkTls(options);
  const client = `sdk-${randomBytes(8).toString('hex')}`;
  const link = connection({ ...options, clientId: client, subscribe: subscriptions({ district, town }, client) });
  const closing = new AbortController();
  setMaxListeners(0, closing.signal); // one for every request and stream that is open
  const isUp = (): boolean => link.up;
  const desk = eventDesk();
  const asked = requests({
    client,
    signer,
    isUp,
    send: link.send,
    closed: closing.signal,
    newId: () => randomBytes(8).toString('hex'),
  });
  const refresh = (): void => link.again(documents({ district, town }));
  const view = districtView({ district, requests: asked, desk, isUp, refresh, closed: closing.signal });
  const first = firstConnection();
  const quiet = quietTime();
  const running = link.run(
    {
      up() {
        desk.turn('connected');
        asked.connected();
        first.succeeded();
      },
      down(why) {
        view.directory.lost();
        desk.turn('reconnecting');
        first.failed(why);
      },
      message(topic, bytes, retained) {
        if (retained) quiet.broken();
        view.receive(topic, bytes);
      },
    },
    closing.signal,
  );
  running.catch(desk.problem);
  try {
    const ms = options.timeoutMs ?? connectTimeoutMs;
    await within({ ms, signals: [signal], late: () => first.late(options.url, ms) }, () => first.up);
    await quiet.come();
    if (signal?.aborted) throw abortError(signal.reason);
  } catch (e) {
    closing.abort(e);
    await running.catch(describeError); // what is thrown tells more
    throw e;
  }
  const sent = receipts({ signer, send: link.send, problem: desk.problem });
  const face = fengsui({
    profiles,
    signer,
    operator,
    isUp,
    view,
    requests: asked,
    receipts: sent,
    desk,
    closing,
    running,
  });
  closeOn(signal, face, closing.signal);
  return face;
}

const schemes = ['mqtt:', 'mqtts:', 'ws:', 'wss:'];

function checkUrl(url: string): void {
  if (URL.canParse(url) && schemes.includes(new URL(url).protocol)) return;
  throw new FengsuiError(
    'INVALID',
    `broker URL ${JSON.stringify(url)} is not valid: expected e.g. mqtt://127.0.0.1:1883`,
  );
}

/** Replies first, retained documents next: what streams can only be understood by them. */
const subscriptions = (area: Area, client: string): readonly string[] => [
  topicFilter(area, 'reply', client),
  ...documents(area),
  ...(['alarm', 'telemetry'] as const).map((channel) => topicFilter(area, channel)),
];

const documents = (area: Area): readonly string[] =>
  (['presence', 'state', 'points'] as const).map((channel) => topicFilter(area, channel));

function firstConnection() {
  let last: FengsuiError | undefined;
  let settle: { resolve: () => void; reject: (why: FengsuiError) => void } | undefined;
  const up = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  up.catch(describeError); // for the time before somebody waits for it
  return {
    up,
    succeeded: (): void => settle?.resolve(),
    failed(why: FengsuiError): void {
      last = why;
      // Trying again would not change the broker's mind.
      if (why.code === 'FORBIDDEN') settle?.reject(why);
    },
    late: (url: string, ms: number): FengsuiError =>
      new FengsuiError(
        'UNAVAILABLE',
        `no connection to ${url} within ${ms} ms${last ? `: ${describeError(last)}` : ''}`,
      ),
  };
}

/** The broker has sent its retained documents when none came for this long … */
const quietMs = 100;
/** … and more than this is not spent on waiting for it. */
const settleMs = 2_000;

function quietTime() {
  let last = 0;
  return {
    broken: (): void => {
      last = performance.now();
    },
    async come(): Promise<void> {
      const began = performance.now();
      last = Math.max(last, began);
      for (
        let wait = quietMs;
        wait > 0 && performance.now() - began < settleMs;
        wait = last + quietMs - performance.now()
      ) {
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    },
  };
}

function closeOn(signal: AbortSignal | undefined, client: Pick<Fengsui, 'close'>, closed: AbortSignal): void {
  if (!signal) return;
  const close = (): void => void client.close();
  signal.addEventListener('abort', close, { once: true });
  closed.addEventListener('abort', () => signal.removeEventListener('abort', close), { once: true });
}
