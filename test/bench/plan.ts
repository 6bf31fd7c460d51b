import type { ModbusBus } from '../../edge/bus/modbus/modbus-bus.ts';
import { openModbus } from '../../edge/bus/modbus/open-modbus.ts';
import { type LineCost, ownTime, serialCost } from '../../edge/bus/plan/line-cost.ts';
import { mostOf } from '../../edge/bus/plan/plan-reads.ts';
import type { PlannedRead } from '../../edge/bus/plan/planned-read.ts';
import type { Block } from '../../edge/bus/reading.ts';
import { systemClock } from '../../edge/platform/clock.ts';
import { planBus } from '../../edge/runtime/field/plan-bus.ts';
import { describeError } from '../../sdk/model/errors.ts';
import { millis } from '../../sdk/model/time.ts';
import { quantile } from '../../simulators/demo/ledger.ts';
import { startPacedLine } from '../support/paced-line.ts';
import { type Mix, mixes } from './plan-mixes.ts';

/** Time on the line for each mix, in ms; three rounds of its plans at least. */
const measureMs = 5_000;
const leastRounds = 3;

/**
 * Our plan beside one request a point and one request for points that touch, on twenty lines: predicted by the costs
 * with which the gateway plans and `config check` tells its cycle, then measured with the real master on a line with
 * real wire time, whole rounds of each plan back to back, of which the median counts. A plan's cycle is the bus time
 * that it takes within the shortest period of the line: all its reads, the slower ones in proportion; with one period
 * that is reading everything once.
 *
 * Wants two cores of its own: what else runs on them is measured too.
 */
export async function plan(): Promise<Record<string, number>> {
  console.log(
    'cycles in ms, predicted/measured; own: seen of the gateway, in ms a request; error: of the worst prediction',
  );
  console.log(row(['line', 'baud', 'reads', 'ours', 'touching', 'each', 'saved', 'own', 'error']));
  const results: Result[] = [];
  for (const mix of mixes) {
    const result = await measure(mix);
    results.push(result);
    console.log(describe(mix, result));
  }
  const worst = (of: (result: Result) => number): number => Math.max(...results.map(of));
  return {
    mixes: results.length,
    worst_vs_alternatives: round(worst(ratioOf), 1_000),
    median_vs_alternatives: round(quantile(results.map(ratioOf), 0.5), 1_000),
    worst_prediction_error: round(
      worst((result) => errorOf(result, 'predicted')),
      10_000,
    ),
    worst_error_without_own_time: round(
      worst((result) => errorOf(result, 'line')),
      10_000,
    ),
    own_ms_median: round(
      quantile(
        results.map(({ ownMs }) => ownMs),
        0.5,
      ),
      100,
    ),
  };
}

type Plans<T> = { readonly ours: T; readonly touching: T; readonly each: T };
/** In ms. `line`: what is computed of the line alone; `predicted`: with the gateway's own time. */
type Cycle = { readonly reads: number; readonly line: number; readonly predicted: number; readonly measured: number };
/** `ownMs`: what requests took beyond the line's own time. */
type Result = { readonly cycles: Plans<Cycle>; readonly ownMs: number };

const ratioOf = ({ cycles: { ours, touching, each } }: Result): number =>
  ours.measured / Math.min(touching.measured, each.measured);
const errorOf = ({ cycles }: Result, of: 'line' | 'predicted'): number =>
  Math.max(...Object.values(cycles).map((cycle) => Math.abs(cycle.measured - cycle[of]) / cycle[of]));

const timing = { timeout: millis(1_000), quiet: millis(300), reconnect: millis(1_000) };
const clock = systemClock('synced');
const silentLog = { info: () => {}, warn: () => {}, error: () => {}, child: () => silentLog };
const signal = new AbortController().signal;

async function measure(mix: Mix): Promise<Result> {
  await using line = await startPacedLine({
    ...mix.line,
    units: Math.max(...mix.devices.map(({ unit }) => unit)),
    registers: 65_536,
    turnaround: mix.turnaroundMs ?? 'minimal',
  });
  await using bus = openModbus({ kind: 'serial', path: line.path, ...mix.line }, timing, { clock, log: silentLog });
  const cost = serialCost(mix.line, { ...timing, turnaround: millis(mix.turnaroundMs ?? 0) });
  const plans = plansOf(mix, cost);
  const shortest = Math.min(...plans.each.map(({ every }) => every));
  const distinct = [...new Map(Object.values(plans).map((reads) => [keyOf(reads), reads])).values()];
  const roundMs = distinct.flat().reduce((sum, { block }) => sum + cost.read(block), 0);
  const rounds = Math.max(leastRounds, Math.floor(measureMs / roundMs));
  const measured = await timeRounds({ bus, plans: distinct, shortest, rounds });
  const requests = (reads: readonly PlannedRead[]): number => within(reads, shortest, () => 1);
  const cycleOf = (reads: readonly PlannedRead[]): Cycle => {
    const predicted = within(reads, shortest, cost.read);
    return {
      reads: reads.length,
      line: predicted - requests(reads) * ownTime,
      predicted,
      measured: quantile(measured.get(keyOf(reads)) ?? [], 0.5),
    };
  };
  const cycles = { ours: cycleOf(plans.ours), touching: cycleOf(plans.touching), each: cycleOf(plans.each) };
  return { cycles, ownMs: (cycles.each.measured - cycles.each.line) / requests(plans.each) };
}

/** Of all reads of a plan, the slower ones in proportion. */
const within = (reads: readonly PlannedRead[], shortest: number, of: (block: Block) => number): number =>
  reads.reduce((sum, { block, every }) => sum + (of(block) * shortest) / every, 0);

/** Whether it was answered. */
async function readIt(bus: ModbusBus, block: Block): Promise<boolean> {
  try {
    await bus.read(block, signal);
    return true;
  } catch (error) {
    console.log(describeError(error));
    return false;
  }
}

const keyOf = (reads: readonly PlannedRead[]): string => JSON.stringify(reads);

type Rounds = {
  readonly bus: ModbusBus;
  readonly plans: readonly (readonly PlannedRead[])[];
  readonly shortest: number;
  readonly rounds: number;
};

/** The cycles of each plan in ms, one for each round. The plans take turns, so that all meet the same machine. */
async function timeRounds({ bus, plans, shortest, rounds }: Rounds): Promise<ReadonlyMap<string, readonly number[]>> {
  const times = new Map(plans.map((reads) => [keyOf(reads), [] as number[]]));
  for (let n = 0; n < rounds; n++) {
    for (const reads of plans) {
      const time = await timeRound(bus, reads, shortest);
      if (time !== undefined) times.get(keyOf(reads))?.push(time);
    }
  }
  return times;
}

/**
 * From the answer before it to its last one, so it holds as many silences as requests. A round with a read that fails
 * is none: the line is quiet after it.
 */
async function timeRound(bus: ModbusBus, reads: readonly PlannedRead[], shortest: number): Promise<number | undefined> {
  const [first] = reads;
  if (!first || !(await readIt(bus, first.block))) return undefined;
  let before = performance.now();
  let cycle = 0;
  for (const { block, every } of reads) {
    if (!(await readIt(bus, block))) return undefined;
    const now = performance.now();
    cycle += ((now - before) * shortest) / every;
    before = now;
  }
  return cycle;
}

function plansOf({ devices }: Mix, cost: LineCost): Plans<readonly PlannedRead[]> {
  const { units } = planBus(devices, cost);
  const wants = units.flatMap((unit) => unit.wants);
  const each = distinctOf(wants);
  const limitOf = (unit: number): number =>
    Math.min(...devices.filter((device) => device.unit === unit).map(({ profile }) => profile.maxBlock ?? Infinity));
  return { ours: units.flatMap((unit) => unit.reads), touching: joinTouching(each, limitOf), each };
}

/** One read for each block, as often as it is wanted at most: the points of one word are read together. */
function distinctOf(wants: readonly PlannedRead[]): readonly PlannedRead[] {
  const reads = new Map<string, PlannedRead>();
  for (const want of wants) {
    const key = JSON.stringify(want.block);
    const known = reads.get(key);
    if (!known || want.every < known.every) reads.set(key, want);
  }
  return [...reads.values()];
}

/** What touches or overlaps and has one period is read together, as far as the limits go. */
function joinTouching(reads: readonly PlannedRead[], limitOf: (unit: number) => number): readonly PlannedRead[] {
  const joined: PlannedRead[] = [];
  const group = ({ block, every }: PlannedRead): string => `${block.unit} ${block.table} ${every}`;
  for (const next of reads.toSorted((a, b) => group(a).localeCompare(group(b)) || a.block.address - b.block.address)) {
    const last = joined.at(-1);
    const block = last && group(last) === group(next) ? union(last.block, next.block) : undefined;
    const bits = next.block.table === 'coil' || next.block.table === 'discrete';
    const most = Math.min(bits ? mostOf.bits : mostOf.registers, limitOf(next.block.unit));
    if (last && block && block.count <= most) joined[joined.length - 1] = { ...last, block };
    else joined.push(next);
  }
  return joined;
}

/** `b` begins no earlier than `a`. */
function union(a: Block, b: Block): Block | undefined {
  if (b.address > a.address + a.count) return undefined;
  return { ...a, count: Math.max(a.address + a.count, b.address + b.count) - a.address };
}

const round = (value: number, steps: number): number => Math.round(value * steps) / steps;

const widths = [38, 7, 11, 17, 17, 17, 7, 7, 7];
const row = (cells: readonly string[]): string =>
  cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('');

function describe(mix: Mix, result: Result): string {
  const { ours, touching, each } = result.cycles;
  const cycle = ({ predicted, measured }: Cycle): string => `${predicted.toFixed(1)}/${measured.toFixed(1)}`;
  return row([
    mix.name,
    String(mix.line.baud),
    [ours, touching, each].map(({ reads }) => reads).join('/'),
    ...[ours, touching, each].map(cycle),
    `${((1 - ratioOf(result)) * 100).toFixed(1)}%`,
    result.ownMs.toFixed(2),
    `${(errorOf(result, 'predicted') * 100).toFixed(2)}%`,
  ]);
}
