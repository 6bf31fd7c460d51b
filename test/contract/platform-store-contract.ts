import { describe, expect, it } from 'vitest';
import type {
  AlarmEntry,
  AuditEntry,
  HistoryMark,
  Json,
  Listing,
  NewGatewayRecord,
  PageQuery,
  PlatformStore,
  Sample,
} from '../../sdk/store/platform-store.ts';
import type { DeviceSpec } from '../../sdk/wire/methods.ts';

/** What a store is kept in: it can be opened again and again, and by several clients where the store allows it. */
export type StoreStorage = AsyncDisposable & {
  readonly open: () => Promise<PlatformStore>;
  /** Whether what was stored is there for the next `open`. */
  readonly isLasting: boolean;
  /** Whether two clients may have it open. */
  readonly isShared: boolean;
};

const now = Math.floor(Date.now() / 1_000) * 1_000;
const dayMs = 86_400_000;
const at = (offset: number): Date => new Date(now - dayMs + offset);

export const gatewayRecord = (gateway: string, more: Partial<NewGatewayRecord> = {}): NewGatewayRecord => ({
  gateway,
  district: '330603',
  town: '001',
  name: `Gateway ${gateway}`,
  state: 'claimable',
  ...more,
});
export const deviceSpec = (id: string): DeviceSpec => ({
  bus: 'street',
  id,
  profile: 'generic/municipal-hydrant',
  unit: 1,
  name: '1 号消火栓',
});
export const sample = (n: number, more: Partial<Sample> = {}): Sample => ({
  gateway: 'gw-1',
  device: 'hydrant-1',
  point: 'pressure',
  at: at(n * 1_000),
  value: 0.3 + n / 1_000,
  ...more,
});
export const historyMark = (gateway: string, seq: number, more: Partial<HistoryMark> = {}): HistoryMark => ({
  gateway,
  log: 4_503_599_627_370_497, // 2^52 + 1: beyond 32 bits
  seq,
  at: at(seq * 1_000),
  ...more,
});
export const alarmEntry = (seq: number, more: Partial<AlarmEntry> = {}): AlarmEntry => ({
  gateway: 'gw-1',
  log: 4_503_599_627_370_497, // 2^52 + 1: beyond 32 bits
  seq,
  at: at(seq * 1_000),
  receivedAt: at(seq * 1_000 + 50),
  device: 'smoke-1',
  condition: 'smoke',
  kind: 'fire',
  event: 'raised',
  phase: 'active-unacked',
  occurrence: 1,
  body: { change: 'raised', alarm: { explained: { zh: '厨房烟感 报警 🔥' } } },
  ...more,
});
export const auditEntry = (id: string, more: Partial<AuditEntry> = {}): AuditEntry => ({
  id,
  at: at(0),
  who: '李伟',
  act: 'gateways.put',
  outcome: 'done',
  ...more,
});

/** All pages, each of `limit` items; fails when a list does not end. */
export async function walk<T>(list: (page: PageQuery) => Promise<Listing<T>>, limit: number): Promise<readonly T[]> {
  const found: T[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < 10_000; pages++) {
    const { items, next } = await list({ limit, ...(after !== undefined && { after }) });
    expect(items.length).toBeLessThanOrEqual(limit);
    found.push(...items);
    if (next === undefined) return found;
    expect(items.length).toBe(limit);
    after = next;
  }
  throw new Error('the list does not end');
}

/** Texts that break what quotes by hand, counts in bytes or folds case. */
const hostileTexts = [
  `'; DROP TABLE alarms; --`,
  `"quoted" \\ back\\slash $1 %s ?1 :name @p {}`,
  '🧯👩‍🚒 火灾报警 é e\u0301 \u202Etfel-ot-thgir',
  '\n\r\t\u0001\uFFFF\uFEFF',
  'x'.repeat(2_000),
  '',
];

/** What every platform's store promises. */
export function platformStoreContract(name: string, storage: () => Promise<StoreStorage>): void {
  const withStorage = (test: (storage: StoreStorage) => Promise<void>) => async (): Promise<void> => {
    const made = await storage();
    try {
      await test(made);
    } finally {
      await made[Symbol.asyncDispose]();
    }
  };
  const withStore = (test: (store: PlatformStore) => Promise<void>) =>
    withStorage(async ({ open }) => {
      await using store = await open();
      await test(store);
    });

  describe(`${name}: registry`, () => {
    it(
      'gives back what was put, with a new etag each time',
      withStore(async ({ gateways }) => {
        const first = await gateways.put(gatewayRecord('gw-1', { village: '东山村' }));
        expect(first).toEqual({ ...gatewayRecord('gw-1', { village: '东山村' }), at: first.at, etag: first.etag });
        expect(await gateways.get('gw-1')).toEqual(first);
        const second = await gateways.put(gatewayRecord('gw-1', { state: 'enrolled' }));
        expect(second.etag).not.toBe(first.etag);
        expect(await gateways.get('gw-1')).toEqual(second);
        expect(second).not.toHaveProperty('village');
        expect(await gateways.get('gw-2')).toBeUndefined();
      }),
    );
    it(
      'refuses a change of what has changed meanwhile, and a second first record',
      withStore(async ({ gateways }) => {
        const { etag } = await gateways.put(gatewayRecord('gw-1'), { ifEtag: 'new' });
        await expect(gateways.put(gatewayRecord('gw-1'), { ifEtag: 'new' })).rejects.toMatchObject({
          code: 'CONFLICT',
          details: { etag },
        });
        const next = await gateways.put(gatewayRecord('gw-1', { name: 'A' }), { ifEtag: etag });
        await expect(gateways.put(gatewayRecord('gw-1', { name: 'B' }), { ifEtag: etag })).rejects.toMatchObject({
          code: 'CONFLICT',
        });
        await expect(gateways.put(gatewayRecord('gw-2'), { ifEtag: etag })).rejects.toMatchObject({ code: 'CONFLICT' });
        expect(await gateways.get('gw-1')).toEqual(next);
      }),
    );
    it(
      'lists by id, filtered, page by page',
      withStore(async ({ gateways }) => {
        const ids = ['gw-10', 'gw-2', 'a', 'z-9', 'gw-1'];
        for (const id of ids)
          await gateways.put(
            gatewayRecord(id, { town: id.startsWith('gw') ? '001' : '002', ...(id === 'a' && { village: 'v' }) }),
          );
        const idsOf = async (query: object, limit: number) =>
          (await walk((page) => gateways.list({ ...query, ...page }), limit)).map((r) => r.gateway);
        for (const limit of [1, 2, 3, 5, 100])
          expect(await idsOf({}, limit)).toEqual(['a', 'gw-1', 'gw-10', 'gw-2', 'z-9']);
        expect(await idsOf({ town: '001' }, 2)).toEqual(['gw-1', 'gw-10', 'gw-2']);
        expect(await idsOf({ village: 'v' }, 2)).toEqual(['a']);
        expect(await idsOf({ state: 'enrolled' }, 2)).toEqual([]);
      }),
    );
  });

  describe(`${name}: desired state`, () => {
    it(
      'gives each change a version of its own',
      withStore(async ({ desired }) => {
        expect(await desired.get('gw-1')).toBeUndefined();
        const first = await desired.change('gw-1', { ifVersion: 0, devices: [deviceSpec('a')], by: '李伟' });
        expect(first).toMatchObject({ gateway: 'gw-1', version: 1, by: '李伟', devices: [deviceSpec('a')] });
        expect(await desired.get('gw-1')).toEqual(first);
        await desired.report('gw-1', { version: 1, sync: 'in-sync', problems: [], at: at(0) });
        const second = await desired.change('gw-1', { ifVersion: 1, devices: [], by: 'B' });
        expect(second).toMatchObject({ version: 2, devices: [], reported: { version: 1, sync: 'in-sync' } });
        await expect(desired.change('gw-1', { ifVersion: 1, devices: [], by: 'C' })).rejects.toMatchObject({
          code: 'CONFLICT',
          details: { version: 2 },
        });
        expect(await desired.change('gw-1', { ifVersion: 2, devices: [], by: 'D', above: 41 })).toMatchObject({
          version: 42,
        });
      }),
    );
    it(
      'lets one of two changes at once through',
      withStorage(async ({ open, isShared }) => {
        await using one = await open();
        await using other = isShared ? await open() : one;
        for (let round = 0; round < 10; round++) {
          const tries = [one, other, one, other].map(({ desired }, i) =>
            desired.change('gw-1', { ifVersion: round, devices: [deviceSpec(`d-${i}`)], by: `client ${i}` }),
          );
          const results = await Promise.allSettled(tries);
          const done = results.flatMap((r) => (r.status === 'fulfilled' ? [r.value] : []));
          expect(done).toHaveLength(1);
          for (const r of results) if (r.status === 'rejected') expect(r.reason).toMatchObject({ code: 'CONFLICT' });
          expect(await other.desired.get('gw-1')).toEqual(done[0]);
        }
      }),
    );
    it(
      'answers the same key with the first result, also when both come at once',
      withStorage(async ({ open, isShared }) => {
        await using one = await open();
        await using other = isShared ? await open() : one;
        const change = { ifVersion: 0, devices: [deviceSpec('a')], by: '李伟', key: `key '"\\ 1` };
        const results = await Promise.all([one.desired.change('gw-1', change), other.desired.change('gw-1', change)]);
        expect(results[0]).toEqual(results[1]);
        await one.desired.report('gw-1', { version: 1, sync: 'in-sync', problems: [], at: at(0) });
        await one.desired.change('gw-1', { ifVersion: 1, devices: [], by: 'B' });
        expect(await other.desired.change('gw-1', change)).toEqual(results[0]);
        const another = { ...change, devices: [deviceSpec('b')] };
        await expect(one.desired.change('gw-1', another)).rejects.toMatchObject({ code: 'CONFLICT' });
        expect(await one.desired.change('gw-2', another)).toMatchObject({ version: 1 });
      }),
    );
    it(
      'moves what a gateway reports forward only',
      withStore(async ({ desired }) => {
        const report = (
          version: number,
          sync: 'trial' | 'in-sync' | 'rejected',
          ms: number,
          problems: readonly Json[] = [],
        ) => desired.report('gw-1', { version, sync, problems, at: at(ms) });
        await expect(report(1, 'in-sync', 0)).rejects.toMatchObject({ code: 'NOT_FOUND' });
        await desired.change('gw-1', { ifVersion: 0, devices: [], by: 'A' });
        await desired.change('gw-1', { ifVersion: 1, devices: [], by: 'A' });
        expect(await report(1, 'in-sync', 0)).toBe(true);
        expect(await report(2, 'trial', 10)).toBe(true);
        expect(await report(1, 'rejected', 20)).toBe(false);
        expect(await report(2, 'trial', 10)).toBe(false);
        const problems = [{ device: 'a', path: 'unit', message: `unit 3 is used by “b”` }];
        expect(await report(2, 'rejected', 30, problems)).toBe(true);
        expect(await report(2, 'trial', 40)).toBe(false);
        expect((await desired.get('gw-1'))?.reported).toEqual({ version: 2, sync: 'rejected', problems, at: at(30) });
      }),
    );
    it(
      'tells who waits: without an answer, behind, or rejected',
      withStore(async ({ desired }) => {
        const ids = ['none', 'behind', 'rejected', 'trial', 'in-sync', 'forgotten'];
        for (const id of ids) await desired.change(id, { ifVersion: 0, devices: [], by: 'A' });
        await desired.report('behind', { version: 1, sync: 'in-sync', problems: [], at: at(0) });
        await desired.change('behind', { ifVersion: 1, devices: [], by: 'A' });
        for (const sync of ['rejected', 'trial', 'in-sync'] as const)
          await desired.report(sync, { version: 1, sync, problems: [], at: at(0) });
        await desired.forget('forgotten');
        for (const limit of [1, 2, 10])
          expect((await walk((page) => desired.waiting(page), limit)).map((s) => s.gateway)).toEqual([
            'behind',
            'none',
            'rejected',
          ]);
      }),
    );
    it(
      'forgets, and gives no version again',
      withStore(async ({ desired }) => {
        expect(await desired.forget('gw-1')).toBe(false);
        await desired.change('gw-1', { ifVersion: 0, devices: [], by: 'A' });
        await desired.report('gw-1', { version: 1, sync: 'in-sync', problems: [], at: at(0) });
        expect(await desired.forget('gw-1')).toBe(true);
        expect(await desired.forget('gw-1')).toBe(false);
        expect(await desired.get('gw-1')).toBeUndefined();
        await expect(desired.change('gw-1', { ifVersion: 1, devices: [], by: 'A' })).rejects.toMatchObject({
          code: 'CONFLICT',
          details: { version: 0 },
        });
        const again = await desired.change('gw-1', { ifVersion: 0, devices: [], by: 'A' });
        expect(again.version).toBe(2);
        expect(again).not.toHaveProperty('reported');
      }),
    );
  });

  describe(`${name}: history`, () => {
    it(
      'gives values back as they were, by time and point, each once',
      withStore(async ({ history }) => {
        const samples = [
          sample(2, { value: -1.5e-300 }),
          sample(1, { value: 5 }),
          sample(1, { point: 'mode', value: 'auto' }),
          sample(1, { point: 'flowing', value: true }),
          sample(3, { point: 'flowing', value: false, why: 'unconfirmed' }),
          sample(3, { value: null, why: 'timeout' }),
          sample(3, { point: '压力🔥', value: `it's "so"` }),
          sample(2, { device: 'other', value: 9 }),
        ];
        expect(await history.append(samples)).toEqual({ added: 8, leftOut: 0 });
        expect(await history.append(samples.map((s) => ({ ...s, value: 77 })))).toEqual({ added: 0, leftOut: 0 });
        const expected = [samples[3], samples[2], samples[1], samples[0], samples[4], samples[5], samples[6]];
        const ask = { gateway: 'gw-1', device: 'hydrant-1', from: at(0), to: at(10_000) };
        for (const limit of [1, 2, 3, 100])
          expect(await walk((page) => history.range({ ...ask, ...page }), limit)).toEqual(expected);
        const some = await history.range({ ...ask, points: ['pressure', 'no-such'], from: at(1_000), to: at(3_000) });
        expect(some.items).toEqual([samples[1], samples[0]]);
        expect((await history.range({ ...ask, points: [] })).items).toEqual([]);
        expect((await history.range({ ...ask, device: 'nobody' })).items).toEqual([]);
      }),
    );
    it(
      'tells the newest of each point',
      withStore(async ({ history }) => {
        await history.append([
          sample(5, { value: 5 }),
          sample(1, { value: 1 }),
          sample(2, { point: 'mode', value: 'auto' }),
        ]);
        await history.append([sample(-30 * 86_400, { point: 'old', value: 3 })]);
        const newest = [
          sample(2, { point: 'mode', value: 'auto' }),
          sample(-30 * 86_400, { point: 'old', value: 3 }),
          sample(5, { value: 5 }),
        ];
        expect(await history.latest('gw-1', 'hydrant-1')).toEqual(newest);
        expect(await history.latest('gw-1', 'nobody')).toEqual([]);
      }),
    );
    it(
      'walks over the end of a month, with many samples of one time',
      withStore(async ({ history }) => {
        const month = new Date(now);
        const end = Date.UTC(month.getUTCFullYear(), month.getUTCMonth() - 1);
        const times = [end - 2, end - 1, end, end, end + 1].map((ms) => new Date(ms));
        const samples = times.flatMap((t) => ['a', 'b', 'c'].map((point) => sample(0, { at: t, point, value: 1 })));
        const unique = samples.filter((s, i) => samples.findIndex((o) => o.point === s.point && +o.at === +s.at) === i);
        expect(await history.append(samples)).toEqual({ added: unique.length, leftOut: 0 });
        const ask = { gateway: 'gw-1', device: 'hydrant-1', from: new Date(end - 2), to: new Date(end + 2) };
        for (const limit of [1, 2, 4, 5, 100])
          expect(await walk((page) => history.range({ ...ask, ...page }), limit)).toEqual(unique);
      }),
    );
    it(
      'leaves out what was read before the kept span or in the future, and drops old months',
      withStore(async ({ history }) => {
        const ago = (days: number) => new Date(now - days * dayMs);
        const samples = [ago(10_000), ago(450), ago(390), ago(200), ago(1), ago(-1), ago(-3)].map((t) =>
          sample(0, { at: t }),
        );
        expect(await history.append(samples)).toEqual({ added: 4, leftOut: 3 });
        expect(await history.prune()).toBe(0);
        expect(await history.prune(ago(150))).toBe(2);
        expect(await history.prune(ago(150))).toBe(0);
        const left = await history.range({ gateway: 'gw-1', device: 'hydrant-1', from: ago(500), to: ago(-10) });
        expect(left.items.map((s) => +s.at)).toEqual([+ago(1), +ago(-1)]);
        expect(await history.append([sample(0, { at: ago(390) })])).toEqual({ added: 1, leftOut: 0 });
      }),
    );
    it(
      'takes the same samples of two clients at once',
      withStorage(async ({ open, isShared }) => {
        await using one = await open();
        await using other = isShared ? await open() : one;
        for (const { history } of [one, other])
          await history.append(Array.from({ length: 7 }, (_, n) => sample(-n - 1, { point: `p-${n}` })));
        const batch = Array.from({ length: 4_000 }, (_, n) => sample(n, { point: `p-${n % 7}` }));
        const results = await Promise.all(
          [one, other, one, other].map(({ history }, i) => history.append(i % 2 ? batch : batch.toReversed())),
        );
        expect(results.reduce((sum, { added }) => sum + added, 0)).toBe(4_000);
      }),
    );
  });

  describe(`${name}: alarms`, () => {
    it(
      'stores each change once and gives it back as it was',
      withStore(async ({ alarms }) => {
        const entry = alarmEntry(1, {
          body: { a: [1, null, true, 'x'], nul: 'a\u0000b', half: '\uD83D', deep: { b: {} } },
        });
        expect(await alarms.append(entry)).toEqual({ isNew: true });
        expect(await alarms.append({ ...entry, phase: 'normal', body: 'other' })).toEqual({ isNew: false });
        expect((await alarms.list()).items).toEqual([entry]);
        expect(await alarms.append(alarmEntry(1, { log: 7 }))).toEqual({ isNew: true });
        expect(await alarms.append(alarmEntry(1, { gateway: 'gw-2' }))).toEqual({ isNew: true });
        expect((await alarms.list()).items).toHaveLength(3);
      }),
    );
    it(
      'walks in order of time, with ties, and filters',
      withStore(async ({ alarms }) => {
        const entries = [3, 1, 2, 5, 4].flatMap((seq) => [
          alarmEntry(seq, { at: at(Math.floor(seq / 3)), device: seq % 2 ? 'a' : 'b' }),
          alarmEntry(seq, { gateway: 'gw-0', at: at(Math.floor(seq / 3)), kind: 'fault' }),
        ]);
        for (const entry of entries) await alarms.append(entry);
        const ordered = entries.toSorted(
          (a, b) => +a.at - +b.at || (a.gateway < b.gateway ? -1 : a.gateway > b.gateway ? 1 : 0) || a.seq - b.seq,
        );
        for (const limit of [1, 3, 10, 100]) expect(await walk((page) => alarms.list(page), limit)).toEqual(ordered);
        const list = async (filter: object) =>
          (await walk((page) => alarms.list({ ...filter, ...page }), 2)).map((e) => `${e.gateway} ${e.seq}`);
        expect(await list({ gateway: 'gw-0', from: at(1) })).toEqual(['gw-0 3', 'gw-0 4', 'gw-0 5']);
        expect(await list({ gateway: 'gw-1', device: 'a', to: at(1) })).toEqual(['gw-1 1']);
        expect(await list({ kind: 'fault', from: at(0), to: at(1) })).toEqual(['gw-0 1', 'gw-0 2']);
      }),
    );
    it(
      'knows what stands: the last change of each condition, in whatever order they come',
      withStore(async ({ alarms }) => {
        await alarms.append(alarmEntry(2, { event: 'acked', phase: 'active-acked' }));
        await alarms.append(alarmEntry(1));
        await alarms.append(alarmEntry(3, { device: 'smoke-2' }));
        await alarms.append(alarmEntry(5, { device: 'smoke-2', event: 'cleared', phase: 'cleared-unacked' }));
        await alarms.append(alarmEntry(6, { device: 'smoke-3' }));
        await alarms.append(alarmEntry(7, { device: 'smoke-3', event: 'reset', phase: 'normal' }));
        await alarms.append(alarmEntry(8, { event: 'tested', kind: 'test', phase: 'normal' }));
        await alarms.append(alarmEntry(1, { gateway: 'gw-2' }));
        const standing = await walk((page) => alarms.standing(page), 1);
        expect(standing.map((e) => `${e.gateway} ${e.device} ${e.phase}`)).toEqual([
          'gw-1 smoke-1 active-acked',
          'gw-1 smoke-2 cleared-unacked',
          'gw-2 smoke-1 active-unacked',
        ]);
        expect((await alarms.standing({ gateway: 'gw-2' })).items).toEqual([alarmEntry(1, { gateway: 'gw-2' })]);
      }),
    );
    it(
      'takes the word of a new journal over that of the old one',
      withStore(async ({ alarms }) => {
        await alarms.append(alarmEntry(900));
        await alarms.append(alarmEntry(1, { log: 3, receivedAt: at(2_000_000), phase: 'normal', event: 'reset' }));
        expect((await alarms.standing()).items).toEqual([]);
        await alarms.append(alarmEntry(899, { event: 'acked', phase: 'active-acked' }));
        expect((await alarms.standing()).items).toEqual([]);
      }),
    );
  });

  describe(`${name}: audit`, () => {
    it(
      'stores each entry once, and lists by time and filter',
      withStore(async ({ audit }) => {
        const full = auditEntry('c', {
          gateway: 'gw-1',
          device: 'd',
          act: 'x',
          detail: { before: [1, 'ä'], after: null },
        });
        expect(await audit.append(full)).toEqual({ isNew: true });
        expect(await audit.append({ ...full, outcome: 'other' })).toEqual({ isNew: false });
        await audit.append(auditEntry('b', { detail: 'words' }));
        await audit.append(auditEntry('a', { who: 'B', at: at(5) }));
        const all = [auditEntry('b', { detail: 'words' }), full, auditEntry('a', { who: 'B', at: at(5) })];
        for (const limit of [1, 2, 3]) expect(await walk((page) => audit.list(page), limit)).toEqual(all);
        const ids = async (filter: object) => (await audit.list(filter)).items.map((e) => e.id);
        expect(await ids({ gateway: 'gw-1', device: 'd', act: 'x' })).toEqual(['c']);
        expect(await ids({ who: 'B' })).toEqual(['a']);
        expect(await ids({ from: at(1) })).toEqual(['a']);
        expect(await ids({ to: at(1) })).toEqual(['b', 'c']);
      }),
    );
  });

  describe(`${name}: hostile input`, () => {
    it(
      'keeps any text that can be stored as it is',
      withStore(async (store) => {
        for (const [i, text] of hostileTexts.entries()) {
          const short = text.slice(0, 200);
          await store.gateways.put(gatewayRecord(`gw-${i}`, { name: text, village: short }));
          expect(await store.gateways.get(`gw-${i}`)).toMatchObject({ name: text, village: short });
          await store.desired.change(`gw-${i}`, {
            ifVersion: 0,
            devices: [{ ...deviceSpec('a'), name: text }],
            by: text,
            key: short,
          });
          expect(await store.desired.get(`gw-${i}`)).toMatchObject({ by: text, devices: [{ name: text }] });
          const reading = sample(0, { gateway: `gw-${i}`, device: short, point: short, value: text, why: short });
          await store.history.append([reading]);
          expect(await store.history.latest(`gw-${i}`, short)).toEqual([reading]);
          const alarm = alarmEntry(1, { gateway: `gw-${i}`, device: short, condition: short, body: text });
          await store.alarms.append(alarm);
          expect((await store.alarms.list({ gateway: `gw-${i}`, device: short })).items).toEqual([alarm]);
          const act = auditEntry(`${short} ${i}`.slice(-200), {
            who: text,
            act: short,
            outcome: short,
            detail: { [text]: text },
          });
          await store.audit.append(act);
          expect((await store.audit.list({ act: short, who: short })).items).toEqual(text === short ? [act] : []);
        }
      }),
    );
    it(
      'refuses what cannot be stored, and says what it is',
      withStore(async ({ gateways, desired, history, alarms, audit }) => {
        const refused = async (what: RegExp, tried: Promise<unknown>) =>
          expect(await tried.catch((e: unknown) => e)).toMatchObject({
            code: 'INVALID',
            message: expect.stringMatching(what),
          });
        await refused(/name.*U\+0000/, gateways.put(gatewayRecord('gw-1', { name: 'a\u0000b' })));
        await refused(/name.*surrogate/, gateways.put(gatewayRecord('gw-1', { name: 'a\uD800' })));
        await refused(/name has 10000 characters/, gateways.put(gatewayRecord('gw-1', { name: 'x'.repeat(10_000) })));
        await refused(/gateway id/, gateways.put(gatewayRecord('GW/+#')));
        await refused(/town code/, gateways.put(gatewayRecord('gw-1', { town: '1' })));
        await refused(/gateway id/, gateways.get("'"));
        await refused(/limit/, gateways.list({ limit: 0 }));
        await refused(/limit/, gateways.list({ limit: 10_001 }));
        await refused(/after/, gateways.list({ after: 'nonsense' }));
        await refused(/after/, audit.list({ after: Buffer.from('["a","b"]').toString('base64url') }));
        await refused(/ifVersion/, desired.change('gw-1', { ifVersion: -1, devices: [], by: 'A' }));
        await refused(/key/, desired.change('gw-1', { ifVersion: 0, devices: [], by: 'A', key: 'x'.repeat(10_000) }));
        await refused(
          /devices/,
          desired.change('gw-1', { ifVersion: 0, devices: Array(5_001).fill(deviceSpec('a')), by: 'A' }),
        );
        await refused(
          /devices takes/,
          desired.change('gw-1', {
            ifVersion: 0,
            devices: [{ ...deviceSpec('a'), name: 'x'.repeat(3_000_000) }],
            by: 'A',
          }),
        );
        await refused(/value/, history.append([sample(1), sample(2, { value: Number.NaN })]));
        await refused(/value.*U\+0000/, history.append([sample(1, { value: '\u0000' })]));
        await refused(/at must be a date/, history.append([sample(1, { at: new Date(Number.NaN) })]));
        await refused(/10001 samples/, history.append(Array.from({ length: 10_001 }, (_, n) => sample(n))));
        await refused(/seq/, history.append([], { marks: [historyMark('gw-1', -1)] }));
        await refused(/one a gateway/, history.append([], { marks: [historyMark('gw-1', 1), historyMark('gw-1', 2)] }));
        await refused(/10001 gateways/, history.marks(Array.from({ length: 10_001 }, (_, n) => `gw-${n}`)));
        await refused(/seq/, alarms.append(alarmEntry(1.5)));
        await refused(/log/, alarms.append(alarmEntry(1, { log: 2 ** 53 })));
        await refused(/condition/, alarms.append(alarmEntry(1, { condition: 'x'.repeat(201) })));
        await refused(/body takes/, alarms.append(alarmEntry(1, { body: 'x'.repeat(70_000) })));
        let deep: Json = 1;
        for (let i = 0; i < 5_000; i++) deep = [deep];
        await refused(/body is nested/, alarms.append(alarmEntry(1, { body: deep })));
        await refused(/receivedAt/, alarms.append(alarmEntry(1, { receivedAt: new Date(-1) })));
        await refused(/id/, audit.append(auditEntry('')));
        expect(
          (await history.range({ gateway: 'gw-1', device: 'hydrant-1', from: at(0), to: at(9_000) })).items,
        ).toEqual([]);
        expect((await alarms.list()).items).toEqual([]);
      }),
    );
  });

  describe(`${name}: life`, () => {
    it(
      'keeps everything for the next one who opens it',
      withStorage(async ({ open, isLasting }) => {
        if (!isLasting) return;
        {
          await using store = await open();
          await store.gateways.put(gatewayRecord('gw-1'));
          await store.desired.change('gw-1', { ifVersion: 0, devices: [deviceSpec('a')], by: 'A', key: 'k' });
          await store.history.append([sample(1)]);
          await store.alarms.append(alarmEntry(1));
          await store.audit.append(auditEntry('a'));
        }
        await using store = await open();
        expect(await store.gateways.get('gw-1')).toMatchObject({ name: 'Gateway gw-1' });
        expect(
          await store.desired.change('gw-1', { ifVersion: 0, devices: [deviceSpec('a')], by: 'A', key: 'k' }),
        ).toMatchObject({ version: 1 });
        expect(await store.history.latest('gw-1', 'hydrant-1')).toEqual([sample(1)]);
        expect((await store.alarms.standing()).items).toEqual([alarmEntry(1)]);
        expect(await store.audit.append(auditEntry('a'))).toEqual({ isNew: false });
      }),
    );
    it(
      'refuses calls after its end and those that nobody waits for any more',
      withStorage(async ({ open }) => {
        const store = await open();
        await expect(store.gateways.list({}, { signal: AbortSignal.abort() })).rejects.toMatchObject({
          code: 'ABORTED',
        });
        await store[Symbol.asyncDispose]();
        await store[Symbol.asyncDispose]();
        await expect(store.gateways.list()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      }),
    );
  });
}
