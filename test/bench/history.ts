import { statSync } from 'node:fs';
import { join } from 'node:path';
import { quantile } from '../../simulators/demo/ledger.ts';
import { siteFolder } from '../support/rig.ts';
import type { LoadReport, QueryReport } from './history-process.ts';
import { inProcess, outOfCache } from './in-process.ts';

const rounds = 7;
const script = new URL('./history-process.js', import.meta.url);

/**
 * A week of 100 points every 10 s, taken in as a gateway takes it in (entries of the lane, decoded, packed by the hour),
 * then asked for in processes of their own, with the file out of the page cache: the week of one point in 600 spans,
 * every one of its 60,480 values unpacked, from opening the file to the answer. Memory: the highest while the week of
 * one point is read value by value, a day of all points is summed up, and an hour of new readings waits to be written.
 */
export async function history(): Promise<Record<string, number>> {
  await using folder = await siteFolder('');
  const path = join(folder.path, 'history.db');
  const loaded = await inProcess<LoadReport>(script, 'load', path);
  const bytes = statSync(path).size;
  console.log(`${loaded.values} values in ${loaded.seconds.toFixed(1)} s, ${(bytes / 1_048_576).toFixed(1)} MiB`);
  const reports: QueryReport[] = [];
  for (let i = 0; i < rounds; i++) {
    await outOfCache(path);
    reports.push(await inProcess<QueryReport>(script, 'query', path));
  }
  for (const report of reports) console.log(JSON.stringify(report));
  const median = (of: (report: QueryReport) => number): number => quantile(reports.map(of), 0.5);
  const figures = {
    query_cold_ms: median((r) => r.coldMs),
    query_cold_max_ms: Math.max(...reports.map((r) => r.coldMs)),
    query_warm_ms: median((r) => r.warmMs),
    hourly_ms: median((r) => r.hourlyMs),
    bytes_per_value: bytes / loaded.values,
    rss_above_idle_mb: Math.max(...reports.map((r) => r.rssAboveIdleMb)),
    load_s: loaded.seconds,
  };
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value.toFixed(2))]));
}
