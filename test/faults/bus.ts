import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ModbusBus, ModbusEndpoint } from '../../edge/bus/modbus/modbus-bus.ts';
import { openModbus } from '../../edge/bus/modbus/open-modbus.ts';
import { ticker } from '../../edge/bus/poll/ticker.ts';
import { modbusField } from '../../edge/runtime/field/modbus-field.ts';
import { type RandomLine, randomLine } from '../../simulators/serial/random-line.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';
import { costOn, devicesFor, timing } from './trial-devices.ts';
import { type Told, watch } from './watch-line.ts';

const minutes = 3;
/** Each line of which the seed is divisible by this is a Modbus TCP connection. */
const tcpEach = 3;
/** Later answers cannot be told on a serial line: the time-out and the silence after it are over. */
const latestMs = timing.timeout + timing.quiet;
/** Heap that may come on top after the first hundred lines, for caches and the compiler. */
const heapAllowanceMb = 8;

type Figures = Told & { tcp: number; watched: number; stalls: number };

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
  const told: Told = { values: 0, doubtful: 0, lost: 0, misattributed: 0, undetectable: 0 };
  const figures: Figures = { ...told, tcp: 0, watched: 0, stalls: 0 };
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

const log = { info: () => {}, warn: () => {}, error: () => {}, child: () => log };

async function oneLine(seed: number, figures: Figures): Promise<void> {
  const clock = fakeClock();
  const over = seed % tcpEach === 0 ? 'tcp' : 'serial';
  const simulated = randomLine({ seed, clock, latestMs, over });
  const { devices, worst } = devicesFor(simulated, seed);
  const watched = watch({ seed, line: simulated, devices, clock });
  await using field = modbusField(masterOn(simulated, clock), {
    clock,
    ticker: ticker(clock),
    log,
    confirm: over === 'serial',
    cost: costOn(simulated),
    listener: { values: (...values) => watched.values(...values), problem: () => {} },
  });
  field.replace(devices);
  const stop = new AbortController();
  const running = field.run(stop.signal);
  await clock.advance(minutes * 60_000);
  stop.abort();
  await clock.advance(2_000); // what is on the line is carried through
  await running;
  add(watched.told(), figures);
  if (over === 'tcp') figures.tcp++;
  for (const { unit, health, deafMs } of simulated.units) {
    const limit = worst.get(unit);
    if (health !== 'sound' || deafMs > 0 || simulated.isNoisy || limit === undefined) continue;
    figures.watched++;
    const pause = watched.longestPause(unit, minutes * 60_000);
    if (pause <= limit) continue;
    figures.stalls++;
    console.log(`seed ${seed}: unit ${unit} was not heard for ${pause} ms, promised ${limit}; ${simulated.story}`);
  }
}

function masterOn({ over, framing, line }: RandomLine, clock: FakeClock): ModbusBus {
  const endpoint: ModbusEndpoint =
    over === 'tcp' ? { kind: 'tcp', host: 'simulated', port: 502 } : { kind: 'serial', path: 'simulated', ...framing };
  return openModbus(endpoint, timing, { clock, log, openLine: async (_, listener) => line.connect(listener) });
}

function add(told: Readonly<Told>, figures: Figures): void {
  figures.values += told.values;
  figures.doubtful += told.doubtful;
  figures.lost += told.lost;
  figures.misattributed += told.misattributed;
  figures.undetectable += told.undetectable;
}

/** What is in use once everything that nobody needs has been given back. */
function heapMb(): number {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  collect();
  return process.memoryUsage().heapUsed / 1_048_576;
}
