import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { quantile } from '../../simulators/demo/ledger.ts';
import { siteFolder } from '../support/rig.ts';
import type { LoadReport, QueryReport } from './history-process.ts';

const rounds = 7;

/**
 * A week of 100 points every 10 s, taken in as a gateway takes it in (entries of the lane, decoded, packed by the hour),
 * then asked for in processes of their own, with the file out of the page cache: the week of one point in 600 spans,
 * every one of its 60,480 values unpacked, from opening the file to the answer. Memory: the highest while the week of
 * one point is read value by value, a day of all points is summed up, and an hour of new readings waits to be written.
 */
export async function history(): Promise<Record<string, number>> {
  await using folder = await siteFolder('');
  const path = join(folder.path, 'history.db');
  const loaded = await inProcess<LoadReport>('load', path);
  const bytes = statSync(path).size;
  console.log(`${loaded.values} values in ${loaded.seconds.toFixed(1)} s, ${(bytes / 1_048_576).toFixed(1)} MiB`);
  const reports: QueryReport[] = [];
  for (let i = 0; i < rounds; i++) {
    await outOfCache(path);
    reports.push(await inProcess<QueryReport>('query', path));
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

/** The driver for Node 20 keeps its lock on a file until the process ends; and a fresh process is what is asked about. */
async function inProcess<T>(task: 'load' | 'query', path: string): Promise<T> {
  const child = fork(new URL('./history-process.js', import.meta.url), [task, path], {
    // As in the first line of our program: what is measured is the gateway's memory, not Node's.
    execArgv: ['--max-semi-space-size=1', '--optimize-for-size', '--max-old-space-size=192'],
    env: { ...process.env, MALLOC_ARENA_MAX: '1' },
  });
  const ended = once(child, 'exit');
  const answered = once(child, 'message');
  const [report] = await Promise.race([
    answered,
    ended.then(([code]) => Promise.reject(new Error(`history-process ${task} ended with ${code}`))),
  ]);
  await ended;
  return report;
}

/** Tells the kernel to forget the file; where `dd` is not GNU's the query is only cold to the process. */
async function outOfCache(path: string): Promise<void> {
  await promisify(execFile)('dd', [`if=${path}`, 'iflag=nocache', 'count=0', 'status=none']).catch((e: unknown) =>
    console.log('the file stays in the page cache', e),
  );
}
