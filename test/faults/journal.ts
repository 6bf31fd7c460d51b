import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Journal } from '../../edge/journal/journal.ts';
import { openJournal } from '../../edge/journal/open-journal.ts';
import { systemClock } from '../../edge/platform/clock.ts';
import { generateOperatorKey } from '../../sdk/index.ts';
import { hearEntry } from '../../sdk/wire/lane-entry.ts';
import { decodePointTable } from '../../sdk/wire/point-table.ts';
import { openTelemetry } from '../../sdk/wire/telemetry.ts';
import { seededRandom } from '../../simulators/water/seeded-random.ts';
import { freePort, type Mosquitto, startMosquitto } from '../support/mosquitto.ts';
import { endRigChild, pause, type RigChild, siteFolder, startGateway } from '../support/rig.ts';
import { type AlarmField, alarmField, type Served } from './alarm-field.ts';
import { type AlarmTaker, alarmTaker, type Verdict } from './alarm-taker.ts';
import { oldJournal } from './old-journal.ts';

const slots = 60;
const noisy = 8;
/** The least there may be: filled beforehand, so that the oldest readings are summed up in each life. */
const maxMb = 4;
const filledTo = 0.85;
/** What was summed up cannot be looked for at the end: so often it is looked for in a copy. */
const lookEach = 50;
const pollMs = 200;
const commitMs = 500;
const changeEveryMs = 100;
/** A kill comes during the start, or this long after it at most. */
const longestLifeMs = 900;
const killsDuringStart = 0.25;
const brokerSwitches = 0.25;
const settleMs = 90_000;
/** So large a share of the kills comes before the others, while the journal is brought forward from its first version. */
const migrationShare = 0.1;

/** One life of the gateway, from its start to `kill -9`. */
type Life = { readonly began: number; readonly ended: number };

/**
 * A gateway is started and killed with `kill -9` again and again on the same journal, at random moments: while it starts,
 * while it brings its journal forward from the first version, while it stores, while the oldest readings are summed up,
 * while it sends what it could not send before. Its journal is full of readings from the beginning, all still to be sent.
 * It has two uplinks to two brokers, of which mostly one and at times both are down. What happens in the field goes on all the while; each change must reach the application
 * behind each broker once, and in order.
 */
export async function journal({ runs, seed }: { runs: number; seed: number }): Promise<Record<string, number>> {
  console.log(`${runs} kills, seed ${seed}`);
  const keys = generateOperatorKey();
  await using field = await alarmField(slots, pollMs, noisy);
  const brokers = [await switchedBroker(), await switchedBroker()] as const;
  const [a, b] = brokers;
  await using folder = await siteFolder(siteOf(field, [a.port, b.port], keys.publicKey));
  const directory = join(folder.path, 'data');
  const old = await oldJournal(directory, maxMb * 1_048_576 * filledTo, () => openedHere(directory));
  console.log(`${old.entries} entries of readings stored beforehand`);
  const program = new URL('../dist/fengsui.js', import.meta.url);
  const takers: AlarmTaker[] = [];
  for (const { port } of brokers) takers.push(await alarmTaker(`mqtt://127.0.0.1:${port}`, keys.privateKey, field));
  const migrations = Math.ceil(runs * migrationShare);
  const onTheWay = await old.killedOnTheWay(() => startGateway(program, folder.path), migrations, seededRandom(seed));
  console.log(
    `${migrations} kills while the journal was brought forward, ${onTheWay} of them before its copy was made`,
  );
  const startMs = await measuredStart(() => startGateway(program, folder.path), field);
  console.log(`a start takes ${startMs} ms until the field is read`);

  const inField = seededRandom(seed);
  const changing = setInterval(() => field.change(inField), changeEveryMs);
  const lives: Life[] = [];
  const counts = new Set<number>();
  let died = 0;
  for (let run = 0; run < runs; run++) {
    const random = seededRandom(seed + run);
    const lifeMs =
      random() < killsDuringStart ? random() * startMs : startMs + random() * Math.max(longestLifeMs, commitMs);
    const switching = random() < brokerSwitches ? drawnStates(random) : undefined;
    const began = Date.now();
    const gateway = startGateway(program, folder.path);
    const switched = switching && switchBrokers(brokers, switching, random() * lifeMs);
    await Promise.race([pause(lifeMs), gateway.gone]);
    if (gateway.process.exitCode !== null) {
      died++;
      console.log(`run ${run} (seed ${seed}): the gateway ended by itself with ${gateway.process.exitCode}`);
    }
    const ended = Date.now();
    gateway.process.kill('SIGKILL');
    await gateway.gone;
    await switched;
    lives.push({ began, ended });
    if (run % lookEach !== lookEach - 1) continue;
    for (const count of await countsInCopy(directory)) counts.add(count);
    console.log(`${run + 1} kills, ${field.happened()} changes, ${toldBy(takers)}`);
  }
  clearInterval(changing);
  for (const broker of brokers) await broker.turn(true);
  const last = startGateway(program, folder.path);
  const settled = await untilTold(takers, field.happened());
  if (!settled) console.log(`after ${settleMs / 1_000} s not everything was told: ${toldBy(takers)}`);
  await pause(2_000); // for what might come twice
  await endRigChild(last);
  for (const taker of takers) await taker.close();
  for (const broker of brokers) await broker.turn(false);
  const stored = await readBack(directory);
  for (const count of stored.counts) counts.add(count);
  return {
    runs,
    ...figuresOf(takers, stored, seed),
    changes: field.happened(),
    died,
    migration_kills: migrations,
    summed_up: stored.summarised,
    ageing_ran: stored.summarised > 0 ? 1 : 0,
    ...readingsLost(field, lives, counts),
  };
}

type Stored = {
  /** The last number that could still be sent: the record of the stop is written when nobody sends any more. */
  readonly lastAlarm: number;
  readonly summarised: number;
  readonly quarantined: number;
  readonly counts: ReadonlySet<number>;
};

function figuresOf(takers: readonly AlarmTaker[], stored: Stored, seed: number): Record<string, number> {
  const verdicts = takers.map((taker) => taker.verdict());
  const sum = (of: (verdict: Verdict) => number): number => verdicts.reduce((total, verdict) => total + of(verdict), 0);
  // Numbers of the journal that nobody was told, or that it skipped because it took entries for lost.
  const holes = takers.reduce((total, { numbers }) => total + stored.lastAlarm - new Set(numbers).size, 0);
  for (const note of verdicts.flatMap(({ notes }) => notes)) console.log(`seed ${seed}: ${note}`);
  if (holes !== 0) console.log(`seed ${seed}: ${holes} numbers up to ${stored.lastAlarm} never came`);
  return {
    lost: Math.max(
      holes,
      sum(({ lost }) => lost),
    ),
    repeated: sum(({ repeated }) => repeated),
    reordered: sum(({ reordered }) => reordered),
    quarantined: stored.quarantined,
  };
}

/** What the commit itself may take. */
const commitTakesMs = 100;

/** Each number that the counter showed in a life and that is not stored; its age when the life ended. */
function readingsLost(field: AlarmField, lives: readonly Life[], counts: ReadonlySet<number>): Record<string, number> {
  let readings = 0;
  let lost = 0;
  let worstMs = 0;
  let late = 0;
  for (const { began, ended } of lives) {
    const own = field.served.filter(({ at }: Served) => at >= began && at <= ended);
    const missing = own.filter(({ count }) => !counts.has(count));
    readings += own.length;
    lost += missing.length;
    const spanMs = missing[0] ? ended - missing[0].at : 0;
    worstMs = Math.max(worstMs, spanMs);
    if (spanMs > commitMs + commitTakesMs) late++;
  }
  return {
    readings,
    readings_lost: lost,
    readings_lost_max_s: worstMs / 1_000,
    commit_s: commitMs / 1_000,
    late_commits: late,
  };
}

function openedHere(directory: string): Promise<Journal> {
  const log = { info: () => {}, warn: () => {}, child: () => log };
  const worker = new URL('../dist/journal-worker.js', import.meta.url);
  return openJournal({ directory, maxBytes: maxMb * 1_048_576, worker, clock: systemClock('synced'), log });
}

/** What a journal that was just killed holds, without touching it. */
async function countsInCopy(directory: string): Promise<ReadonlySet<number>> {
  const copy = await mkdtemp(join(tmpdir(), 'fengsui-copy-'));
  try {
    await cp(directory, copy, { recursive: true, filter: (path) => !path.endsWith('.sock') });
    return (await readBack(copy)).counts;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function readBack(directory: string): Promise<Stored> {
  await using journal = await openedHere(directory);
  const tables = new Map(
    [...(await journal.kept('table/')).values()].map((bytes) => decodePointTable(bytes)).map((t) => [t.hash, t]),
  );
  const counts = new Set<number>();
  for (let after = 0; ; ) {
    const entries = await journal.read('telemetry', after, 200);
    for (const { body } of entries) {
      const batch = openTelemetry(body);
      if (batch.kind !== 'readings') continue;
      const table = tables.get(batch.table);
      if (!table) continue; // its readings count as lost
      const column = table.columns.findIndex(({ device, point }) => device === 'counter' && point === 'register0');
      for (const sample of batch.samples(table))
        if (sample.column === column && sample.value.quality === 'good') counts.add(Number(sample.value.value));
    }
    const end = entries.at(-1);
    if (!end) break;
    after = end.seq;
  }
  const { lanes, quarantined } = journal.status();
  const [last] = await journal.read('alarm', lanes.alarm.last - 1, 1);
  const lastAlarm = lanes.alarm.last - (last && isStop(last.body) ? 1 : 0);
  return { lastAlarm, summarised: lanes.telemetry.summarised, quarantined, counts };
}

function isStop(body: Uint8Array): boolean {
  const entry = hearEntry(body);
  return 'record' in entry && entry.record.kind === 'audit' && entry.record.act === 'stopped';
}

async function measuredStart(start: () => RigChild, field: AlarmField): Promise<number> {
  const began = Date.now();
  const gateway = start();
  while (field.served.length === 0 && Date.now() - began < 20_000) await pause(5);
  const took = Date.now() - began;
  await pause(1_000);
  await endRigChild(gateway);
  return took;
}

type SwitchedBroker = { readonly port: number; turn(on: boolean): Promise<void> };

/** A broker that is on at first. Turning it off is `kill -9`, too. */
async function switchedBroker(): Promise<SwitchedBroker> {
  const port = await freePort();
  let running: Mosquitto | undefined = await startMosquitto(port);
  return {
    port,
    async turn(on) {
      if (on === (running !== undefined)) return;
      if (on) running = await startMosquitto(port);
      else {
        await running?.[Symbol.asyncDispose]();
        running = undefined;
      }
    },
  };
}

/** Mostly one of the two is down. */
function drawnStates(random: () => number): readonly [boolean, boolean] {
  const draw = random();
  if (draw < 0.4) return [true, false];
  if (draw < 0.75) return [false, true];
  return draw < 0.85 ? [false, false] : [true, true];
}

async function switchBrokers(
  brokers: readonly SwitchedBroker[],
  states: readonly boolean[],
  afterMs: number,
): Promise<void> {
  await pause(afterMs);
  await Promise.all(brokers.map((broker, i) => broker.turn(states[i] === true)));
}

const toldBy = (takers: readonly AlarmTaker[]): string =>
  `told ${takers.map(({ seqs }) => String(seqs.length)).join(' and ')}`;

async function untilTold(takers: readonly AlarmTaker[], changes: number): Promise<boolean> {
  const end = Date.now() + settleMs;
  const isTold = (): boolean => takers.every((taker) => taker.seqs.length >= changes && taker.verdict().lost === 0);
  while (!isTold()) {
    if (Date.now() > end) return false;
    await pause(100);
  }
  return true;
}

const siteOf = (field: AlarmField, brokers: readonly number[], key: string): string => `version: 1
gateway: { id: trial-01, name: Trial, district: "330603", town: "001", clock: trusted }
uplinks:
${brokers.map((port, i) => `  - { id: centre-${i}, url: "mqtt://127.0.0.1:${port}" }`).join('\n')}
operators: [{ name: trial, key: "${key}" }]
journal: { commitMs: ${commitMs}, maxMb: ${maxMb} }
${field.yaml}`;
