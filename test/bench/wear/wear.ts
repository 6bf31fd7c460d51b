import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CountedDisk, countedDisk, type DeviceWrites } from '../../support/counted-disk.ts';
import { points, roundMs } from './load.ts';
import type { Keeping, Stage } from './wear-process.ts';

type Variant = { readonly keeping: Keeping | 'history'; readonly commitMs: number; readonly mount: string };
type Result = {
  readonly variant: Variant;
  readonly bytesPerSample: number;
  /** Of that, what was written before the files were closed. */
  readonly whileRunning: number;
  readonly writesPerCommit: number;
};

/** As docs/CARE.md recommends; and without, which is measured beside it. */
const recommended = 'noatime,lazytime,commit=60';
const plain = 'noatime';
const diskMb = 64;
const samplesPerDay = (86_400_000 / roundMs) * points;
const keepings = ['ours', 'rows', 'log'] as const;

const variants: readonly Variant[] = [
  ...keepings.flatMap((keeping) => [
    { keeping, commitMs: 10_000, mount: recommended },
    { keeping, commitMs: 5_000, mount: recommended },
    { keeping, commitMs: 10_000, mount: plain },
  ]),
  { keeping: 'history', commitMs: 0, mount: recommended },
];

/**
 * What wears a card: 100 points with a new value every 10 s, an alarm change every 30 s, two destinations that take
 * everything. The gateway's journal beside a row for each reading in SQLite, and a log that is only appended to and
 * synced; in the same minutes, at real pace, each in a process and on an ext4 of its own in a loop file. Counted is what
 * reached the block device, the file system's own journal included. All are settled before, and what closing writes is
 * charged to them, less what closing it idle would. The journal's hourly history is measured by itself and added: the others keep none.
 */
export async function wear({ minutes }: { readonly minutes: number }): Promise<Record<string, number>> {
  const running = await Promise.all(variants.map((variant) => started(variant, minutes * 60)));
  if (running.some(({ disk }) => !disk))
    console.log('nothing may be mounted here: counted is write_bytes of /proc/PID/io, without the file system’s own');
  console.log(`settled; ${minutes} minutes at real pace`);
  const results = await Promise.all(running.map((each) => measured(each)));
  for (const { variant, bytesPerSample, whileRunning, writesPerCommit } of results) {
    const { keeping, commitMs, mount } = variant;
    const name = keeping === 'history' ? 'history, by the hour' : `${keeping}, ${commitMs / 1_000} s, ${mount}`;
    const more =
      keeping === 'history'
        ? ''
        : `; ${whileRunning.toFixed(1)} before closing, ${writesPerCommit.toFixed(1)} writes a commit of readings`;
    console.log(`${name}: ${bytesPerSample.toFixed(1)} bytes a sample, ${inMb(bytesPerSample)} MB a day${more}`);
  }
  return figuresOf(results);
}

const inMb = (bytesPerSample: number): number => Math.round((bytesPerSample * samplesPerDay) / 1e5) / 10;

function figuresOf(results: readonly Result[]): Record<string, number> {
  const of = (keeping: Variant['keeping'], commitMs: number, mount = recommended): number =>
    results.find(({ variant: v }) => v.keeping === keeping && v.commitMs === commitMs && v.mount === mount)
      ?.bytesPerSample ?? Number.NaN;
  const history = of('history', 0);
  const own = (commitMs: number, mount = recommended): number => of('ours', commitMs, mount) + history;
  const figures = {
    bytes_per_sample: own(10_000),
    mb_per_day: inMb(own(10_000)),
    bytes_per_sample_5s: own(5_000),
    mb_per_day_5s: inMb(own(5_000)),
    ratio_to_rows: own(10_000) / of('rows', 10_000),
    ratio_to_log: own(10_000) / of('log', 10_000),
    ratio_to_rows_5s: own(5_000) / of('rows', 5_000),
    ratio_to_log_5s: own(5_000) / of('log', 5_000),
    history_mb_per_day: inMb(history),
    mb_per_day_plain_noatime: inMb(own(10_000, plain)),
    ratio_to_rows_plain_noatime: own(10_000, plain) / of('rows', 10_000, plain),
    ratio_to_log_plain_noatime: own(10_000, plain) / of('log', 10_000, plain),
  };
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value.toFixed(3))]));
}

type Running = {
  readonly variant: Variant;
  readonly child: ChildProcess;
  readonly disk: CountedDisk | undefined;
  readonly folder: string;
  /** As of each stage. */
  readonly written: Map<Stage['stage'], DeviceWrites>;
};

/** Resolves once it is settled and waits for word to go on. */
async function started(variant: Variant, seconds: number): Promise<Running> {
  const disk = await countedDisk(diskMb, variant.mount);
  const folder = await mkdtemp(join(tmpdir(), 'fengsui-wear-'));
  const parameters = [variant.keeping, disk?.path ?? folder, variant.commitMs, seconds].map(String);
  const child = fork(new URL('./wear-process.js', import.meta.url), parameters);
  const running = { variant, child, disk, folder, written: new Map<Stage['stage'], DeviceWrites>() };
  while ((await nextStage(running)).stage !== 'settled') child.send('go');
  return running;
}

async function measured(running: Running): Promise<Result> {
  const { variant, child, disk, folder, written } = running;
  const ended = once(child, 'exit');
  child.send('go');
  let stage = await nextStage(running);
  const commits = stage.stage === 'fed' ? stage.commits : 1;
  if (stage.stage === 'fed') {
    child.send('close');
    stage = await nextStage(running);
  }
  if (stage.stage !== 'closed') throw new Error(`${variant.keeping} has not closed`);
  child.send('end');
  await ended;
  if (disk) written.set('closed', disk.written()); // a thread may write until its process ends
  await disk?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
  const between = (from: Stage['stage'], to: Stage['stage'], of: keyof DeviceWrites = 'bytes'): number =>
    (written.get(to)?.[of] ?? 0) - (written.get(from)?.[of] ?? 0);
  const bytes = disk ? between('settled', 'closed') - between('open', 'shut') : stage.ownBytes;
  return {
    variant,
    bytesPerSample: bytes / stage.samples,
    whileRunning: between('settled', 'fed') / stage.samples,
    writesPerCommit: between('settled', 'fed', 'writes') / commits,
  };
}

async function nextStage({ child, disk, written }: Running): Promise<Stage> {
  const stage = await stageOf(child);
  if (disk) written.set(stage.stage, disk.written());
  return stage;
}

async function stageOf(child: ChildProcess): Promise<Stage> {
  const [stage] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`wear-process ended with ${code}`))),
  ]);
  return stage;
}
