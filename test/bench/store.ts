import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client } from 'pg';
import { loadSqlite } from '../../sdk/sqlite/driver.ts';
import { openFileStore, type PlatformStore, type Sample } from '../../sdk/store/index.ts';
import { openPostgresStore } from '../../sdk/store/postgres/index.ts';
import { quantile } from '../../simulators/demo/ledger.ts';
import { hasPostgres, startPostgres } from '../support/postgres.ts';

const points = 100;
const everyMs = 10_000;
const dayMs = 86_400_000;
/** A whole day, the day before yesterday. */
const from = Math.floor(Date.now() / dayMs) * dayMs - 2 * dayMs;
const batch = 1_000;
const naiveRows = 3_000;
const queries = 21;

type Measured = {
  readonly samplesPerS: number;
  readonly naivePerS: number;
  readonly dayMs: number;
  readonly dayMaxMs: number;
};

/**
 * A day of 100 points every 10 s, as a district's readings come: 1,000 at once, all points of a moment together. Beside it,
 * on the same disk and server, the obvious way: one INSERT a sample into one table with the same key. Then the day of one
 * point (8,640 samples), median and worst of 21 points. Everything is synced as it is in earnest.
 */
export async function store(): Promise<Record<string, number>> {
  const file = await onFile();
  const figures = { ...named('file', file.measured), file_bytes_per_sample: file.bytesPerSample };
  if (!hasPostgres()) {
    console.log('PostgreSQL is not here (apt-get install postgresql): the file store only');
    return rounded(figures);
  }
  const server = await onPostgres();
  return rounded({ ...figures, ...named('pg', server.measured), pg_bytes_per_sample: server.bytesPerSample });
}

async function onFile() {
  const folder = await mkdtemp(join(tmpdir(), 'fengsui-bench-'));
  try {
    const naivePerS = await naiveFile(join(folder, 'naive.db'));
    const opened = await openFileStore({ folder });
    const { count, ...measured } = await measure(opened);
    await opened[Symbol.asyncDispose](); // the log is written back
    const bytesPerSample = (await stat(join(folder, 'fengsui.db'))).size / count;
    return { measured: { ...measured, naivePerS }, bytesPerSample };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function naiveFile(path: string): Promise<number> {
  const db = (await loadSqlite())(pathToFileURL(path).href);
  db.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE samples (gateway TEXT, device TEXT, point TEXT,
    at INTEGER, value, why TEXT, PRIMARY KEY (gateway, device, point, at))`);
  const insert = db.prepare('INSERT OR IGNORE INTO samples VALUES (?, ?, ?, ?, ?, NULL)');
  const rate = await perSecond(naiveRows, async () => {
    for (const s of someSamples()) insert.run(s.gateway, s.device, s.point, s.at.getTime(), Number(s.value));
  });
  db.close();
  return rate;
}

async function onPostgres() {
  await using server = await startPostgres();
  const client = new Client({ connectionString: server.url() });
  await client.connect();
  try {
    const naivePerS = await naivePostgres(client);
    await using opened = await openPostgresStore({ url: server.url() });
    const { count, ...measured } = await measure(opened);
    const { rows } = await client.query(
      `SELECT sum(pg_total_relation_size(inhrelid)) AS bytes FROM pg_inherits WHERE inhparent = 'fengsui.samples'::regclass`,
    );
    return { measured: { ...measured, naivePerS }, bytesPerSample: Number(rows[0]?.bytes) / count };
  } finally {
    await client.end();
  }
}

async function naivePostgres(client: Client): Promise<number> {
  await client.query(`CREATE TABLE naive (gateway text, device text, point text, at timestamptz, value float8, why text,
    PRIMARY KEY (gateway, device, point, at))`);
  return perSecond(naiveRows, async () => {
    for (const s of someSamples())
      await client.query('INSERT INTO naive VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING', [
        s.gateway,
        s.device,
        s.point,
        s.at,
        s.value,
      ]);
  });
}

async function measure(opened: PlatformStore): Promise<Omit<Measured, 'naivePerS'> & { readonly count: number }> {
  const count = (dayMs / everyMs) * points;
  const samplesPerS = await perSecond(count, async () => {
    for (const samples of batches()) await opened.history.append(samples);
  });
  const times: number[] = [];
  for (let i = 0; i < queries; i++) {
    const { gateway, device, point } = sampleAt(0, (i * 37) % points);
    const began = performance.now();
    const ask = { gateway, device, points: [point], from: new Date(from), to: new Date(from + dayMs), limit: 10_000 };
    const { items } = await opened.history.range(ask);
    times.push(performance.now() - began);
    if (items.length !== dayMs / everyMs) throw new Error(`${items.length} samples of a day`);
  }
  return { count, samplesPerS, dayMs: quantile(times, 0.5), dayMaxMs: Math.max(...times) };
}

const sampleAt = (moment: number, n: number): Sample => ({
  gateway: `gw-${n % 5}`,
  device: `device-${Math.floor(n / 5)}`,
  point: `point-${n % 7}`,
  at: new Date(from + moment * everyMs),
  value: Math.round(300 + 50 * Math.sin(moment / 300 + n)) / 1_000,
});

function* batches(): Generator<readonly Sample[], void> {
  const moments = batch / points;
  for (let first = 0; first < dayMs / everyMs; first += moments)
    yield Array.from({ length: batch }, (_, i) => sampleAt(first + Math.floor(i / points), i % points));
}

const someSamples = (): readonly Sample[] =>
  Array.from({ length: naiveRows }, (_, i) => sampleAt(Math.floor(i / points), i % points));

async function perSecond(count: number, work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return (count / (performance.now() - began)) * 1_000;
}

const named = (store: string, m: Measured): Record<string, number> => ({
  [`${store}_samples_per_s`]: m.samplesPerS,
  [`${store}_naive_per_s`]: m.naivePerS,
  [`${store}_ratio_to_naive`]: m.samplesPerS / m.naivePerS,
  [`${store}_day_ms`]: m.dayMs,
  [`${store}_day_max_ms`]: m.dayMaxMs,
});

const rounded = (figures: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value.toPrecision(4))]));
