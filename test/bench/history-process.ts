/** `history-process.js load|query FILE`: one task of the benchmark of the history, in a process of its own. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { History } from '../../edge/journal/history/history.ts';
import type { HistoryQuery } from '../../edge/journal/journal.ts';
import { loadSqlite, type OpenDatabase } from '../../sdk/sqlite/driver.ts';
import { historyOfLane, historyPeriodMs, historyStart } from '../support/history-lane.ts';

const points = 100;
const days = 7;
const perDay = 86_400_000 / historyPeriodMs;
const values = points * days * perDay;

export type LoadReport = { readonly seconds: number; readonly values: number };
export type QueryReport = {
  readonly coldMs: number;
  readonly warmMs: number;
  /** The week of one point by the hour, from summaries alone. */
  readonly hourlyMs: number;
  readonly rssAboveIdleMb: number;
};

const openHistory = (open: OpenDatabase, path: string): History => historyOfLane(open, path, points);

const week = { device: 'gate', from: historyStart, to: historyStart + days * 86_400_000 - 1, after: 0 };

async function load(open: OpenDatabase, path: string): Promise<LoadReport> {
  const began = performance.now();
  const past = openHistory(open, path);
  past.take(days * perDay);
  await past.ask(week);
  past.close();
  return { seconds: (performance.now() - began) / 1_000, values };
}

async function query(open: OpenDatabase, path: string): Promise<QueryReport> {
  const idle = rssMb('VmRSS');
  writeFileSync('/proc/self/clear_refs', '5'); // the highest from here on
  const spans = { ...week, points: ['p-42'], every: (days * 86_400_000) / 600 };
  const began = performance.now();
  const past = openHistory(open, path);
  const cold = await counted(past, spans);
  const coldMs = performance.now() - began;
  expect(cold, { items: 600, values: days * perDay });
  const again = performance.now();
  await counted(past, spans);
  const warmMs = performance.now() - again;
  const hourly = performance.now();
  expect(await counted(past, { ...spans, every: 3_600_000 }), { items: 168, values: days * perDay });
  const hourlyMs = performance.now() - hourly;
  expect(await counted(past, { ...week, points: ['p-7'] }), { items: days * perDay, values: days * perDay });
  const day = { ...week, to: historyStart + 86_400_000 - 1, every: 600_000 };
  expect(await counted(past, day), { items: 144 * points, values: perDay * points });
  past.take(days * perDay + 359);
  await past.ask(week);
  const rssAboveIdleMb = rssMb('VmHWM') - idle;
  return { coldMs, warmMs, hourlyMs, rssAboveIdleMb };
}

type Counted = { readonly items: number; readonly values: number };

/** Every page of it. */
async function counted(past: History, query: HistoryQuery): Promise<Counted> {
  let [items, values] = [0, 0];
  for (let after: number | undefined = 0; after !== undefined; ) {
    const page = await past.ask({ ...query, after });
    items += 'rows' in page ? page.rows.length : page.buckets.length;
    values += 'rows' in page ? page.rows.length : page.buckets.reduce((sum, { count }) => sum + count, 0);
    after = page.next;
  }
  return { items, values };
}

function expect(found: Counted, wanted: Counted): void {
  if (found.items !== wanted.items || found.values !== wanted.values)
    throw new Error(`found ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
}

const rssMb = (of: 'VmRSS' | 'VmHWM'): number =>
  Number(new RegExp(`${of}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1_024;

const [task, path] = process.argv.slice(2);
if (path !== undefined) {
  const open = await loadSqlite();
  process.send?.(await (task === 'load' ? load(open, path) : query(open, path)));
  process.disconnect();
}
