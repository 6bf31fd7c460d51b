import ModbusRTU from 'modbus-serial';
import type { ModbusEndpoint } from '../../edge/bus/modbus/modbus-bus.ts';
import { openModbus } from '../../edge/bus/modbus/open-modbus.ts';
import { systemClock } from '../../edge/platform/clock.ts';
import type { SiteBus, SiteDevice } from '../../edge/runtime/config/site.ts';
import { openFields } from '../../edge/runtime/field/open-fields.ts';
import { deviceId } from '../../sdk/model/ids.ts';
import type { PointSpec, ProfileSpec } from '../../sdk/model/profile.ts';
import { millis } from '../../sdk/model/time.ts';
import { characterMs, type Framing, frameSilenceMs } from '../../simulators/serial/framing.ts';
import type { PacedLineStats } from '../../simulators/serial/paced-line.ts';
import { type PacedLine, startPacedLine } from '../support/paced-line.ts';
import { pause } from '../support/rig.ts';

const registers = 10;
const seconds = 20;
const warmUpMs = 1_000;

/**
 * Masters on a serial line with real wire time, back to back reads of ten registers, strict devices that answer as soon
 * as they may. `ratio_*` are polls a second to what the line can carry; at 9,600 8N1 that is one in 41.67 ms.
 */
export async function serial(): Promise<Record<string, number>> {
  const [one, ten, slow, fast] = [
    await polls('ours', 9_600, 1),
    await polls('ours', 9_600, 10),
    await polls('ours', 2_400, 1),
    await polls('ours', 115_200, 1),
  ];
  const [plainOne, plainTen] = [await polls('plain', 9_600, 1), await polls('plain', 9_600, 10)];
  const dead = await oneOfTenDead();
  const ours = [one, ten, slow, fast, dead];
  return rounded({
    ratio_1: one.ratio,
    ratio_10: ten.ratio,
    ratio_2400: slow.ratio,
    ratio_115200: fast.ratio,
    gap_violations: sum(ours, (run) => run.stats.gapViolations),
    unjudged_gaps: sum(ours, (run) => run.stats.unjudged),
    simulator_blind_ms: Math.max(...ours.map((run) => run.stats.blindMs)),
    plain_ratio_1: plainOne.ratio,
    plain_ratio_10: plainTen.ratio,
    plain_gap_violations: plainOne.stats.gapViolations + plainTen.stats.gapViolations,
    live_ratio_dead: dead.ratio,
    live_share_dead: dead.share,
    dead_probes_per_minute: dead.probesPerMinute,
    dead_probe_ms: dead.stats.units[deadUnit]?.longestPauseMs ?? Number.NaN,
    dead_probe_bound_ms: probeBoundMs,
  });
}

type Run = { readonly ratio: number; readonly stats: PacedLineStats };

const framing = (baud: number): Framing => ({ baud, parity: 'none', stopBits: 1 });

/** Request of 8 characters, silence, answer of 5 and two for each register, silence. */
const cycleMs = (line: Framing): number => (8 + 5 + 2 * registers) * characterMs(line) + 2 * frameSilenceMs(line);

async function polls(master: 'ours' | 'plain', baud: number, units: number): Promise<Run> {
  await using line = await startPacedLine({ baud, units, registers });
  const endpoint = { kind: 'serial', path: line.path, ...framing(baud) } as const;
  await using reader = master === 'ours' ? ourReader(endpoint) : await plainReader(line.path, baud);
  const until = performance.now() + warmUpMs + seconds * 1_000;
  const loop = (async () => {
    for (let turn = 0; performance.now() < until; turn++) await reader.read(1 + (turn % units));
  })();
  const run = await measured(line, () => pause(seconds * 1_000));
  await loop;
  const ratio = (run.stats.answers * cycleMs(framing(baud))) / run.ms;
  console.log(
    `${master}, ${baud} baud, ${units} devices: ${ratio.toFixed(4)}`,
    JSON.stringify({ ...run.stats, units }),
  );
  return { ratio, stats: run.stats };
}

/** Counts what the line saw from the warm-up to the end of the work. */
async function measured(line: PacedLine, work: () => Promise<void>): Promise<{ ms: number; stats: PacedLineStats }> {
  await pause(warmUpMs);
  await line.order({ do: 'reset-stats' });
  const began = performance.now();
  await work();
  const stats = await line.stats();
  return { ms: performance.now() - began, stats };
}

/** A read that fails is none: what counts is what the line saw answered. */
type Reader = AsyncDisposable & { read(unit: number): Promise<void> };

const clock = systemClock('synced');
const silentLog = { info: () => {}, warn: () => {}, error: () => {}, child: () => silentLog };
const signal = new AbortController().signal;

function ourReader(endpoint: ModbusEndpoint): Reader {
  const timing = { timeout: millis(1_000), quiet: millis(300), reconnect: millis(1_000) };
  const bus = openModbus(endpoint, timing, { clock, log: silentLog });
  return {
    read: async (unit) => {
      await bus.read({ unit, table: 'holding', address: 0, count: registers }, signal).catch(() => undefined);
    },
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  };
}

/** With a short time-out, which is to its advantage: strict devices drop most of its requests. */
async function plainReader(path: string, baudRate: number): Promise<Reader> {
  const client = new ModbusRTU();
  await client.connectRTUBuffered(path, { baudRate });
  client.setTimeout(200);
  return {
    async read(unit) {
      client.setID(unit);
      await client.readHoldingRegisters(0, registers).catch(() => undefined);
    },
    [Symbol.asyncDispose]: () => new Promise((done) => client.close(() => done())),
  };
}

const deadUnit = 4;
const silenceMs = 20_000;
/** A dead device is asked at least four times in the silence after which it is reported. */
const probeBoundMs = silenceMs / 4;
const [timeoutMs, quietMs] = [1_000, 300];
/** Time for the device that will fall silent to show how quickly it answers. */
const learningMs = 8_000;
/** As docs/FIELD-BUS.md has it: devices that answer at once are given up after so long, but for one attempt in 16. */
const learntMs = 50;
const fullTimeEach = 16;
/** As long as 16 probes take, so that one with the full time is among them. */
const deadSeconds = (fullTimeEach * probeBoundMs) / 1_000;

/**
 * What a line with a dead device allows the others once its back-off is over: the time less one probe in each promised
 * interval, each of which costs its request, the time of an answer, the time-out as it is learnt and the silence after it. What
 * the gateway really did does not enter, so a master that probes more often or waits longer shows it.
 */
function allowedMs(ms: number, line: Framing): number {
  const waitMs = learntMs + (timeoutMs - learntMs) / fullTimeEach;
  const probeMs = (8 + 5 + 2 * registers) * characterMs(line) + waitMs + quietMs;
  return ms * (1 - probeMs / probeBoundMs);
}

type DeadRun = Run & { readonly share: number; readonly probesPerMinute: number };

/**
 * The gateway's poller with more to do than the line carries, one device of ten falling silent after it has answered
 * for a while. `ratio`: of what {@link allowedMs} says; `share`: of what ten sound devices would have.
 */
async function oneOfTenDead(): Promise<DeadRun> {
  const baud = 9_600;
  await using line = await startPacedLine({ baud, units: 10, registers });
  const bus: SiteBus = {
    id: 'line',
    kind: 'serial',
    config: { id: 'line', serial: line.path, baud, timeoutMs, quietMs, devices: [] },
  };
  const listener = { values: () => {}, problem: (why: string | undefined) => why && console.error(why) };
  await using fields = openFields([bus], () => listener, { clock, log: silentLog });
  fields.replace(Array.from({ length: 10 }, (_, i) => device(i + 1)));
  const life = new AbortController();
  const running = fields.run(life.signal).catch(() => undefined); // it ends with the reason of the signal
  await pause(learningMs);
  await line.order({ do: 'mute', unit: deadUnit, ms: 3_600_000 });
  await pause(silenceMs); // until the back-off is at its longest
  const { ms, stats } = await measured(line, () => pause(deadSeconds * 1_000));
  life.abort();
  await running;
  const busyMs = stats.answers * cycleMs(framing(baud));
  const probes = stats.units[deadUnit]?.requests ?? 0;
  const run = { stats, ratio: busyMs / allowedMs(ms, framing(baud)), share: busyMs / ms };
  console.log(`one of ten dead: ${run.ratio.toFixed(4)} of what it allows, ${probes} probes`, JSON.stringify(stats));
  return { ...run, probesPerMinute: (probes * 60_000) / ms };
}

const register = (at: number): PointSpec => ({
  from: 'holding',
  at,
  as: 'u16',
  unit: '1',
  resolution: 1,
  range: [0, 65_535],
});

const profile: ProfileSpec = {
  id: 'bench/registers',
  name: { en: 'Registers', zh: '寄存器' },
  source: 'the benchmark',
  points: Object.fromEntries(Array.from({ length: registers }, (_, at) => [`r${at}`, register(at)])),
  pollMs: 300,
  silenceMs,
};

const device = (unit: number): SiteDevice => ({
  id: deviceId(`device-${unit}`),
  bus: 'line',
  name: 'Bench',
  place: '',
  profile,
  settings: {},
  pollMs: 300,
  unit,
});

const sum = (runs: readonly Run[], figure: (run: Run) => number): number =>
  runs.reduce((total, run) => total + figure(run), 0);

const rounded = (figures: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Math.round(value * 1_000) / 1_000]));
