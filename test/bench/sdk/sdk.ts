import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { quantile } from '../../../simulators/demo/ledger.ts';
import { type Mosquitto, startMosquitto } from '../../support/mosquitto.ts';
import { pause } from '../../support/rig.ts';
import { processFigures } from '../process-figures.ts';
import { district, type Load, type Shape, startLoad } from './load.ts';
import type { ReaderReport } from './reader-process.ts';

/** Pairs of a bare reader and an SDK of each shape of message. */
const pairs = 5;
const readingsForMemory = 2_000_000;
/** What Node takes in the beginning is through after so many readings more. */
const warmUp = 1_000_000;
const samples = 10;
const idleMs = 5_000;
/** Processes whose memory is looked at when idle: it differs by several MB from one to the next. */
const idleOnes = 7;
const sampleMs = 200;
const stuckAfterMs = 120_000;

/** A commit interval of a village of 20 points that are read every 10 s. */
const small: Shape = { points: 20, each: 1, messages: 40_000 };
/** As much as a gateway puts into one message: 1.2 KB. */
const full: Shape = { points: 20, each: 8, messages: 10_000 };

/**
 * Telemetry from mosquitto by QoS 1, taken by one SDK process, and by a bare `mqtt` subscriber that only counts, in turn.
 * The reader is held while a whole run's messages are handed to the broker, and let go when nobody publishes any more: it
 * finds its next message in the broker's queue at any time, and nothing but the broker and the reader needs the machine.
 */
export async function sdk(): Promise<Record<string, number>> {
  const idle = await idleRssMb();
  console.log(
    `connected and idle: ${idle.median.toFixed(1)} MB (${idle.least.toFixed(1)} to ${idle.most.toFixed(1)}, ${idleOnes} processes)`,
  );
  const ofSmall = await compared('20 readings a message', small);
  const ofFull = await compared('160 readings a message', full);
  const rssGrowthMb = await growth();
  console.log(`${readingsForMemory} readings: memory grows by ${rssGrowthMb.toFixed(1)} MB`);
  const figures = {
    rate_ratio: ofSmall.ratio,
    cpu_ratio: ofSmall.cpuRatio,
    cpu_us: ofSmall.cpuUs,
    bare_cpu_us: ofSmall.bareCpuUs,
    messages_per_s: ofSmall.sdk,
    readings_per_s: ofSmall.sdk * readingsOf(small),
    bare_messages_per_s: ofSmall.bare,
    rate_ratio_full: ofFull.ratio,
    cpu_us_full: ofFull.cpuUs,
    bare_cpu_us_full: ofFull.bareCpuUs,
    messages_per_s_full: ofFull.sdk,
    readings_per_s_full: ofFull.sdk * readingsOf(full),
    bare_messages_per_s_full: ofFull.bare,
    publisher_messages_per_s: ofSmall.published,
    reader_cpu: ofSmall.readerCpu,
    broker_cpu: ofSmall.brokerCpu,
    lost: ofSmall.lost + ofFull.lost,
    rss_growth_mb: rssGrowthMb,
    idle_rss_mb: idle.median,
    idle_rss_mb_most: idle.most,
  };
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Math.round(value * 1_000) / 1_000]));
}

const readingsOf = ({ points, each }: Shape): number => points * each;

type Run = {
  readonly messagesPerS: number;
  /** Handed to the broker while nobody read, messages a second. */
  readonly published: number;
  /** Of one core, while it read. */
  readonly readerCpu: number;
  /** CPU time of the reader for each message, µs. */
  readonly cpuUs: number;
  readonly brokerCpu: number;
  readonly lost: number;
};

/** Medians of several pairs. */
async function compared(what: string, shape: Shape) {
  await using stage = await openStage(shape);
  console.log(`${what}, ${stage.load.bytesPerMessage} bytes:`);
  const ratios: number[] = [];
  const cpuRatios: number[] = [];
  const runs: Record<'bare' | 'sdk', Run[]> = { bare: [], sdk: [] };
  for (let i = 0; i < pairs; i++) {
    const bare = await run(stage, 'bare', shape);
    const sdk = await run(stage, 'sdk', shape);
    runs.bare.push(bare);
    runs.sdk.push(sdk);
    ratios.push(sdk.messagesPerS / bare.messagesPerS);
    cpuRatios.push(bare.cpuUs / sdk.cpuUs);
    console.log(`  bare ${shown(bare)}; SDK ${shown(sdk)}; ratio ${ratios.at(-1)?.toFixed(3)}`);
  }
  const median = (list: readonly Run[], of: (run: Run) => number): number => quantile(list.map(of), 0.5);
  return {
    ratio: quantile(ratios, 0.5),
    cpuRatio: quantile(cpuRatios, 0.5),
    cpuUs: median(runs.sdk, (r) => r.cpuUs),
    bareCpuUs: median(runs.bare, (r) => r.cpuUs),
    bare: median(runs.bare, (r) => r.messagesPerS),
    sdk: median(runs.sdk, (r) => r.messagesPerS),
    published: median(runs.sdk, (r) => r.published),
    readerCpu: median(runs.sdk, (r) => r.readerCpu),
    brokerCpu: median(runs.sdk, (r) => r.brokerCpu),
    lost: runs.sdk.reduce((sum, r) => sum + r.lost, 0),
  };
}

const shown = ({ messagesPerS, readerCpu, cpuUs, brokerCpu }: Run): string =>
  `${messagesPerS.toFixed(0)}/s (${cpuUs.toFixed(1)} µs each; CPU ${readerCpu.toFixed(2)}, broker ${brokerCpu.toFixed(2)})`;

async function run({ broker, url, load }: Stage, kind: 'bare' | 'sdk', shape: Shape): Promise<Run> {
  await using reader = await startReader(kind, url, shape.messages, shape.messages * readingsOf(shape));
  const published = await queue(load, reader, shape.messages);
  const before = [cpuOf(reader.pid), cpuOf(broker.pid)] as const;
  const began = performance.now();
  const report = await reader.letGo();
  const seconds = (performance.now() - began) / 1_000;
  const used = cpuOf(reader.pid) - before[0];
  const readerCpu = used / seconds;
  const brokerCpu = (cpuOf(broker.pid) - before[1]) / seconds;
  const expected = kind === 'bare' ? shape.messages : shape.messages * readingsOf(shape);
  const lost = expected - report.count + report.dropped + report.gaps + report.refused + report.wrong;
  if (lost > 0) console.log('  not as it was sent:', JSON.stringify(report));
  const cpuUs = (used / shape.messages) * 1e6;
  return { messagesPerS: shape.messages / (report.tookMs / 1_000), published, readerCpu, cpuUs, brokerCpu, lost };
}

/** Fills the broker's queue while the reader stands still; how many messages a second went in. */
async function queue(load: Load, reader: Reader, messages: number): Promise<number> {
  reader.hold();
  const began = performance.now();
  await load.publish(messages);
  return messages / ((performance.now() - began) / 1_000);
}

/** While they are published: of the reader's memory, the median of the last samples less that of those after the first million. */
async function growth(): Promise<number> {
  await using stage = await openStage(small);
  const messages = (warmUp + readingsForMemory) / readingsOf(small);
  await using reader = await startReader('sdk', stage.url, messages, warmUp + readingsForMemory);
  const rss: number[] = [];
  const timer = setInterval(() => rss.push(processFigures(reader.pid).rssMb), sampleMs);
  const told = reader.letGo();
  await stage.load.publish(warmUp / readingsOf(small));
  const from = rss.length;
  await stage.load.publish(readingsForMemory / readingsOf(small));
  await told;
  clearInterval(timer);
  return quantile(rss.slice(-samples), 0.5) - quantile(rss.slice(from, from + samples), 0.5);
}

/** Of processes that are connected and idle, one after the other: the smallest, the median, the largest. */
async function idleRssMb(): Promise<{ readonly least: number; readonly median: number; readonly most: number }> {
  await using stage = await openStage(small);
  const rss: number[] = [];
  for (let i = 0; i < idleOnes; i++) {
    await using reader = await startReader('idle', stage.url, 0, 0);
    await pause(idleMs);
    rss.push(processFigures(reader.pid).rssMb);
  }
  return { least: Math.min(...rss), median: quantile(rss, 0.5), most: Math.max(...rss) };
}

type Stage = AsyncDisposable & { readonly broker: Mosquitto; readonly url: string; readonly load: Load };

async function openStage(shape: Shape): Promise<Stage> {
  // As delivered, but for the length of its queues: the run's messages all wait there.
  const broker = await startMosquitto(undefined, ['max_queued_messages 0']);
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const load = await startLoad(url, shape);
  return {
    broker,
    url,
    load,
    async [Symbol.asyncDispose]() {
      await load[Symbol.asyncDispose]();
      await broker[Symbol.asyncDispose]();
    },
  };
}

type Reader = AsyncDisposable & {
  readonly pid: number;
  readonly hold: () => void;
  readonly letGo: () => Promise<ReaderReport>;
};

async function startReader(kind: string, url: string, messages: number, readings: number): Promise<Reader> {
  const child = fork(new URL('./sdk-reader.js', import.meta.url), [
    kind,
    url,
    district,
    String(messages),
    String(readings),
  ]);
  const gone = once(child, 'exit');
  await Promise.race([once(child, 'message'), gone.then(() => Promise.reject(new Error('the reader ended')))]);
  return {
    pid: child.pid ?? 0,
    hold: () => void child.kill('SIGSTOP'),
    async letGo() {
      const told = report(child);
      child.kill('SIGCONT');
      return told;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGCONT');
      child.disconnect();
      await gone;
    },
  };
}

async function report(child: ChildProcess): Promise<ReaderReport> {
  const [told] = await once(child, 'message', { signal: AbortSignal.timeout(stuckAfterMs) });
  return told;
}

const cpuOf = (pid: number): number => processFigures(pid).cpuSeconds;
