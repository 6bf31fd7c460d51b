import type { Journal, Lane, Seq } from '../journal/journal.ts';
import type { Clock } from '../platform/clock.ts';
import { random } from '../platform/ed25519.ts';
import { readBytes } from '../platform/files.ts';
import type { Log } from '../platform/log.ts';
import type { Credentials } from '../uplink/mqtt-link.ts';
import { type CommandOutcome, type Handlers, requestDesk } from '../uplink/request-desk.ts';
import { type Uplink, uplink } from '../uplink/uplink.ts';
import type { Site, SiteUplink } from './config/site.ts';
import { placeUplink } from './place-uplink.ts';

/** All destinations of a gateway. One that is down never holds up another. */
export type UplinkSet = {
  /** A lane has a new entry. */
  readonly wake: (lane: Lane) => void;
  /** How many entries of a lane the slowest destination has not taken. */
  readonly backlog: (lane: Lane) => number;
  /** Shows a retained document anew. */
  readonly show: (channel: 'state' | 'points') => void;
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
  /** What answers requests that came by this uplink. */
  readonly handlersFor: (resume: () => number) => Handlers;
  /** Somebody wanted to change something, by whatever uplink. */
  readonly onCommand: (outcome: CommandOutcome) => void;
};

export async function openUplinks(site: Site, parts: UplinkParts): Promise<UplinkSet> {
  const { journal, clock, log, boot, document, present } = parts;
  const open = async (config: SiteUplink): Promise<Uplink> => {
    const { id, urls } = config;
    await placeUplink(config, parts);
    const credentials = (): Promise<Credentials> => credentialsOf(config);
    const awaitsReceipts = site.operators.size > 0;
    const up: Uplink = uplink(
      { id, urls, credentials, site: site.address, boot, awaitsReceipts },
      {
        journal,
        clock,
        log,
        random,
        document,
        present,
        desk: requestDesk(
          site.operators,
          parts.handlersFor(() => up.resume()),
          parts,
        ),
      },
    );
    return up;
  };
  const uplinks = await Promise.all(site.uplinks.map(open));
  return {
    wake: (lane) => {
      for (const up of uplinks) up.wake(lane);
    },
    backlog: (lane) => Math.max(0, ...uplinks.map((up) => up.backlog(lane))),
    show: (channel) => {
      for (const up of uplinks) up.show(channel);
    },
    run: async (signal) => {
      await Promise.all(uplinks.map((up) => up.run(signal)));
    },
  };
}

async function credentialsOf(config: SiteUplink): Promise<Credentials> {
  return {
    ...(config.username !== undefined && { username: config.username }),
    ...(config.password !== undefined && { password: config.password }),
    ...(config.ca !== undefined && { ca: await readBytes(config.ca) }),
    ...(config.cert !== undefined && { cert: await readBytes(config.cert) }),
    ...(config.key !== undefined && { key: await readBytes(config.key) }),
  };
}
