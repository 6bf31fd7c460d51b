/**
 * `start-process.js fill|open DIRECTORY MEGABYTES close|kill`: fills a journal, or opens it and tells how long that took;
 * then ends as told, `kill` being `kill -9`.
 */
import { openJournal } from '../../edge/journal/open-journal.ts';
import { openSqliteStore } from '../../edge/journal/sqlite-store.ts';
import type { Write } from '../../edge/journal/store.ts';
import { systemClock } from '../../edge/platform/clock.ts';
import { wallTime } from '../../sdk/model/time.ts';
import { loadSqlite } from '../../sdk/sqlite/driver.ts';

export type FillReport = { readonly entries: number };
export type OpenReport = {
  readonly openMs: number;
  /** Until the first alarm was stored. */
  readonly alarmMs: number;
  readonly telemetryMb: number;
  readonly quarantined: number;
};

const mb = 1_048_576;
const start = 490_000 * 3_600_000;
/** A batch of readings of a busy minute. */
const bodyBytes = 3_000;
const entriesAtOnce = 64;
const alarms = 2_000;

const [task, directory = '', megabytes = '512', end = 'close'] = process.argv.slice(2);
const maxBytes = Number(megabytes) * mb;
const history = { days: 400, maxBytes: 512 * mb };

async function fill(): Promise<FillReport> {
  const store = openSqliteStore(await loadSqlite(), { directory, maxBytes, maxDays: 90, history, newId: 1 });
  const entry = (seq: number, bytes: number): Write => {
    const body = new Uint8Array(bytes);
    crypto.getRandomValues(body);
    return { kind: 'entry', entry: { seq, at: wallTime(start + seq * 10_000), body } };
  };
  const some = (first: number, count: number, bytes: number): Write[] =>
    Array.from({ length: count }, (_, i) => entry(first + i, bytes));
  await store.write('alarm', some(store.opened.next.alarm, alarms, 250));
  let next = store.opened.next.telemetry;
  // Until the oldest gives way: the file is as large as it may become.
  for (; store.status().lanes.telemetry.first <= 1; next += entriesAtOnce)
    await store.write('telemetry', some(next, entriesAtOnce, bodyBytes));
  if (end === 'close') store.close();
  return { entries: next - 1 };
}

async function open(): Promise<OpenReport> {
  const log = { info: () => {}, warn: console.log, child: () => log };
  const worker = new URL('../dist/journal-worker.js', import.meta.url);
  const began = performance.now();
  const journal = await openJournal({ directory, maxBytes, history, worker, clock: systemClock('synced'), log });
  const openMs = performance.now() - began;
  await journal.append('alarm', wallTime(start), () => new Uint8Array(250));
  const alarmMs = performance.now() - began;
  const { lanes, quarantined } = journal.status();
  if (end === 'close') await journal[Symbol.asyncDispose]();
  return { openMs, alarmMs, telemetryMb: lanes.telemetry.bytes / mb, quarantined };
}

const report = task === 'fill' ? await fill() : await open();
process.send?.(report, () => {
  if (end === 'kill') process.kill(process.pid, 'SIGKILL');
  process.disconnect();
});
