import { FengsuiError } from '../../model/errors.ts';
import {
  decodeMember,
  decodeTaken,
  encodeMember,
  encodeTaken,
  type Group,
  memberTopic,
  nobodyThere,
  parseGroupTopic,
  type Taken,
  takenPerMessage,
  takenTopic,
} from '../../wire/group.ts';
import { type Site, siteKey, topicOf } from '../../wire/topics.ts';
import type { Position } from '../alarm-cursor.ts';
import type { Connection } from '../connection.ts';
import { listeners } from '../listeners.ts';
import { beatMs, type Membership, membership } from './membership.ts';
import type { Ownership } from './ownership.ts';
import { ownerOf } from './rendezvous.ts';

/** This client as a member of a group that shares the gateways. */
export type GroupDesk = Ownership & {
  readonly connected: () => void;
  readonly disconnected: () => void;
  /** A gateway has become known. */
  readonly added: () => void;
  /** Whether the message was one of the group. @throws FengsuiError PROTOCOL */
  readonly receive: (topic: string, bytes: Uint8Array) => boolean;
  /** Says goodbye, so that the others take over at once. */
  readonly leave: () => Promise<void>;
};

export type GroupContext = {
  readonly group: Group;
  readonly member: string;
  readonly link: Pick<Connection, 'send' | 'subscribe' | 'unsubscribe' | 'drop'>;
  /** Every gateway that is known. */
  readonly gateways: () => readonly Site[];
  readonly knows: (site: Site) => boolean;
  /** Up to where this client has taken the telemetry of a gateway. */
  readonly taken: (site: Site) => Position | undefined;
  /** Another member has taken the telemetry of the gateway up to there. */
  readonly takeOn: (site: Site, from: Position) => void;
  /** Sends the receipts that are due. */
  readonly flush: () => Promise<void>;
  readonly tell: (site: Site, isOwned: boolean) => void;
  readonly problem: (error: unknown) => void;
};

/**
 * Who is to lose a gateway lets go of it at once; who is to gain it waits for so long first: for others that join or
 * leave in the same moment, and for the last receipts and positions of the one before. In milliseconds.
 */
const handOverMs = 500;
/** Members that join one after another put it off no longer than this. */
const longestPauseMs = 2_000;
/** Gateways that become known together are subscribed to together. */
const gatherMs = 50;

export function groupDesk(ctx: GroupContext): GroupDesk {
  const { group, member, link } = ctx;
  const now = (): number => performance.now();
  const own = memberTopic(group, member);
  const gained = listeners<Site>();
  const lost = listeners<Site>();
  const owned = new Map<string, Site>();
  const heard = new Map<string, Site>();
  const taken = new Map<string, Position>();
  const told = new Map<string, number>();
  let others: Membership = membership(member);
  let connection = 0;
  let isUp = false;
  let hasLeft = false;
  /** The broker has not yet passed on that this member is there. */
  let echoIsDue = true;
  let beating: NodeJS.Timeout | undefined;
  let due: { readonly timer: NodeJS.Timeout; readonly since: number } | undefined;
  let last: Promise<void> = Promise.resolve();

  /** One after another; whatever fails leaves it open what is subscribed, so the connection is made anew. */
  const inTurn = (work: () => Promise<void>): void => {
    const during = connection;
    const step = async (): Promise<void> => {
      if (!isUp || during !== connection) return;
      await work().catch((e: unknown) => {
        if (!isUp || during !== connection) return;
        if (!FengsuiError.is(e, 'UNAVAILABLE')) ctx.problem(e); // that one `status` tells
        link.drop(FengsuiError.is(e) ? e : new FengsuiError('UNAVAILABLE', 'the group cannot be served', { cause: e }));
      });
    };
    last = last.then(step);
  };
  const announce = (payload: Uint8Array): Promise<void> => link.send(own, payload, true);
  const tellTaken = async (sites: Iterable<Site>): Promise<void> => {
    const news: Taken[] = [];
    for (const site of sites) {
      const at = ctx.taken(site);
      if (!at || told.get(siteKey(site)) === at.seq) continue;
      told.set(siteKey(site), at.seq);
      news.push({ town: site.town, gateway: site.gateway, ...at });
    }
    for (let i = 0; i < news.length; i += takenPerMessage)
      await link.send(takenTopic(group, member), encodeTaken(news.slice(i, i + takenPerMessage)));
  };
  const isOurs = (): ((site: Site) => boolean) => {
    const members = others.members(now());
    return (site) => ownerOf(members, siteKey(site)) === member;
  };

  const release = (sites: readonly Site[]): void => {
    for (const site of sites) told.delete(siteKey(site)); // the successor may not have been there when it was told
    const telling = tellTaken(sites);
    telling.catch(() => undefined); // awaited below, unless the connection is gone by then
    for (const site of sites) {
      taken.delete(siteKey(site));
      if (!owned.delete(siteKey(site))) continue;
      lost.emit(site);
      ctx.tell(site, false);
    }
    inTurn(async () => {
      await telling;
      await ctx.flush();
      const silent = sites.filter((site) => heard.delete(siteKey(site)));
      if (silent.length > 0) await link.unsubscribe(silent.flatMap(lanesOf));
    });
  };
  const take = async (): Promise<void> => {
    const during = connection;
    letGo();
    const mine = isOurs();
    const wanted = ctx.gateways().filter((site) => !heard.has(siteKey(site)) && mine(site));
    if (wanted.length === 0) return;
    await link.subscribe(wanted.flatMap(lanesOf));
    if (during !== connection) return;
    for (const site of wanted) {
      heard.set(siteKey(site), site);
      const from = taken.get(siteKey(site));
      if (from) ctx.takeOn(site, from);
      if (!owned.has(siteKey(site))) {
        owned.set(siteKey(site), site);
        ctx.tell(site, true);
      }
      gained.emit(site);
    }
    letGo(); // of what was given to others meanwhile
  };
  const letGo = (): void => {
    const stays = isOurs();
    const gone = [...owned.values()].filter((site) => !stays(site));
    if (gone.length > 0) release(gone);
  };
  const takeIn = (ms: number): void => {
    if (due && now() - due.since > longestPauseMs) return;
    const since = due?.since ?? now();
    clearTimeout(due?.timer);
    const timer = setTimeout(() => {
      due = undefined;
      inTurn(take);
    }, ms);
    due = { since, timer };
  };
  const membersChanged = (): void => {
    letGo();
    takeIn(handOverMs);
  };
  const beat = async (): Promise<void> => {
    if (echoIsDue)
      ctx.problem(
        new FengsuiError(
          'FORBIDDEN',
          `the broker does not pass on ${own}: its access rules must let members of a group publish and read there, else each takes every gateway`,
        ),
      );
    echoIsDue = false;
    await announce(encodeMember());
    await tellTaken(owned.values());
    const gone = others.overdue(now());
    for (const each of gone) await link.send(memberTopic(group, each), nobodyThere, true);
    if (gone.length > 0) membersChanged();
  };
  const stop = (): void => {
    clearInterval(beating);
    clearTimeout(due?.timer);
    due = undefined;
  };
  const hearMember = (name: string, bytes: Uint8Array): void => {
    if (name === member) {
      if (bytes.length > 0) echoIsDue = false;
      if (bytes.length === 0 && isUp) inTurn(() => announce(encodeMember())); // somebody took us for gone
      return;
    }
    const before = others.members(now());
    if (bytes.length === 0) others.left(name);
    else {
      decodeMember(bytes);
      others.heard(name, now());
    }
    if (before.includes(name) === bytes.length > 0) return;
    told.clear(); // who is new has not heard it
    membersChanged();
  };

  return {
    owns: (site) => owned.has(siteKey(site)),
    hears: (site) => heard.has(siteKey(site)),
    gained,
    lost,
    connected() {
      if (hasLeft) return;
      connection++;
      isUp = true;
      echoIsDue = true;
      inTurn(() => announce(encodeMember()));
      beating = setInterval(() => inTurn(beat), beatMs);
      takeIn(handOverMs);
    },
    disconnected() {
      isUp = false;
      stop();
      heard.clear();
      // Who went while nobody listened is told by nobody: the broker names all who are there anew.
      others = membership(member);
    },
    added: () => {
      if (isUp && !due) takeIn(gatherMs);
    },
    receive(topic, bytes) {
      const said = parseGroupTopic(group, topic);
      if (!said) return false;
      if (said.says === 'there') hearMember(said.member, bytes);
      else if (said.member !== member)
        for (const { town, gateway, log, seq } of decodeTaken(bytes)) {
          const site = { district: group.district, town, gateway };
          const key = siteKey(site);
          const known = taken.get(key);
          if (!ctx.knows(site)) continue;
          if (known?.log !== log || known.seq < seq) taken.set(key, { log, seq });
        }
      return true;
    },
    async leave() {
      hasLeft = true;
      stop();
      if (!isUp) return;
      isUp = false;
      await tellTaken(owned.values());
      await announce(nobodyThere);
    },
  };
}

/** What a gateway sends once and in order; whatever else it says all members hear. */
const lanesOf = (site: Site): readonly string[] => [topicOf(site, 'alarm'), topicOf(site, 'telemetry')];
