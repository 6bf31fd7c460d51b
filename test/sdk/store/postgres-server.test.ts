import { readFile } from 'node:fs/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeError, FengsuiError } from '../../../sdk/model/errors.ts';
import { type Migration, migrate } from '../../../sdk/store/postgres/migrate.ts';
import { migrations } from '../../../sdk/store/postgres/migrations.ts';
import { openPostgresStore } from '../../../sdk/store/postgres/open-postgres-store.ts';
import { postgresDatabase } from '../../../sdk/store/postgres/postgres-database.ts';
import { alarmEntry, auditEntry, deviceSpec, gatewayRecord, sample } from '../../contract/platform-store-contract.ts';
import { cuttableLine } from '../../support/cuttable-line.ts';
import { freePort } from '../../support/mosquitto.ts';
import { hasPostgres, type Postgres, startPostgres, superPassword } from '../../support/postgres.ts';

/** Everything that an operator may see of an error. */
const words = (e: unknown): string =>
  `${describeError(e)} ${e instanceof FengsuiError ? JSON.stringify(e.details) : ''} ${e instanceof Error ? e.stack : ''}`;
const refusal = (tried: Promise<unknown>): Promise<unknown> =>
  tried.then(
    () => 'it was done',
    (e: unknown) => e,
  );

describe.skipIf(!hasPostgres())('Debian’s PostgreSQL (apt-get install postgresql)', { timeout: 60_000 }, () => {
  let server: Postgres;
  let schemas = 0;
  const newSchema = (): string => `s_${++schemas}`;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  /** As somebody who goes past the SDK. */
  async function past<T>(work: (client: Client) => Promise<T>, url = server.url()): Promise<T> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  it('refuses to change or delete what was recorded, also to who goes past the SDK', async () => {
    const schema = newSchema();
    await using store = await openPostgresStore({ url: server.url(), schema });
    await store.alarms.append(alarmEntry(1));
    await store.audit.append(auditEntry('a'));
    for (const table of ['alarms', 'audit'])
      for (const tried of [
        `UPDATE ${schema}.${table} SET device = 'x'`,
        `DELETE FROM ${schema}.${table}`,
        `TRUNCATE ${schema}.${table} CASCADE`,
      ])
        expect(await refusal(past((client) => client.query(tried)))).toMatchObject({
          message: `${table} are never changed or deleted`,
        });
    expect((await store.alarms.list()).items).toEqual([alarmEntry(1)]);
    expect((await store.audit.list()).items).toEqual([auditEntry('a')]);
  });

  it('is given up when its host is gone without a word, and a call when its caller gives up', async () => {
    await using line = await cuttableLine(server.port);
    const url = server.url().replace(String(server.port), String(line.port));
    await using store = await openPostgresStore({ url, schema: newSchema(), statementTimeoutMs: 1_000 });
    await store.gateways.put(gatewayRecord('gw-1'));
    line.swallow();
    const stop = new AbortController();
    const abandoned = [
      refusal(store.gateways.get('gw-1', { signal: stop.signal })),
      refusal(store.desired.get('gw-1', { signal: stop.signal })),
    ];
    const waiting = [refusal(store.gateways.get('gw-1')), refusal(store.audit.append(auditEntry('a')))];
    const began = performance.now();
    stop.abort();
    expect(await Promise.all(abandoned)).toMatchObject([{ code: 'ABORTED' }, { code: 'ABORTED' }]);
    expect(performance.now() - began).toBeLessThan(500);
    expect(await Promise.all(waiting)).toMatchObject([{ code: 'UNAVAILABLE' }, { code: 'UNAVAILABLE' }]);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('serves a user who has only the documented rights', async () => {
    await (await openPostgresStore({ url: server.url() }))[Symbol.asyncDispose]();
    const grants = /```sql\n([^`]+)```/.exec(await readFile('docs/STORE.md', 'utf8'))?.[1] ?? '';
    expect(grants).toContain('GRANT');
    await past((client) => client.query(`CREATE ROLE platform LOGIN PASSWORD 'p'; ${grants}`));
    await using store = await openPostgresStore({ url: server.url('platform', 'p') });
    await store.gateways.put(gatewayRecord('gw-1'));
    await store.gateways.put(gatewayRecord('gw-1', { name: 'B' }));
    await store.desired.change('gw-1', { ifVersion: 0, devices: [deviceSpec('a')], by: 'A', key: 'k' });
    await store.desired.report('gw-1', { version: 1, sync: 'in-sync', problems: [], at: new Date() });
    await store.desired.forget('gw-1');
    await store.alarms.append(alarmEntry(1));
    await store.alarms.append(alarmEntry(2, { phase: 'normal' }));
    await store.audit.append(auditEntry('a'));
    expect(await store.history.append([sample(1), sample(-200 * 86_400)])).toEqual({ added: 2, leftOut: 0 });
    expect(await store.history.prune(new Date(Date.now() - 100 * 86_400_000))).toBe(1);
    expect(await store.history.latest('gw-1', 'hydrant-1')).toEqual([sample(1)]);
    const asPlatform = server.url('platform', 'p');
    for (const tried of [
      'DELETE FROM fengsui.alarms',
      'UPDATE fengsui.audit SET who = NULL',
      'DROP TABLE fengsui.alarms',
      'DELETE FROM fengsui.samples',
    ])
      expect(await refusal(past((client) => client.query(tried), asPlatform))).toMatchObject({ code: '42501' });
    expect(await refusal(openPostgresStore({ url: asPlatform, schema: 'not_mine' }))).toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  it('brings a schema of version 1 to version 2 with what is in it, also when several come at once', async () => {
    const schema = newSchema();
    const db = await postgresDatabase({ connectionString: server.url(), options: `-c search_path=${schema}` });
    await migrate(db, schema, migrations.slice(0, 1));
    await db.rows(`INSERT INTO audit VALUES ('old', $1, 'A', 'x', NULL, NULL, 'done', NULL)`, [new Date(1_000)]);
    await db.end();
    const stores = await Promise.all([1, 2, 3].map(() => openPostgresStore({ url: server.url(), schema })));
    for (const [i, store] of stores.entries()) {
      expect((await store.audit.list()).items).toEqual([
        auditEntry('old', { at: new Date(1_000), who: 'A', act: 'x' }),
      ]);
      expect(await store.history.append([sample(i)])).toEqual({ added: 1, leftOut: 0 });
      await store[Symbol.asyncDispose]();
    }
  });

  it('refuses a schema of a newer program, or of other steps, and undoes a step that fails', async () => {
    const schema = newSchema();
    const db = await postgresDatabase({ connectionString: server.url(), options: `-c search_path=${schema}` });
    const wrong: Migration = { name: '0003', sql: 'CREATE TABLE third (); SELECT 1 / 0' };
    expect(await refusal(migrate(db, schema, [...migrations, wrong]))).toBeInstanceOf(FengsuiError);
    const tables = await past((client) => client.query(`SELECT 1 FROM pg_tables WHERE schemaname = '${schema}'`));
    expect(tables.rowCount).toBe(0);
    await migrate(db, schema, [...migrations, { name: '0003', sql: 'CREATE TABLE third ()' }]);
    expect(await refusal(openPostgresStore({ url: server.url(), schema }))).toMatchObject({
      code: 'STORE',
      message: `schema ${schema} is at version 3, and this program knows none above 2: run the newer program`,
    });
    const other = [migrations[0], { name: '0002', sql: 'SELECT 1' }].flatMap((m) => m ?? []);
    expect(await refusal(migrate(db, schema, [...other, wrong]))).toMatchObject({
      code: 'STORE',
      message: expect.stringContaining('0002-history'),
    });
    await db.end();
  });

  it('never tells a password, whatever goes wrong', async () => {
    const secret = 's3cr3t-pass';
    const away = await freePort();
    const tries: readonly (readonly [url: string, code: string])[] = [
      [`postgres://postgres:${secret}@127.0.0.1:${server.port}/postgres`, 'FORBIDDEN'],
      [`postgres://nobody:${secret}@127.0.0.1:${server.port}/postgres`, 'FORBIDDEN'],
      [`postgres://postgres:${secret}@127.0.0.1:${away}/postgres`, 'UNAVAILABLE'],
      [`postgres://postgres:${secret}@127.0.0.1:99999/postgres`, 'INVALID'],
      [`postgres://postgres:${secret}@[/postgres`, 'INVALID'],
    ];
    for (const [url, code] of tries) {
      const e = await refusal(openPostgresStore({ url }));
      expect(e).toMatchObject({ code });
      expect(words(e)).not.toContain(secret);
    }
    const e = await refusal(openPostgresStore({ url: server.url().replace(/\/postgres$/, '/nowhere') }));
    expect(e).toMatchObject({ code: 'NOT_FOUND' });
    expect(words(e)).not.toContain(superPassword);
    expect(await refusal(openPostgresStore({ schema: 'a"; DROP SCHEMA public; --' }))).toMatchObject({
      code: 'INVALID',
    });
  });

  it('gives up a statement that takes too long, and a call that nobody waits for', async () => {
    const schema = newSchema();
    await using store = await openPostgresStore({ url: server.url(), schema, statementTimeoutMs: 300 });
    await past(async (client) => {
      await client.query(`BEGIN; LOCK TABLE ${schema}.audit`);
      expect(await refusal(store.audit.append(auditEntry('a')))).toMatchObject({ code: 'TIMEOUT', retryable: true });
      const aborted = new AbortController();
      const waiting = refusal(store.audit.append(auditEntry('a'), { signal: aborted.signal }));
      aborted.abort();
      expect(await waiting).toMatchObject({ code: 'ABORTED' });
      await client.query('ROLLBACK');
    });
    expect(await store.audit.append(auditEntry('b'))).toEqual({ isNew: true });
  });

  it('makes a month again that another process has dropped', async () => {
    const schema = newSchema();
    await using one = await openPostgresStore({ url: server.url(), schema });
    await using other = await openPostgresStore({ url: server.url(), schema });
    const old = sample(-100 * 86_400);
    await one.history.append([old]);
    await other.history.prune(new Date(Date.now() - 60 * 86_400_000));
    expect(await one.history.append([old, sample(1)])).toEqual({ added: 2, leftOut: 0 });
  });

  it('keeps months in partitions of their own, one of them ahead', async () => {
    const schema = newSchema();
    await using store = await openPostgresStore({ url: server.url(), schema });
    await store.history.append([sample(0, { at: new Date() })]);
    const sql = `SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) AS bound FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = '${schema}.samples'::regclass ORDER BY 1`;
    const { rows } = await past((client) =>
      client.query(`SET timezone = 'UTC'; ${sql}`).then((r) => (Array.isArray(r) ? r[1] : r)),
    );
    const month = (ahead: number): Date =>
      new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth() + ahead));
    expect(rows.at(-1)?.bound).toContain(`'${month(1).toISOString().slice(0, 10)} 00:00:00+00'`);
    expect(rows.length).toBeGreaterThanOrEqual(2);
  });

  it('loses nothing that was acknowledged when the server is restarted or killed, and goes on by itself', async () => {
    await using own = await startPostgres();
    await using store = await openPostgresStore({ url: own.url() });
    const stored: number[] = [];
    const over = new AbortController();
    const codes = new Set<string>();
    const writer = async (first: number): Promise<void> => {
      for (let seq = first; !over.signal.aborted; seq += 3) {
        for (let done = false; !done; ) {
          try {
            await store.alarms.append(alarmEntry(seq));
            await store.history.append([sample(seq)]);
            stored.push(seq);
            done = true;
          } catch (e) {
            if (!FengsuiError.is(e, 'UNAVAILABLE')) throw e;
            codes.add(e.code);
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
        }
      }
    };
    const writers = [1, 2, 3].map(writer);
    const grow = async (by: number): Promise<void> => {
      const goal = stored.length + by;
      while (stored.length < goal) await Promise.race([...writers, new Promise((resolve) => setTimeout(resolve, 10))]);
    };
    for (const end of [own.stop, own.crash]) {
      await grow(50);
      await end();
      await new Promise((resolve) => setTimeout(resolve, 100));
      await own.start();
    }
    await grow(50);
    over.abort();
    await Promise.all(writers);
    expect([...codes]).toEqual(['UNAVAILABLE']);
    const seqs = new Set((await store.alarms.list({ limit: 10_000 })).items.map((e) => e.seq));
    expect(stored.filter((seq) => !seqs.has(seq))).toEqual([]);
    const ask = { gateway: 'gw-1', device: 'hydrant-1', from: new Date(0), to: new Date(), limit: 10_000 };
    expect((await store.history.range(ask)).items.length).toBeGreaterThanOrEqual(stored.length);
  });
});
