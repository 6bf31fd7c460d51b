import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, ed25519Signer, type Fengsui, generateOperatorKey } from '../../sdk/index.ts';
import { quantile } from '../../simulators/demo/ledger.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import {
  endRigChild,
  pause,
  type RegisterServer,
  type RigChild,
  siteFolder,
  startGateway,
  startRegisterServer,
} from '../support/rig.ts';
import { periodMs, registers, rounds, storeBacklog } from './backlog-store.ts';
import { processFigures } from './process-figures.ts';

/** 32 kbit/s, and 20 ms each way. */
const slow = { bytesPerSecond: 4_000, latencyMs: 20 };
const unshaped = { bytesPerSecond: 0, latencyMs: 0 };

const units = 10;
const slotsOfUnit = 9;
/** Each alarm is raised once and cleared once: one that comes back within a minute would be the same occurrence. */
const slots = units * slotsOfUnit;
const smokePoints = 4;
const points = units * registers + slots * smokePoints;
const records = rounds * units * registers;

/** The gateway is cut off for so long after its start, so that every device was read. */
const cutMs = 15_000;
/** What comes once with a connection (documents, the present state, answers to the SDK) is through by then. */
const settleMs = 45_000;
const drainedWithinMs = 300_000;

/**
 * A gateway with a million stored readings comes back to its broker over a line of 32 kbit/s, and over one as fast as it
 * goes. Alarms are toggled in the field at random moments and timed from their judgement to the SDK's consumer, by the one
 * clock of the machine: once with a backlog, once without. Live readings go on in all cases.
 */
export async function backlog(): Promise<Record<string, number>> {
  const without = await side(slow, false, toggled);
  console.log('32 kbit/s, no backlog', JSON.stringify(without));
  const withBacklog = await side(slow, true, toggled);
  console.log('32 kbit/s, with backlog', JSON.stringify(withBacklog));
  const fast = await side(unshaped, true, drained);
  console.log('unshaped, with backlog', JSON.stringify(fast));
  const figures = {
    alarm_p99_ratio: withBacklog.alarms.p99 / without.alarms.p99,
    alarm_p50_ms: withBacklog.alarms.p50,
    alarm_p99_ms: withBacklog.alarms.p99,
    alarm_p50_ms_without: without.alarms.p50,
    alarm_p99_ms_without: without.alarms.p99,
    alarm_p99_ratio_unshaped: fast.alarms.p99 / (fast.after?.p99 ?? Number.NaN),
    records_per_s: fast.recordsPerS ?? 0,
    rss_growth_mb: Math.max(withBacklog.rssGrowthMb, fast.rssGrowthMb),
    snapshot_first_ms: withBacklog.snapshotMs,
    snapshot_first_ms_unshaped: fast.snapshotMs,
    lost: without.lost + withBacklog.lost + fast.lost,
  };
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Math.round(value * 1_000) / 1_000]));
}

type Times = { readonly count: number; readonly p50: number; readonly p99: number };
type Measured = {
  readonly alarms: Times;
  readonly after?: Times;
  readonly lost: number;
  readonly recordsPerS?: number;
};
type Scene = {
  readonly field: RegisterServer;
  readonly alarms: ReturnType<typeof alarmsOf>;
  readonly readings: ReturnType<typeof readingsOf>;
  /** Unix ms at which the gateway's connection was accepted. */
  readonly accepted: number;
};

async function side(line: typeof slow, isStored: boolean, measure: (scene: Scene) => Promise<Measured>) {
  const keys = generateOperatorKey();
  await using broker = await startMosquitto();
  const field = await startRegisterServer(new URL('./register-server.js', import.meta.url), 1, units);
  const between = await startLine(broker.port, line);
  await using folder = await siteFolder(site(between.port, field.ports[0] ?? 0, keys.publicKey));
  const start = Date.now() - (rounds + 360) * periodMs;
  if (isStored) {
    const { entries } = await storeBacklog(folder.path, new URL('../dist/journal-worker.js', import.meta.url), start);
    console.log(`${records} readings in ${entries} entries`);
  }
  const signer = ed25519Signer({ keyId: 'bench', privateKey: keys.privateKey });
  await using fs = await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603', signer });
  const began = Date.now();
  const readings = readingsOf(fs, start, began);
  const alarms = alarmsOf(fs);
  const gateway = startGateway(new URL('../dist/fengsui.js', import.meta.url), folder.path);
  await pause(cutMs);
  const memory = memoryOf(gateway);
  const accepted = await between.open();
  const measured = await measure({ field, alarms, readings, accepted });
  const snapshotMs = (readings.completeAt() ?? Number.NaN) - accepted;
  const rss = memory.stop();
  await fs.close();
  for (const child of [gateway, field, between.child]) await endRigChild(child);
  return { ...measured, snapshotMs, ...rss };
}

/** Alarms at about one a second, so that they are a small part of what the line carries. */
async function toggled({ field, alarms, accepted }: Scene): Promise<Measured> {
  await pause(accepted + settleMs - Date.now());
  for (let n = 0; n < 2 * slots; n++) {
    await toggle(field, n);
    await pause(700 + ((n * 7_919) % 800)); // spread over the poll period
  }
  await pause(10_000);
  return { alarms: alarms.times(), lost: 2 * slots - alarms.times().count };
}

/** Alarms are raised while the backlog drains, and cleared after it. */
async function drained({ field, alarms, readings, accepted }: Scene): Promise<Measured> {
  let raised = 0;
  while (readings.distinct() < records && Date.now() - accepted < drainedWithinMs) {
    if (raised < slots) await toggle(field, raised++);
    await pause(150 + ((raised * 7_919) % 97));
  }
  const recordsPerS = (readings.distinct() / (readings.lastAt() - accepted)) * 1_000;
  await pause(3_000);
  const during = alarms.times();
  while (raised < slots) await toggle(field, raised++);
  await pause(3_000);
  const { count } = alarms.times();
  for (let n = 0; n < slots; n++) {
    await toggle(field, slots + n);
    await pause(150 + ((n * 7_919) % 97));
  }
  await pause(3_000);
  const lost = records - readings.distinct() + (2 * slots - alarms.times().count);
  return { alarms: during, after: alarms.times(count), lost, recordsPerS };
}

/** The nth toggle: first each is raised, then each is cleared; neighbours are of different units, read at different times. */
const toggle = (field: RegisterServer, n: number): Promise<number> => {
  const slot = n % slots;
  const address = 100 + Math.floor(slot / units) * smokePoints;
  return field.set(0, 1 + (slot % units), address, n < slots ? 3 : 0);
};

/** From an alarm's judgement to the SDK's consumer, ms. */
function alarmsOf(fs: Fengsui) {
  const took: number[] = [];
  const consume = async (): Promise<void> => {
    for await (const { alarm, commit } of fs.alarms.stream()) {
      if (alarm.condition === 'detector-fault') took.push(Date.now() - alarm.at.getTime());
      await commit();
    }
  };
  const consumer = consume().catch((e: unknown) => console.error(e));
  const times = (from = 0): Times => {
    const list = took.slice(from);
    return { count: list.length, p50: quantile(list, 0.5), p99: quantile(list, 0.99) };
  };
  return { times, consumer };
}

/** Which of the stored readings came, and when every point had told a value of the time since `began`. */
function readingsOf(fs: Fengsui, start: number, began: number) {
  const seen = new Uint8Array(records);
  const present = new Set<string>();
  let distinct = 0;
  let lastAt = 0;
  let completeAt: number | undefined;
  const take = (device: string, point: string, at: number): void => {
    if (at >= began) {
      present.add(`${device}/${point}`);
      if (present.size === points) completeAt ??= Date.now();
      return;
    }
    const column = Number(device.slice('raw-'.length)) * registers + Number(point.slice('register'.length));
    const index = ((at - start) / periodMs) * units * registers + column;
    if (seen[index] !== 0) return;
    seen[index] = 1;
    distinct++;
    lastAt = Date.now();
  };
  const stream = fs.telemetry.stream({}, { buffer: records });
  const consume = async (): Promise<void> => {
    for await (const { device, point, at } of stream) if (at) take(device, point, at.getTime());
  };
  const consumer = consume().catch((e: unknown) => console.error(e));
  return { distinct: () => distinct, lastAt: () => lastAt, completeAt: () => completeAt, consumer };
}

/** Of the gateway, each half second: how much above the first the highest was, and the last. */
function memoryOf(gateway: RigChild) {
  const rss = (): number => processFigures(gateway.process.pid ?? 0).rssMb;
  const first = rss();
  let highest = first;
  const timer = setInterval(() => {
    highest = Math.max(highest, rss());
  }, 500);
  return {
    stop: () => {
      clearInterval(timer);
      return { rssMb: first, rssGrowthMb: highest - first, rssEndMb: rss() };
    },
  };
}

async function startLine(target: number, { bytesPerSecond, latencyMs }: typeof slow) {
  const script = new URL('./shaped-line.js', import.meta.url);
  const child = fork(script, [target, bytesPerSecond, latencyMs].map(String));
  const gone = once(child, 'exit').then(() => undefined);
  const told = async (name: string): Promise<number> => {
    for (;;) {
      const [message] = await once(child, 'message');
      if (typeof message === 'object' && message !== null && name in message) return Number(message[name]);
    }
  };
  const port = await told('port');
  const open = (): Promise<number> => {
    const accepted = told('accepted');
    child.send({ open: true });
    return accepted;
  };
  return { child: { process: child, gone }, port, open };
}

const site = (broker: number, port: number, key: string): string => `version: 1
gateway: { id: bench-01, name: Bench, district: "330603", town: "001", clock: trusted }
uplinks: [{ url: "mqtt://127.0.0.1:${broker}" }]
operators: [{ name: bench, key: "${key}" }]
buses:
  - { id: bus, tcp: "127.0.0.1:${port}", devices: [
${devices().join(',\n')} ] }
`;

function devices(): string[] {
  return Array.from({ length: units }, (_, u) => [
    `      { id: raw-${u}, profile: generic/raw-registers, unit: ${u + 1}, name: "Raw" }`,
    ...Array.from(
      { length: slotsOfUnit },
      (_, slot) =>
        `      { id: smoke-${u}-${slot}, profile: generic/wireless-smoke-alarm, unit: ${u + 1}, settings: { tableAt: 100, slot: ${slot} }, name: "Alarm ${u}-${slot}" }`,
    ),
  ]).flat();
}
