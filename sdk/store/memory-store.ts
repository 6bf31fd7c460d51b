import { checkedStore } from './checked-store.ts';
import { decodeCursor, type Key, limitOf, listing } from './cursor.ts';
import {
  changed,
  type DesiredRow,
  digestOf,
  isAhead,
  isWaiting,
  keyMs,
  keyTaken,
  nothingDesired,
} from './desired-rules.ts';
import { defaultHistoryDays, isKept, keptSpan, monthOf } from './kept-span.ts';
import { compareKeys, isLater, isMarkAhead, isStandingWord, standingPhases } from './order.ts';
import type {
  AlarmEntry,
  AlarmLog,
  AuditEntry,
  AuditLog,
  DesiredState,
  DesiredStates,
  GatewayRecord,
  GatewayRegistry,
  HistoryMark,
  HistoryStore,
  Listing,
  PageQuery,
  PlatformStore,
  Sample,
} from './platform-store.ts';
import { replaced } from './registry-rules.ts';

/** A store that forgets everything with its process: for tests and trials. Nothing bounds it but what is put in. */
export const memoryStore = (): PlatformStore =>
  checkedStore({
    gateways: registry(),
    desired: desiredStates(),
    history: history(),
    alarms: alarmLog(),
    audit: auditLog(),
    [Symbol.asyncDispose]: async () => undefined,
  });

/** What JSON makes of it, as the other stores hand it back; nobody can change it afterwards. */
const copyOf = <T>(value: T): T => structuredClone(value);

type Order<T> = { readonly keyOf: (item: T) => Key; readonly shape: Key };

function page<T>(items: Iterable<T>, query: PageQuery, { keyOf, shape }: Order<T>): Listing<T> {
  const after = decodeCursor(query.after, shape);
  const found = [...items]
    .filter((item) => !after || compareKeys(keyOf(item), after) > 0)
    .sort((a, b) => compareKeys(keyOf(a), keyOf(b)));
  return copyOf(listing(found, limitOf(query), keyOf));
}

const matches = <T>(wanted: T | undefined, value: T | undefined): boolean => wanted === undefined || wanted === value;
const isWithin = (at: Date, { from, to }: { from?: Date | undefined; to?: Date | undefined }): boolean =>
  (!from || at >= from) && (!to || at < to);

const byGateway = { keyOf: ({ gateway }: { gateway: string }): Key => [gateway], shape: [''] };

function registry(): GatewayRegistry {
  const records = new Map<string, GatewayRecord>();
  return {
    async put(record, { ifEtag } = {}) {
      const next = replaced(record, records.get(record.gateway), { at: new Date(), ifEtag });
      records.set(record.gateway, next);
      return copyOf(next);
    },
    get: async (gateway) => copyOf(records.get(gateway)),
    async list(query = {}) {
      const { town, village, state } = query;
      const found = [...records.values()].filter(
        (r) => matches(town, r.town) && matches(village, r.village) && matches(state, r.state),
      );
      return page(found, query, byGateway);
    },
  };
}

function desiredStates(): DesiredStates {
  const rows = new Map<string, DesiredRow>();
  const keys = new Map<string, { readonly digest: string; readonly result: DesiredState }>();
  const present = (): DesiredState[] => [...rows.values()].flatMap(({ state }) => (state ? [state] : []));
  return {
    async change(gateway, change) {
      const at = new Date();
      for (const [key, { result }] of keys) if (at.getTime() - result.at.getTime() > keyMs) keys.delete(key);
      const keyName = change.key === undefined ? undefined : JSON.stringify([gateway, change.key]);
      const first = keyName === undefined ? undefined : keys.get(keyName);
      if (first && first.digest !== digestOf(change)) throw keyTaken(gateway, change.key ?? '');
      if (first) return copyOf(first.result);
      const state = copyOf(changed({ gateway, at }, rows.get(gateway), change));
      rows.set(gateway, { version: state.version, state });
      if (keyName !== undefined) keys.set(keyName, { digest: digestOf(change), result: state });
      return copyOf(state);
    },
    async report(gateway, reported) {
      const row = rows.get(gateway);
      if (!row?.state) throw nothingDesired(gateway);
      if (!isAhead(reported, row.state.reported)) return false;
      rows.set(gateway, { ...row, state: { ...row.state, reported: copyOf(reported) } });
      return true;
    },
    get: async (gateway) => copyOf(rows.get(gateway)?.state),
    waiting: async (query = {}) => page(present().filter(isWaiting), query, byGateway),
    async forget(gateway) {
      const row = rows.get(gateway);
      if (row) rows.set(gateway, { version: row.version });
      return row?.state !== undefined;
    },
  };
}

const sampleOrder: Order<Sample> = { keyOf: ({ at, point }) => [at.getTime(), point], shape: [0, ''] };

function history(): HistoryStore {
  const devices = new Map<string, Map<string, Sample>>();
  const marks = new Map<string, HistoryMark>();
  const deviceKey = (gateway: string, device: string): string => JSON.stringify([gateway, device]);
  const samplesOf = (gateway: string, device: string): Sample[] => [
    ...(devices.get(deviceKey(gateway, device))?.values() ?? []),
  ];
  return {
    async append(samples, call = {}) {
      const span = keptSpan(Date.now(), defaultHistoryDays);
      const kept = samples.filter(({ at }) => isKept(at, span));
      let added = 0;
      for (const sample of kept) {
        const key = deviceKey(sample.gateway, sample.device);
        const rows = devices.get(key) ?? new Map<string, Sample>();
        devices.set(key, rows);
        const name = JSON.stringify([sample.point, sample.at.getTime()]);
        if (rows.has(name)) continue;
        rows.set(name, copyOf(sample));
        added++;
      }
      for (const mark of call.marks ?? [])
        if (isMarkAhead(mark, marks.get(mark.gateway))) marks.set(mark.gateway, copyOf(mark));
      return { added, leftOut: samples.length - kept.length };
    },
    async marks(gateways) {
      const found = [...new Set(gateways)].flatMap((gateway) => marks.get(gateway) ?? []);
      return copyOf(found.sort((a, b) => compareKeys([a.gateway], [b.gateway])));
    },
    async range(query) {
      const { gateway, device, points } = query;
      const found = samplesOf(gateway, device).filter(
        ({ point, at }) => (!points || points.includes(point)) && isWithin(at, query),
      );
      return page(found, query, sampleOrder);
    },
    async latest(gateway, device) {
      const newest = new Map<string, Sample>();
      for (const sample of samplesOf(gateway, device).sort((a, b) => a.at.getTime() - b.at.getTime()))
        newest.set(sample.point, sample);
      return copyOf([...newest.values()].sort((a, b) => compareKeys([a.point], [b.point])));
    },
    async prune(before = new Date(keptSpan(Date.now(), defaultHistoryDays).from)) {
      const dropped = new Set<string>();
      for (const rows of devices.values())
        for (const [name, { at }] of rows) {
          const month = monthOf(at.getTime());
          if (month.to > before.getTime()) continue;
          rows.delete(name);
          dropped.add(month.name);
        }
      return dropped.size;
    },
  };
}

const alarmOrder: Order<AlarmEntry> = {
  keyOf: ({ at, gateway, log, seq }) => [at.getTime(), gateway, log, seq],
  shape: [0, '', 0, 0],
};
const conditionOrder: Order<AlarmEntry> = {
  keyOf: ({ gateway, device, condition }) => [gateway, device, condition],
  shape: ['', '', ''],
};

function alarmLog(): AlarmLog {
  const entries = new Map<string, AlarmEntry>();
  const last = new Map<string, AlarmEntry>();
  return {
    async append(entry) {
      const key = JSON.stringify([entry.gateway, entry.log, entry.seq]);
      if (entries.has(key)) return { isNew: false };
      const kept = { ...copyOf(entry), body: JSON.parse(JSON.stringify(entry.body)) };
      entries.set(key, kept);
      const condition = JSON.stringify(conditionOrder.keyOf(kept));
      if (isStandingWord(kept) && isLater(kept, last.get(condition))) last.set(condition, kept);
      return { isNew: true };
    },
    async list(query = {}) {
      const { gateway, device, kind } = query;
      const found = [...entries.values()].filter(
        (e) =>
          matches(gateway, e.gateway) && matches(device, e.device) && matches(kind, e.kind) && isWithin(e.at, query),
      );
      return page(found, query, alarmOrder);
    },
    async standing(query = {}) {
      const found = [...last.values()].filter(
        (e) => matches(query.gateway, e.gateway) && standingPhases.includes(e.phase),
      );
      return page(found, query, conditionOrder);
    },
  };
}

const auditOrder: Order<AuditEntry> = { keyOf: ({ at, id }) => [at.getTime(), id], shape: [0, ''] };

function auditLog(): AuditLog {
  const entries = new Map<string, AuditEntry>();
  return {
    async append(entry) {
      if (entries.has(entry.id)) return { isNew: false };
      const { detail, ...rest } = entry;
      entries.set(entry.id, {
        ...copyOf(rest),
        ...(detail !== undefined && { detail: JSON.parse(JSON.stringify(detail)) }),
      });
      return { isNew: true };
    },
    async list(query = {}) {
      const { gateway, device, who, act } = query;
      const found = [...entries.values()].filter(
        (e) =>
          matches(gateway, e.gateway) &&
          matches(device, e.device) &&
          matches(who, e.who) &&
          matches(act, e.act) &&
          isWithin(e.at, query),
      );
      return page(found, query, auditOrder);
    },
  };
}
