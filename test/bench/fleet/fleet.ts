import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { generateOperatorKey } from '../../../sdk/index.ts';
import { quantile } from '../../../simulators/demo/ledger.ts';
import { freePort, type Mosquitto, startMosquitto } from '../../support/mosquitto.ts';
import {
  endRigChild,
  pause,
  type RegisterServer,
  type RigChild,
  siteFolder,
  startGateway,
  startRegisterServer,
} from '../../support/rig.ts';
import { processFigures } from '../process-figures.ts';
import type { FleetReport, Made } from './gateways-process.ts';
import type { FleetView } from './reader-process.ts';

const gateways = 1_000;
const processes = 2;
/** Whole gateways, as they are delivered, among the light ones. */
const realGateways = 2;
/** The fleet comes up within this time. */
const spreadMs = 15_000;
const readEveryMs = 10_000;
const alarmEveryMs = 200;
const steadyMs = 30_000;
const outageMs = 10_000;
/** Alarms go on for so long after everything has recovered. */
const afterMs = 10_000;
/** As `fengsui broker mosquitto-config` writes it; else the broker lets documents go that everybody sends at once. */
const queues = ['max_queued_messages 50000'];
const lookEveryMs = 500;
const stuckAfterMs = 90_000;

/**
 * A thousand gateways of 20 points through one mosquitto, taken by one SDK process: all connect, all run,
 * the broker is killed and started anew with nothing kept, and everything that was made meanwhile has to arrive.
 */
export async function fleet(): Promise<Record<string, number>> {
  const port = await freePort();
  let broker = await startMosquitto(port, queues);
  const stage = await openStage(port);
  const connectS = await connected(stage);
  console.log(`connected: ${connectS.toFixed(1)} s`);
  const steady = await steadyState(stage);
  console.log('steady', JSON.stringify(steady));
  const late = await lateComer(stage);
  console.log('late', JSON.stringify(late));
  const outage = await restarted(stage, broker);
  broker = outage.broker;
  console.log('recovered', JSON.stringify({ ...outage, broker: undefined }));
  await pause(afterMs);
  const end = await settled(stage);
  console.log('end', JSON.stringify(end));
  const real = realFigures(stage);
  await stage.close();
  await broker[Symbol.asyncDispose]();
  const figures = {
    gateways,
    connect_s: connectS,
    recover_s: outage.recoverS,
    lost: end.lost,
    repeated: end.repeated,
    told_again: end.toldAgain,
    alarm_p99_ms: outage.alarmP99Ms,
    alarm_p99_ms_steady: steady.alarmP99Ms,
    alarm_p50_ms_steady: steady.alarmP50Ms,
    sdk_cpu_steady: steady.cpu,
    sdk_cpu_recovery: outage.cpu,
    sdk_rss_mb: end.rssMb,
    late_connect_s: late.connectS,
    late_known: late.known,
    gaps: end.gaps,
    dropped: end.dropped,
    refused: end.refused,
    real_cpu: real.cpu,
    real_rss_mb: real.rssMb,
  };
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Math.round(value * 1_000) / 1_000]));
}

type Stage = {
  readonly url: string;
  readonly privateKey: string;
  readonly startedAt: number;
  readonly reader: ChildProcess;
  readonly fleets: readonly ChildProcess[];
  readonly real: readonly RigChild[];
  readonly alarming: NodeJS.Timeout;
  readonly close: () => Promise<void>;
};

async function openStage(port: number): Promise<Stage> {
  const url = `mqtt://127.0.0.1:${port}`;
  const keys = generateOperatorKey();
  const reader = startReader(url, keys.privateKey);
  await once(reader, 'message');
  const each = gateways / processes;
  const fleets = Array.from({ length: processes }, (_, i) =>
    fork(new URL('./fleet-gateways.js', import.meta.url), [url, i * each, each, spreadMs, readEveryMs].map(String)),
  );
  const field = await startRegisterServer(new URL('./register-server.js', import.meta.url), realGateways, 1);
  const real = await Promise.all(field.ports.map((at, i) => startReal(i, port, at, keys.publicKey)));
  const alarming = setInterval(() => fleets[Math.floor(Math.random() * processes)]?.send('alarm'), alarmEveryMs);
  return {
    url,
    privateKey: keys.privateKey,
    startedAt: performance.now(),
    reader,
    fleets,
    real: real.map(({ child }) => child),
    alarming,
    async close() {
      for (const child of [reader, ...fleets]) child.disconnect();
      await ended(real, field);
    },
  };
}

const startReader = (url: string, privateKey: string): ChildProcess =>
  fork(new URL('./fleet-reader.js', import.meta.url), [url, '330603', privateKey]);

type Real = { readonly child: RigChild; readonly folder: AsyncDisposable };

async function startReal(i: number, broker: number, field: number, key: string): Promise<Real> {
  const folder = await siteFolder(`version: 1
gateway: { id: real-${i}, name: Real, district: "330603", town: "001", clock: trusted }
uplinks: [{ url: "mqtt://127.0.0.1:${broker}" }]
operators: [{ name: bench, key: "${key}" }]
buses:
  - { id: bus, tcp: "127.0.0.1:${field}", devices: [{ id: raw, profile: generic/raw-registers, unit: 1, name: "Raw" }] }
`);
  return { child: startGateway(new URL('../dist/fengsui.js', import.meta.url), folder.path), folder };
}

async function ended(real: readonly Real[], field: RegisterServer): Promise<void> {
  for (const { child, folder } of real) {
    await endRigChild(child);
    await folder[Symbol.asyncDispose]();
  }
  await endRigChild(field);
}

/** From the first gateway's start until the SDK has every gateway, and an entry of each. */
async function connected(stage: Stage): Promise<number> {
  const began = performance.now();
  return until(async () => {
    const { view, made } = await look(stage);
    const isHeard = [...made.keys()].every((id) => view.telemetry[id]);
    return view.online >= gateways + realGateways && made.size === gateways && isHeard;
  }, began);
}

async function steadyState(stage: Stage) {
  await pause(readEveryMs);
  const before = { from: Date.now(), cpu: cpuOf(stage.reader) };
  await pause(steadyMs);
  const cpu = (cpuOf(stage.reader) - before.cpu) / (steadyMs / 1_000);
  const { view } = await look(stage);
  const times = view.alarms.filter(([, judged]) => judged >= before.from).map(([, judged, taken]) => taken - judged);
  return { cpu, alarms: times.length, alarmP50Ms: quantile(times, 0.5), alarmP99Ms: quantile(times, 0.99) };
}

/** Another application that comes when the whole fleet is there, and what it knows of it when it is connected. */
async function lateComer({ url, privateKey }: Stage) {
  const began = performance.now();
  const child = startReader(url, privateKey);
  await once(child, 'message');
  const connectS = (performance.now() - began) / 1_000;
  await pause(readEveryMs);
  const { online, errors, refused } = await ask<FleetView>(child);
  child.disconnect();
  return { connectS, known: online, errors, refused };
}

/** Kills the broker, starts another one on its port, and waits until the SDK has whatever was made until a moment ago. */
async function restarted(stage: Stage, before: Mosquitto) {
  const port = before.port;
  await before[Symbol.asyncDispose]();
  await pause(outageMs);
  const broker = await startMosquitto(port, queues);
  const began = performance.now();
  const backAt = Date.now();
  const cpu = cpuOf(stage.reader);
  const recoverS = await until(async () => (await look(stage)).isWhole, began);
  const { view, made } = await look(stage);
  // An alarm of a gateway that is not back yet waits for it: its time counts from when both ends are connected.
  const times = view.alarms.flatMap(([gateway, judged, taken]) => {
    const from = Math.max(judged, made.get(gateway)?.connectedAt ?? judged, view.connectedAt);
    return taken < backAt ? [] : [taken - from];
  });
  return {
    broker,
    recoverS,
    cpu: (cpuOf(stage.reader) - cpu) / recoverS,
    alarms: times.length,
    alarmP50Ms: quantile(times, 0.5),
    alarmP99Ms: quantile(times, 0.99),
  };
}

/** Nothing more is made: what is missing now will not come. */
async function settled(stage: Stage) {
  clearInterval(stage.alarming);
  for (const child of stage.fleets) child.send('stop');
  await pause(5_000);
  const began = performance.now();
  await until(async () => (await look(stage)).isWhole, began).catch((e: unknown) => console.log(e));
  const { view, made, missing } = await look(stage);
  const sum = (of: (one: Made) => number): number => [...made.values()].reduce((total, one) => total + of(one), 0);
  return {
    lost: missing,
    made: { alarms: sum(({ alarms }) => alarms), telemetry: sum(({ telemetry }) => telemetry) },
    repeated: view.repeated,
    toldAgain: view.toldAgain,
    gaps: view.gaps,
    dropped: view.dropped,
    refused: view.refused,
    errors: view.errors,
    rssMb: processFigures(stage.reader.pid ?? 0).rssMb,
  };
}

/**
 * What each gateway has made, and then what has come of it: `isWhole` when every gateway is there and nothing of any is
 * missing. In sums what one has made meanwhile would stand for what is missing of another.
 */
async function look({ reader, fleets }: Stage) {
  const reports = await Promise.all(fleets.map((child) => ask<FleetReport>(child)));
  const made = new Map(reports.flatMap((report) => Object.entries(report)));
  await pause(lookEveryMs);
  const view = await ask<FleetView>(reader);
  const taken = new Map<string, number>();
  for (const [gateway] of view.alarms) taken.set(gateway, (taken.get(gateway) ?? 0) + 1);
  const missing = [...made].reduce(
    (sum, [id, { alarms, telemetry }]) =>
      sum + Math.max(0, alarms - (taken.get(id) ?? 0)) + Math.max(0, telemetry - (view.telemetry[id] ?? 0)),
    0,
  );
  const areConnected = [...made.values()].every(({ connectedAt }) => connectedAt !== undefined);
  const isThere = areConnected && view.online >= gateways + realGateways;
  return { view, made, missing, isWhole: isThere && missing === 0 && view.holes === 0 };
}

async function ask<T>(child: ChildProcess): Promise<T> {
  const answer = once(child, 'message');
  child.send('ask');
  const [told] = await answer;
  return told;
}

/** Seconds from `began` until it is so. */
async function until(isSo: () => Promise<boolean>, began: number): Promise<number> {
  while (!(await isSo())) if (performance.now() - began > stuckAfterMs) throw new Error('it does not come to that');
  return (performance.now() - began) / 1_000;
}

/** Of one real gateway since its start: share of a core, and memory. */
function realFigures({ real, startedAt }: Stage) {
  const each = real.map(({ process }) => processFigures(process.pid ?? 0));
  const uptimeS = (performance.now() - startedAt) / 1_000;
  return {
    cpu: each.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) / uptimeS / real.length,
    rssMb: Math.max(...each.map(({ rssMb }) => rssMb)),
  };
}

const cpuOf = (child: ChildProcess): number => processFigures(child.pid ?? 0).cpuSeconds;
