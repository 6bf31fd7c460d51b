import type { UplinkStatus } from '../../sdk/wire/methods.ts';
import type { Trial } from '../identity/trial.ts';
import type { Journal, Lane, Seq } from '../journal/journal.ts';
import type { Clock } from '../platform/clock.ts';
import { random } from '../platform/ed25519.ts';
import { readBytes } from '../platform/files.ts';
import type { Log } from '../platform/log.ts';
import type { Credentials } from '../uplink/mqtt-link.ts';
import { type CommandOutcome, type Handlers, requestDesk } from '../uplink/request-desk.ts';
import { type Uplink, uplink } from '../uplink/uplink.ts';
import type { Site, SiteUplink } from './config/site.ts';
import type { DeliveryDesk } from './delivery/delivery-desk.ts';
import { type Standby, standby } from './delivery/standby.ts';
import { placeUplink } from './place-uplink.ts';

/** All destinations of a gateway. One that is down never holds up another. */
export type UplinkSet = {
  /** A lane has a new entry. */
  readonly wake: (lane: Lane) => void;
  /** How many entries of a lane the slowest destination has not taken. */
  readonly backlog: (lane: Lane) => number;
  /** Shows a retained document anew. */
  readonly show: (channel: 'state' | 'points') => void;
  /** Connects those that stand by: at once, or unless another is connected. */
  readonly wakeStandby: (when: 'now' | 'unless-connected') => void;
  readonly status: () => readonly UplinkStatus[];
  /** Has one make a new connection. */
  readonly reconnect: (uplink: string, why: string) => void;
  readonly run: (signal: AbortSignal) => Promise<void>;
};

export type UplinkParts = {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  readonly boot: number;
  readonly document: (channel: 'state' | 'points') => Uint8Array;
  /** The present value of every point, as messages; `seq`: the last entry of readings before them. */
  readonly present: (seq: Seq) => readonly Uint8Array[];
  /** What an uplink with a certificate connects with. */
  readonly trialFor: (uplink: SiteUplink) => Trial | undefined;
  /** What answers requests that came by this uplink. */
  readonly handlersFor: (resume: () => number) => Handlers;
  /** Somebody wanted to change something, by whatever uplink. */
  readonly onCommand: (outcome: CommandOutcome) => void;
  readonly delivery: Pick<DeliveryDesk, 'watch' | 'times' | 'waiting'>;
};

export async function openUplinks(site: Site, parts: UplinkParts): Promise<UplinkSet> {
  const { delivery } = parts;
  const open = async (config: SiteUplink): Promise<Opened> => {
    await placeUplink(config, parts);
    return openUplink(config, site, parts);
  };
  const first = await Promise.all(site.uplinks.filter((config) => !config.standby).map(open));
  const isConnected = (): boolean => first.some(({ uplink: { up } }) => up);
  const spare = await Promise.all(site.uplinks.filter((config) => config.standby).map(open));
  const reserve = spare.map(
    ({ id, uplink: up }): Standby =>
      standby(id, up, {
        ...parts,
        others: first.map((each) => each.id),
        isNeeded: () => !isConnected() || delivery.waiting().urgent > 0,
      }),
  );
  const all = [...first, ...spare];
  return {
    wake: (lane) => {
      for (const { uplink: up } of all) up.wake(lane);
    },
    backlog: (lane) => Math.max(0, ...first.map(({ uplink: up }) => up.backlog(lane))),
    show: (channel) => {
      for (const { uplink: up } of all) up.show(channel);
    },
    wakeStandby: (when) => {
      if (when === 'unless-connected' && isConnected()) return;
      for (const each of reserve) each.wake();
    },
    status: () => [
      ...first.map((each) => statusOf(each, delivery)),
      ...spare.map((each) => statusOf(each, delivery, true)),
    ],
    reconnect: (uplink, why) => all.find(({ id }) => id === uplink)?.uplink.reconnect(why),
    run: async (signal) => {
      await Promise.all([...first.map(({ uplink: up }) => up.run(signal)), ...reserve.map((each) => each.run(signal))]);
      for (const { trial } of all) trial?.end();
    },
  };
}

type Opened = { readonly id: string; readonly uplink: Uplink; readonly trial: Trial | undefined };

function openUplink(config: SiteUplink, site: Site, parts: UplinkParts): Opened {
  const { journal, clock, log, boot, document, present, delivery } = parts;
  const { id, urls } = config;
  const trial = parts.trialFor(config);
  const up: Uplink = uplink(
    {
      id,
      urls,
      credentials: () => credentialsOf(config, trial),
      site: site.address,
      boot,
      awaitsReceipts: site.operators.size > 0,
      alarmsOnly: config.standby,
      onLink: trial?.told,
    },
    {
      journal,
      clock,
      log,
      random,
      document,
      present,
      watch: delivery.watch(id),
      desk: requestDesk(
        site.operators,
        parts.handlersFor(() => up.resume()),
        parts,
      ),
    },
  );
  return { id, uplink: up, trial };
}

function statusOf(
  { id, uplink: { up } }: Opened,
  delivery: Pick<DeliveryDesk, 'times'>,
  isStandby = false,
): UplinkStatus {
  const hops = delivery.times(id);
  return { id, up, ...(isStandby && { standby: true as const }), ...(hops && { hops }) };
}

async function credentialsOf(config: SiteUplink, trial: Trial | undefined): Promise<Credentials> {
  return {
    ...(config.username !== undefined && { username: config.username }),
    ...(config.password !== undefined && { password: config.password }),
    ...(trial ? await trial.papers() : await filesOf(config)),
  };
}

async function filesOf(config: SiteUplink): Promise<Credentials> {
  return {
    ...(config.ca !== undefined && { ca: await readBytes(config.ca) }),
    ...(config.cert !== undefined && { cert: await readBytes(config.cert) }),
    ...(config.key !== undefined && { key: await readBytes(config.key) }),
  };
}
