import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openModbus } from '../../edge/bus/modbus/open-modbus.ts';
import { analyse } from '../../edge/bus/plan/analyse.ts';
import { serialCost } from '../../edge/bus/plan/line-cost.ts';
import { ticker } from '../../edge/bus/poll/ticker.ts';
import type { SiteDevice } from '../../edge/runtime/config/site.ts';
import { modbusField } from '../../edge/runtime/field/modbus-field.ts';
import { planBus } from '../../edge/runtime/field/plan-bus.ts';
import { deviceId } from '../../sdk/model/ids.ts';
import type { PointValue } from '../../sdk/model/point.ts';
import type { PointSpec, ProfileSpec } from '../../sdk/model/profile.ts';
import { millis } from '../../sdk/model/time.ts';
import { type RandomLine, randomLine } from '../../simulators/serial/random-line.ts';
import { seededRandom } from '../../simulators/water/seeded-random.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';

const minutes = 3;
/** The gateway's own defaults; answers are late by so much at most as it keeps quiet after a time-out. */
const timing = { timeout: millis(1_000), quiet: millis(300), reconnect: millis(1_000) };
const periods = [500, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000] as const;
/** Heap that may come on top after the first hundred lines, for caches and the compiler. */
const heapAllowanceMb = 8;

type Figures = {
  values: number;
  doubtful: number;
  lost: number;
  misattributed: number;
  watched: number;
  stalls: number;
};

/**
 * Random faulty lines in virtual time, each with the gateway's own master, plan, poller and decoding on it for some
 * minutes. Registers hold values that tell whose they are, so a value that is told as good of another device, register
 * or time is seen. A sound device on a line without noise must be read at least as often as the analysis of the line
 * promises with all others silent.
 */
export async function bus({
  runs,
  seed,
}: {
  readonly runs: number;
  readonly seed: number;
}): Promise<Record<string, number>> {
  console.log(`${runs} lines of ${minutes} minutes each, seed ${seed}`);
  const figures: Figures = { values: 0, doubtful: 0, lost: 0, misattributed: 0, watched: 0, stalls: 0 };
  let heapBefore = 0;
  let heapAfter = 0;
  for (let run = 0; run < runs; run++) {
    await oneLine(seed + run, figures);
    if (run === Math.min(99, Math.floor(runs / 2))) heapBefore = heapMb();
    if (run % 50 === 49) console.log(`${run + 1} lines`, JSON.stringify(figures), `heap ${heapMb().toFixed(1)} MB`);
  }
  heapAfter = heapMb();
  const growth = heapAfter - heapBefore;
  return { runs, ...figures, heap_growth_mb: Math.round(growth * 10) / 10, grown: growth > heapAllowanceMb ? 1 : 0 };
}

async function oneLine(seed: number, figures: Figures): Promise<void> {
  const clock = fakeClock();
  const simulated = randomLine({ seed, clock, latestMs: timing.quiet });
  const { devices, worst } = devicesFor(simulated, seed);
  const endpoint = { kind: 'serial', path: 'simulated', ...simulated.framing } as const;
  const log = { info: () => {}, warn: () => {}, error: () => {}, child: () => log };
  const master = openModbus(endpoint, timing, {
    clock,
    log,
    openLine: async (_endpoint, listener) => simulated.line.connect(listener),
  });
  const watched = watch(simulated, devices, clock);
  await using field = modbusField(master, {
    clock,
    ticker: ticker(clock),
    log,
    confirm: true,
    cost: costOn(simulated),
    listener: { values: (...told) => watched.values(...told), problem: () => {} },
  });
  field.replace(devices);
  const stop = new AbortController();
  const running = field.run(stop.signal);
  await clock.advance(minutes * 60_000);
  stop.abort();
  await clock.advance(2_000); // what is on the line is carried through
  await running;
  watched.conclude(figures);
  for (const { unit, health, deafMs } of simulated.units) {
    const limit = worst.get(unit);
    if (health !== 'sound' || deafMs > 0 || simulated.isNoisy || limit === undefined) continue;
    figures.watched++;
    const pause = watched.longestPause(unit);
    if (pause <= limit) continue;
    figures.stalls++;
    console.log(`seed ${seed}: unit ${unit} was not heard for ${pause} ms, promised ${limit}; ${simulated.story}`);
  }
}

const costOn = ({ framing, units }: RandomLine) =>
  serialCost(framing, { ...timing, turnaround: millis(Math.max(...units.map((u) => u.turnaroundMs))) });

/** A few registers of each device, as often as the line can carry whoever falls silent; with what that promises. */
function devicesFor(line: RandomLine, seed: number): { devices: readonly SiteDevice[]; worst: Map<number, number> } {
  const random = seededRandom(seed);
  const profiles = line.units.map(({ unit }) => ({ unit, points: drawnPoints(random) }));
  for (const pollMs of periods) {
    const devices = profiles.map(({ unit, points }) => deviceOf(unit, points, pollMs));
    const load = analyse(planBus(devices, costOn(line)).units, costOn(line));
    const limits = load.worst.map(({ unit, withOthersDead }) => [unit, withOthersDead] as const);
    if (limits.some(([, limit]) => limit === undefined || limit > pollMs)) continue;
    // From one answer to the next: a period, and the difference between the soonest and the latest that is promised.
    return { devices, worst: new Map(limits.map(([unit, limit]) => [unit, pollMs + Number(limit)])) };
  }
  throw new Error(`seed ${seed}: no period is long enough for ${line.story}`);
}

function drawnPoints(random: () => number): Record<string, PointSpec> {
  const points: Record<string, PointSpec> = {};
  const bases = Array.from({ length: 1 + Math.floor(random() * 3) }, () => Math.floor(random() * 200));
  for (const base of bases) {
    const from = random() < 0.7 ? 'holding' : 'input';
    const count = 1 + Math.floor(random() * 10);
    for (let at = base; at < base + count; at++) {
      points[`${from}${at}`] = { from, at, as: 'u16', unit: '1', resolution: 1, range: [0, 65_535] };
    }
  }
  return points;
}

function deviceOf(unit: number, points: Record<string, PointSpec>, pollMs: number): SiteDevice {
  const [point = ''] = Object.keys(points);
  const profile: ProfileSpec = {
    id: 'trial/registers',
    name: { en: 'Registers', zh: '寄存器' },
    source: 'the trial',
    points,
    conditions: {
      seen: { kind: 'supervisory', point, when: { is: 1 }, onDelayMs: 0, offDelayMs: 0, source: 'the trial' },
    },
    pollMs,
    silenceMs: Math.max(30_000, pollMs * 8),
  };
  return { id: deviceId(`unit-${unit}`), bus: 'line', name: 'Trial', place: '', profile, settings: {}, pollMs, unit };
}

/** Looks whose values are told, and how long nothing good is heard of a device. */
function watch(line: RandomLine, devices: readonly SiteDevice[], clock: FakeClock) {
  const counts = { values: 0, doubtful: 0, lost: 0, misattributed: 0 };
  const lastGood = new Map(devices.map(({ unit }) => [unit, 0]));
  const longest = new Map<number, number>();
  const pauseUntil = (unit: number, at: number): void =>
    void longest.set(unit, Math.max(longest.get(unit) ?? 0, at - (lastGood.get(unit) ?? 0)));
  const look = (device: SiteDevice, name: string, value: PointValue): void => {
    counts.values++;
    if (value.quality !== 'good') {
      counts[value.quality]++;
      return;
    }
    const owner = line.ownerOf(Number(value.value));
    // A device that lost its supply has the registers of power-up until it measures again.
    const resets = line.story.includes(`${device.unit} browning out`);
    const isPresent = (line.epoch() - owner.epoch + 16) % 16 <= 1 || (resets && owner.epoch === 0);
    if (owner.unit === device.unit && `${owner.table}${owner.address}` === name && isPresent) return;
    counts.misattributed++;
    console.log(`${name} of unit ${device.unit} was told as ${JSON.stringify(owner)}; ${line.story}`);
  };
  return {
    values(device: SiteDevice, values: readonly (readonly [string, PointValue])[]): void {
      for (const [name, value] of values) look(device, name, value);
      if (!values.every(([, value]) => value.quality === 'good')) return;
      const now = clock.mono();
      pauseUntil(device.unit, now);
      lastGood.set(device.unit, now);
    },
    longestPause(unit: number): number {
      pauseUntil(unit, minutes * 60_000);
      return longest.get(unit) ?? 0;
    },
    conclude(figures: Figures): void {
      for (const key of ['values', 'doubtful', 'lost', 'misattributed'] as const) figures[key] += counts[key];
    },
  };
}

/** What is in use once everything that nobody needs has been given back. */
function heapMb(): number {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  collect();
  return process.memoryUsage().heapUsed / 1_048_576;
}
