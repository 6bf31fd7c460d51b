import { randomBytes } from 'node:crypto';
import { isBuiltin as isBuiltIn } from 'node:module';
import { expect, it } from 'vitest';
import type { Lane } from '../../../edge/journal/journal.ts';
import { openSqliteStore } from '../../../edge/journal/sqlite-store.ts';
import type { Store } from '../../../edge/journal/store.ts';
import { wallTime } from '../../../sdk/model/time.ts';
import { type Database, loadSqlite } from '../../../sdk/sqlite/driver.ts';
import { journalDirectory } from '../../support/journal-directory.ts';

const maxBytes = 512 * 1_024;
const entry = (seq: number, size = 100) => ({
  kind: 'entry' as const,
  entry: { seq, at: wallTime(seq), body: new Uint8Array(randomBytes(size)) }, // takes its room, as it cannot be deflated
});

const kept = (n: number) => ({ key: 'k', value: Uint8Array.of(n) });

type Opened = {
  readonly store: Store;
  readonly databases: Map<string, Database>;
  readonly failCommits: (lane: Lane, code: number, sql?: string) => void;
};

/** Not opened twice in this process: the lock of the driver for Node 20 lasts until its statements are collected. */
async function withStore(test: (opened: Opened) => Promise<void>): Promise<void> {
  await using directory = journalDirectory();
  const open = await loadSqlite();
  const databases = new Map<string, Database>();
  const failing = new Map<string, { code: number; on: string }>();
  const store = openSqliteStore(
    (uri) => {
      const db = open(uri);
      const name = uri.includes('/alarms.db') ? 'alarm' : uri.includes('/history.db') ? 'history' : 'telemetry';
      databases.set(name, db);
      return {
        prepare: (sql) => db.prepare(sql),
        close: () => db.close(),
        exec(sql) {
          const failure = failing.get(name);
          if (failure?.on !== sql) return db.exec(sql);
          throw Object.assign(new Error('database or disk is full'), { errcode: failure.code });
        },
      };
    },
    { directory: directory.directory, maxBytes, maxDays: 90, newId: 7, history: { days: 400, maxBytes } },
  );
  try {
    await test({ store, databases, failCommits: (lane, code, on = 'COMMIT') => failing.set(lane, { code, on }) });
  } finally {
    store.close();
  }
}

const pragma = (db: Database | undefined, name: string): unknown =>
  Object.values(db?.prepare(`PRAGMA ${name}`).get() ?? {})[0];

it.each([
  ['alarm', 'synchronous', 1], // NORMAL: both are synced by us
  ['telemetry', 'synchronous', 1],
  ['alarm', 'journal_mode', 'wal'],
  ['telemetry', 'journal_mode', 'wal'],
  ['alarm', 'locking_mode', 'exclusive'],
  ['telemetry', 'max_page_count', maxBytes / 4_096],
  ['history', 'synchronous', 2],
  ['history', 'max_page_count', maxBytes / 4_096],
])('the %s file runs with %s = %s', (lane, name, value) =>
  withStore(async ({ databases }) => {
    expect(pragma(databases.get(lane), name)).toBe(value);
  }),
);

it('alarms are written while the telemetry file refuses', () =>
  withStore(async ({ store, failCommits }) => {
    failCommits('telemetry', 13);
    await expect(store.write('telemetry', [entry(1)])).rejects.toThrow('full');
    await store.write('alarm', [entry(1)]);
    expect(store.read('alarm', 0, 9).length).toBe(1);
    expect(store.read('telemetry', 0, 9)).toEqual([]);
  }));

it('a kept value that came with telemetry neither holds up alarms nor comes back over a newer one', () =>
  withStore(async ({ store, failCommits }) => {
    failCommits('telemetry', 13, 'DELETE FROM kept');
    await expect(store.write('telemetry', [{ ...entry(1), keep: kept(1) }])).rejects.toThrow('full');
    expect(store.kept('').get('k')).toEqual(Uint8Array.of(1));
    await store.write('alarm', [{ ...entry(1), keep: kept(2) }]);
    await store.write('alarm', [entry(2)]);
    expect(store.kept('').get('k')).toEqual(Uint8Array.of(2));
  }));

it('a commit that fails changes nothing, neither rows nor figures', () =>
  withStore(async ({ store, failCommits }) => {
    await store.write('alarm', [entry(1)]);
    const before = store.status();
    failCommits('alarm', 10);
    await expect(
      store.write('alarm', [entry(2), { kind: 'keep', keep: { key: 'k', value: Uint8Array.of(1) } }]),
    ).rejects.toThrow();
    expect(store.status()).toEqual(before);
    expect(store.kept('').size).toBe(0);
  }));

it('an entry that is sent twice is stored once', () =>
  withStore(async ({ store }) => {
    await store.write('alarm', [entry(1)]);
    await store.write('alarm', [entry(1), entry(2)]);
    expect(store.read('alarm', 0, 9).map((e) => e.seq)).toEqual([1, 2]);
  }));

it('telemetry stays in its room: the oldest goes first, counted unless every destination had it', () =>
  withStore(async ({ store, databases }) => {
    for (let seq = 1; seq <= 300; seq += 1) {
      await store.write('telemetry', [entry(seq, 4_000)]);
      if (seq === 150) {
        await store.write('telemetry', [{ kind: 'cursor', destination: 'platform', upTo: 150 }]);
        expect(store.status().lanes.telemetry.first).toBeGreaterThan(1);
      }
    }
    const { first, last, bytes, evicted } = store.status().lanes.telemetry;
    expect(last).toBe(300);
    expect(bytes).toBeGreaterThan((last - first + 1) * 4_000);
    expect(bytes).toBeGreaterThan(maxBytes / 2);
    expect(Number(pragma(databases.get('telemetry'), 'page_count')) * 4_096).toBeLessThanOrEqual(maxBytes);
    expect(evicted).toBeGreaterThan(0);
    expect(evicted).toBeLessThan(first - 1); // those up to 150 that were acknowledged when they went are not counted
  }));

it('an entry far larger than those before it finds room at once', () =>
  withStore(async ({ store }) => {
    for (let seq = 1; seq <= 200; seq += 1) await store.write('telemetry', [entry(seq, 4_000)]);
    await store.write('telemetry', [entry(201, maxBytes / 8)]);
    expect(store.status().lanes.telemetry.last).toBe(201);
  }));

it('alarms leave 64 at a time, only when every known destination has them, and the newest 1,000 stay even then', () =>
  withStore(async ({ store }) => {
    const centreHas = async (upTo: number): Promise<number> => {
      await store.write('alarm', [{ kind: 'cursor', destination: 'centre', upTo }]);
      return store.status().lanes.alarm.first;
    };
    await store.write(
      'alarm',
      Array.from({ length: 1_200 }, (_, i) => entry(i + 1, 10)),
    );
    await store.write('alarm', [
      { kind: 'cursor', destination: 'platform', upTo: 1_200 },
      { kind: 'cursor', destination: 'centre', upTo: 63 },
    ]);
    expect(store.status().lanes.alarm.first).toBe(1);
    expect(await centreHas(64)).toBe(65);
    expect(await centreHas(1_200)).toBe(129);
    for (let i = 0; i < 5; i++) await store.write('alarm', []);
    expect(store.status().lanes.alarm).toMatchObject({ first: 193, last: 1_200, evicted: 0 });
  }));

it.skipIf(isBuiltIn('node:sqlite'))(
  'loading SQLite where it is missing (only without node:sqlite) says what to install',
  async () => {
    await expect(loadSqlite('22.13.0')).rejects.toMatchObject({
      code: 'DRIVER_MISSING',
      message: expect.stringContaining('npm install'),
    });
  },
);
