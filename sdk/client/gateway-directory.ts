import { FengsuiError } from '../model/errors.ts';
import { decodeGatewayState, decodePresence, type GatewayState, type Presence } from '../wire/gateway-state.ts';
import { type Site, siteKey } from '../wire/topics.ts';
import { type Listeners, listeners } from './listeners.ts';

/** What the retained documents say of one gateway. */
export type Entry = {
  readonly site: Site;
  readonly presence?: Presence;
  readonly since: Date;
  readonly state?: GatewayState;
};

export type DirectoryChange = {
  readonly type: 'added' | 'online' | 'offline' | 'updated' | 'removed';
  readonly entry: Entry;
};

/** Every gateway the broker told of. */
export type Directory = {
  /** Both @throws FengsuiError PROTOCOL */
  readonly receivePresence: (site: Site, bytes: Uint8Array) => void;
  readonly receiveState: (site: Site, bytes: Uint8Array) => void;
  readonly entries: () => readonly Entry[];
  readonly at: (site: Site) => Entry | undefined;
  /** By id; of two with one id the one that is online. @throws FengsuiError GATEWAY_UNKNOWN */
  readonly find: (gateway: string) => Entry;
  /** The address of a gateway that is online. @throws FengsuiError GATEWAY_UNKNOWN | GATEWAY_OFFLINE */
  readonly reach: (gateway: string) => Site;
  readonly changes: Listeners<DirectoryChange>;
  /** A gateway is there, or there again: also after this client itself was away. */
  readonly arrivals: Listeners<Site>;
  /** The connection to the broker was lost: whoever is announced from now on has arrived anew. */
  readonly lost: () => void;
  /** It has sent something, so it is there, whatever the broker has kept of it. */
  readonly speaks: (site: Site) => void;
  /** Whether one that was online was not heard of since. */
  readonly isAnyUnheard: () => boolean;
  /** Those count as offline now: their last will, or that they were taken off the broker, came while nobody listened. */
  readonly markUnheard: () => void;
};

export function gatewayDirectory(now: () => Date): Directory {
  const known = new Map<string, Entry>();
  const greeted = new Set<string>();
  /** Since the connection was lost. */
  const speaking = new Set<string>();
  const changes = listeners<DirectoryChange>();
  const arrivals = listeners<Site>();

  const put = (type: 'online' | 'offline' | 'updated', entry: Entry): void => {
    const isNew = !known.has(siteKey(entry.site));
    known.set(siteKey(entry.site), entry);
    changes.emit({ type: isNew ? 'added' : type, entry });
  };
  const remove = (site: Site): void => {
    const entry = known.get(siteKey(site));
    if (!entry) return;
    known.delete(siteKey(site));
    greeted.delete(siteKey(site));
    speaking.delete(siteKey(site));
    changes.emit({ type: 'removed', entry });
  };
  const find = (gateway: string): Entry => {
    const found = [...known.values()].filter((e) => e.site.gateway === gateway);
    const best = found.find((e) => e.presence?.online) ?? found[0];
    if (best) return best;
    throw new FengsuiError(
      'GATEWAY_UNKNOWN',
      `no gateway “${gateway}” was ever seen in this district; known: ${someIds(known)}`,
      { details: { gateway } },
    );
  };

  const unheard = () =>
    [...known].flatMap(([key, { presence, ...entry }]) =>
      presence?.online && !greeted.has(key) && !speaking.has(key) ? [{ ...entry, presence }] : [],
    );

  return {
    receivePresence(site, bytes) {
      // An empty retained message is how a decommissioned gateway is taken off a broker.
      if (bytes.length === 0) return remove(site);
      const presence = decodePresence(bytes);
      const before = known.get(siteKey(site));
      const sameLink = before?.presence?.online === presence.online;
      if (!sameLink || before?.presence?.boot !== presence.boot) {
        const entry = { ...before, site, presence, since: sameLink && before ? before.since : now() };
        put(presence.online ? 'online' : 'offline', entry);
      }
      const isNew = !sameLink || before?.presence?.boot !== presence.boot || !greeted.has(siteKey(site));
      if (!presence.online) {
        greeted.delete(siteKey(site));
        speaking.delete(siteKey(site));
      }
      if (presence.online && isNew) {
        greeted.add(siteKey(site));
        arrivals.emit(site);
      }
    },
    receiveState(site, bytes) {
      if (bytes.length === 0) return;
      const state = decodeGatewayState(bytes);
      const before = known.get(siteKey(site));
      put('updated', { site, since: now(), ...before, state });
    },
    entries: () => [...known.values()],
    at: (site) => known.get(siteKey(site)),
    find,
    reach(gateway) {
      const { site, presence, since } = find(gateway);
      if (presence?.online) return site;
      throw new FengsuiError(
        'GATEWAY_OFFLINE',
        `gateway “${gateway}” is offline since ${since.toISOString()}; nothing was sent, try again when it is back`,
        { details: { gateway } },
      );
    },
    changes,
    arrivals,
    lost() {
      greeted.clear();
      speaking.clear();
    },
    speaks: (site) => void speaking.add(siteKey(site)),
    isAnyUnheard: () => unheard().length > 0,
    markUnheard() {
      for (const entry of unheard())
        put('offline', { ...entry, presence: { ...entry.presence, online: false }, since: now() });
    },
  };
}

/** Enough to see a misspelling. */
function someIds(known: ReadonlyMap<string, Entry>): string {
  const ids = [...known.values()].map((e) => e.site.gateway);
  if (ids.length === 0) return 'none';
  return ids.length > 5 ? `${ids.slice(0, 5).join(', ')} and ${ids.length - 5} more` : ids.join(', ');
}
