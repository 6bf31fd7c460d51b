import { mkdirSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { type JournalOptions, openJournal } from '../../edge/journal/open-journal.ts';
import type { JournalStorage } from '../contract/journal-contract.ts';
import { impatientClock } from './impatient-clock.ts';
import { journalDirectory, journalWorker } from './journal-directory.ts';

/**
 * What becomes of the write that is under way when the power is cut. `lost`: the disk has nothing of it. `torn`: it is
 * there but for its end.
 */
export const fates = ['lost', 'torn'] as const;
type Fate = (typeof fates)[number];

export type PowerCutJournal = JournalStorage & {
  /** How often the power was cut so far. */
  cuts(): number;
};

/**
 * The journal on disk, whose power is cut at every `every`th write: its thread ends without a word, and the next one finds
 * the files as they were when a write was acknowledged last, with what `fate` makes of the one under way.
 */
export async function powerCutJournal(every: number, fate: Fate): Promise<PowerCutJournal> {
  const directory = journalDirectory(impatientClock());
  mkdirSync(directory.file('durable'));
  const script = directory.file('worker.mjs');
  writeFileSync(script, workerScript(directory.directory, every, fate));
  const options: JournalOptions = { ...directory.options, worker: pathToFileURL(script) };
  return {
    open: () => openJournal(options),
    cuts: () => directory.log.lines.filter((line) => line.startsWith('journal.degraded')).length,
    [Symbol.asyncDispose]: directory[Symbol.asyncDispose],
  };
}

/** Wraps the real thread. Files are put back before the next thread opens them: this one may still hold them. */
const workerScript = (directory: string, every: number, fate: Fate): string => `
import { copyFileSync, existsSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
const directory = ${JSON.stringify(directory)};
const durable = join(directory, 'durable');
const isFile = (name) => /^(alarms|telemetry)\\.db(-wal)?$/.test(name);
const copy = (from, to) => {
  for (const name of readdirSync(to).filter(isFile)) rmSync(join(to, name));
  for (const name of readdirSync(from).filter(isFile)) copyFileSync(join(from, name), join(to, name));
};
const tornBytes = 3_000;
const tear = () => {
  for (const name of ['alarms.db-wal', 'telemetry.db-wal']) {
    const [now, before] = [directory, durable].map((at) => existsSync(join(at, name)) ? readFileSync(join(at, name)) : Buffer.alloc(0));
    let end = now.length;
    while (end > 0 && now[end - 1] === 0) end--;
    const isNew = Buffer.compare(now.subarray(0, end), before.subarray(0, end)) !== 0;
    if (isNew) writeFileSync(join(directory, name), now.fill(0, Math.max(0, end - tornBytes), end));
  }
};
const cut = join(directory, 'cut');
if (existsSync(cut)) {
  if (${JSON.stringify(fate)} === 'lost') copy(durable, directory);
  if (${JSON.stringify(fate)} === 'torn') tear();
  rmSync(cut);
}
const count = join(directory, 'count');
let writes = existsSync(count) ? Number(readFileSync(count, 'utf8')) : 0;
const pending = new Set();
const post = parentPort.postMessage.bind(parentPort);
parentPort.postMessage = (reply, transfer) => {
  if (!pending.delete(reply.number)) return post(reply, transfer);
  writes++;
  writeFileSync(count, String(writes));
  if (writes % ${every} !== 0) {
    copy(directory, durable);
    return post(reply, transfer);
  }
  writeFileSync(cut, '');
  process.exit(1);
};
const on = parentPort.on.bind(parentPort);
parentPort.on = (event, listener) =>
  on(event, (request) => {
    if (request.call?.do === 'write') pending.add(request.number);
    listener(request);
  });
await import(${JSON.stringify(journalWorker.href)});
`;
