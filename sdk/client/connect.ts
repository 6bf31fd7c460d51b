import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { describeError, FengsuiError } from '../model/errors.ts';
import { districtCode, townCode } from '../model/ids.ts';
import type { ProfileSpec } from '../model/profile.ts';
import type { PlatformStore } from '../store/platform-store.ts';
import { type Group, groupFilters, groupName, memberTopic, nobodyThere } from '../wire/group.ts';
import type { Signer } from '../wire/sign1.ts';
import { type Area, topicFilter } from '../wire/topics.ts';
import { eventDesk } from './client-events.ts';
import { type BrokerOptions, checkTls, connection } from './connection.ts';
import { districtView } from './district-view.ts';
import { type Fengsui, farewellMs, fengsui, lateGoodbye } from './fengsui.ts';
import { receipts } from './receipts.ts';
import { requests } from './requests.ts';
import { rollCall } from './roll-call.ts';
import { groupDesk } from './share/group-desk.ts';
import { ownsAll } from './share/ownership.ts';
import { storePart } from './store-part.ts';
import { abortError, connectTimeoutMs, within } from './time-limit.ts';

export type ConnectOptions = BrokerOptions & {
  /** Administrative code of the district, six digits (GB/T 2260), e.g. `330603`. */
  readonly district: string;
  /** Code of one town, three digits (GB/T 10114): only its gateways are seen. A town's command centre, whom the broker lets see no other, gives its own. */
  readonly town?: string | undefined;
  /**
   * Name of a group of processes that share the gateways among themselves; see docs/scale.md. Streams then bring what the
   * gateways send that this process owns, in order per gateway; calls reach every gateway as ever. All processes of a group
   * run the same program, with the same streams. When one goes, the others take over what it has not committed.
   */
  readonly share?: string | undefined;
  /** Signs commands and receipts. Without one the client can only watch. */
  readonly signer?: Signer | undefined;
  /** The person at the desk, told to gateways with everything that is done to alarms. */
  readonly operator?: string | undefined;
  /**
   * What the platform remembers, from `fengsui/store`. With one, devices are provisioned for gateways that are offline, too,
   * gateways are registered, and whatever is done through this client stands in its audit. The caller closes it, after the client.
   */
  readonly store?: PlatformStore | undefined;
  /** How long the first connection may take, in milliseconds; 15,000 unless given. */
  readonly timeoutMs?: number | undefined;
  /** Gives up connecting; later, closes the client. */
  readonly signal?: AbortSignal | undefined;
};

/**
 * Connects to a district's broker, and resolves once the gateways known to it are listed.
 * @throws FengsuiError INVALID (district, town, URL, `share`, `tls`), FORBIDDEN (the broker refuses), UNAVAILABLE (no broker in time), ABORTED
 */
export async function connectWith<P extends ProfileSpec>(
  options: ConnectOptions & { readonly profiles: readonly P[] },
): Promise<Fengsui<P>> {
  const { signer, operator, profiles, signal } = options;
  const district = districtCode(options.district);
  const town = options.town === undefined ? undefined : townCode(options.town);
  const urls = brokerUrls(options.url);
  checkTls(options);
  const client = `sdk-${randomBytes(8).toString('hex')}`;
  const group = options.share === undefined ? undefined : { district, town, name: groupName(options.share) };
  const link = connection({
    ...options,
    urls,
    clientId: client,
    subscribe: subscriptions({ district, town }, client, group),
    will: group && { topic: memberTopic(group, client), payload: nobodyThere },
  });
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
  const sent = receipts({ signer, send: link.send, problem: desk.problem });
  const sharing =
    group &&
    groupDesk({
      group,
      member: client,
      link,
      gateways: () => view.directory.entries().map(({ site }) => site),
      knows: (site) => view.directory.at(site) !== undefined,
      taken: (site) => view.feed.position(site),
      takeOn: (site, from) => view.feed.takeOn(site, from),
      flush: sent.flush,
      tell: ({ gateway, town: of }, isOwned) => desk.ownership({ gateway, town: of, isOwned }),
      problem: desk.problem,
    });
  const view = districtView({
    district,
    requests: asked,
    desk,
    isUp,
    ownership: sharing ?? ownsAll(),
    refresh: () => link.again(documents({ district, town })),
    closed: closing.signal,
  });
  view.directory.changes.add(({ type }) => type === 'added' && sharing?.added());
  const isOfGroup = (topic: string, bytes: Uint8Array): boolean => {
    try {
      return sharing?.receive(topic, bytes) ?? false;
    } catch (e) {
      desk.refuse(topic, e);
      return true;
    }
  };
  const stored =
    options.store &&
    storePart({
      store: options.store,
      district,
      who: operator ?? signer?.keyId ?? 'unknown',
      profiles,
      directory: view.directory,
      requests: asked,
      canSign: signer !== undefined,
      isUp,
      send: link.send,
      desk,
      closed: closing.signal,
    });
  const first = firstConnection(urls);
  const quiet = quietTime();
  const roll = rollCall({
    isMissing: view.directory.isAnyUnheard,
    refresh: () => link.again(documents({ district, town })),
    conclude: view.directory.markUnheard,
  });
  closing.signal.addEventListener('abort', roll.stop, { once: true });
  const running = link.run(
    {
      up() {
        desk.turn('connected');
        asked.connected();
        sharing?.connected();
        roll.begin();
        first.succeeded();
      },
      down(why, url) {
        roll.stop();
        view.directory.lost();
        sharing?.disconnected();
        desk.turn('reconnecting');
        first.failed(why, url);
      },
      message(topic, bytes, retained) {
        if (retained) {
          quiet.broken();
          roll.heard();
        }
        if (!isOfGroup(topic, bytes)) view.receive(topic, bytes);
      },
    },
    closing.signal,
  );
  running.catch(desk.problem);
  try {
    const ms = options.timeoutMs ?? connectTimeoutMs;
    await within({ ms, signals: [signal], late: () => first.late(ms) }, () => first.up);
    await quiet.come();
    await stored?.load(signal ? AbortSignal.any([signal, closing.signal]) : closing.signal);
    if (signal?.aborted) throw abortError(signal.reason);
  } catch (e) {
    const goodbye = async (): Promise<void> => sharing?.leave();
    await within({ ms: farewellMs, signals: [], late: lateGoodbye }, goodbye).catch(describeError);
    closing.abort(e);
    await running.catch(describeError); // what is thrown tells more
    throw e;
  }
  const face = fengsui({
    profiles,
    signer,
    operator,
    isUp,
    overhear: link.overhear,
    view,
    requests: stored?.requests ?? asked,
    receipts: sent,
    desk,
    closing,
    stored,
    running: Promise.all([running, stored?.run().catch(desk.problem)]).then(() => undefined),
    leave: async () => sharing?.leave(),
  });
  closeOn(signal, face, closing.signal);
  return face;
}

const schemes = ['mqtt:', 'mqtts:', 'ws:', 'wss:'];

/** So many brokers are more than any cluster has at its doors. */
const mostBrokers = 16;

/** @throws FengsuiError INVALID */
function brokerUrls(given: string | readonly string[]): readonly string[] {
  const urls = typeof given === 'string' ? [given] : [...new Set(given)];
  if (urls.length === 0 || urls.length > mostBrokers)
    throw new FengsuiError('INVALID', `\`url\` names ${urls.length} brokers: expected 1 to ${mostBrokers}`);
  const wrong = urls.find((url) => !URL.canParse(url) || !schemes.includes(new URL(url).protocol));
  if (wrong === undefined) return urls;
  throw new FengsuiError(
    'INVALID',
    `broker URL ${JSON.stringify(wrong)} is not valid: expected e.g. mqtt://127.0.0.1:1883`,
  );
}

/** Replies first, retained documents next: what streams can only be understood by them. */
const subscriptions = (area: Area, client: string, group: Group | undefined): readonly string[] => [
  topicFilter(area, 'reply', client),
  ...(group ? groupFilters(group) : []),
  ...documents(area),
  ...(group ? [] : lanes.map((channel) => topicFilter(area, channel))),
];
/** Of a group each member subscribes to those of its own gateways. */
const lanes = ['alarm', 'telemetry'] as const;

const documents = (area: Area): readonly string[] =>
  (['presence', 'state', 'points'] as const).map((channel) => topicFilter(area, channel));

function firstConnection(urls: readonly string[]) {
  const failures = new Map<string, FengsuiError>();
  let settle: { resolve: () => void; reject: (why: FengsuiError) => void } | undefined;
  const up = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  up.catch(describeError); // for the time before somebody waits for it
  return {
    up,
    succeeded: (): void => settle?.resolve(),
    failed(why: FengsuiError, url: string): void {
      failures.set(url, why);
      // Trying again would not change the minds of brokers that have all said no.
      if (urls.every((each) => failures.get(each)?.code === 'FORBIDDEN')) settle?.reject(why);
    },
    late(ms: number): FengsuiError {
      const reasons = [...failures.values()].map(describeError).join('; ');
      return new FengsuiError(
        'UNAVAILABLE',
        `no connection to ${urls.join(' or ')} within ${ms} ms${reasons === '' ? '' : `: ${reasons}`}`,
      );
    },
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
