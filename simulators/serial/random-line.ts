import { exception, truncate } from '../modbus/faults.ts';
import type { Unit } from '../modbus/unit.ts';
import { seededRandom } from '../water/seeded-random.ts';
import { characterMs, type Framing, frameSilenceMs } from './framing.ts';
import { burst, foreignUnit, type LineFault, late, lineFault, mute, noiseBefore, sometimes } from './line-faults.ts';
import type { LineSlave } from './line-slave.ts';
import { type Owner, ownedAddresses, registerOwners } from './register-owner.ts';
import { type SerialLine, serialLine } from './serial-line.ts';
import type { Noise } from './slave-side.ts';
import type { LineClock } from './wire.ts';

export type RandomLineOptions = {
  readonly seed: number;
  readonly clock: LineClock;
  /** By so much at most an answer is late, in ms. A master can only be safe from those it waits out. */
  readonly latestMs: number;
  /** How long a register keeps its value, in ms; 5,000 unless given. */
  readonly epochMs?: number;
};

export type RandomUnit = {
  readonly unit: number;
  /** `sound`: every request that reaches it in time is answered well. `dead`: nobody is there. */
  readonly health: 'sound' | 'sick' | 'dead';
  /** Longest time it takes to begin an answer that is not late by a fault, in ms. */
  readonly turnaroundMs: number;
  /** For so long it drops requests after one to another device that nobody answered; 0 for most. */
  readonly deafMs: number;
};

export type RandomLine = {
  readonly line: SerialLine;
  readonly framing: Framing;
  readonly units: readonly RandomUnit[];
  /** There are sounds on the line that no device makes, so that sound devices lose an answer now and then. */
  readonly isNoisy: boolean;
  /** What is wrong here, for the log. */
  readonly story: string;
  /** Whose value this is: another owner than the one that was asked is a misattribution. */
  readonly ownerOf: (value: number) => Owner;
  /** Of the values that registers have now. */
  readonly epoch: () => number;
};

/**
 * A line with two to eight devices, drawn from the seed, with faults that a careful master can tell: silence, late
 * answers up to `latestMs`, damage, halves, refusals, other devices' answers, noise, echo, brown-outs, two devices of
 * one address that talk at once, deafness. Left out is what nothing in a frame can tell: the answer of the right device
 * for another block of equal length, and a second answer that waits for the next request.
 * Holding and input registers 0 to 255 hold values that tell their owner.
 */
export function randomLine({ seed, clock, latestMs, epochMs = 5_000 }: RandomLineOptions): RandomLine {
  const random = seededRandom(seed);
  const framing = drawnFraming(random);
  const addresses = drawnAddresses(random);
  const { ownerOf, valueOf } = registerOwners(addresses);
  const epoch = (): number => Math.floor(clock.mono() / epochMs) % 16;
  const slaves = new Map<number, LineSlave>();
  const units: RandomUnit[] = [];
  const stories: string[] = [];
  for (const unit of addresses) {
    const drawn = drawnDevice({
      random,
      framing,
      unit,
      addresses,
      latestMs,
      brownOut: (ms) => line.brownOut(unit, ms),
    });
    units.push({ unit, health: drawn.health, turnaroundMs: drawn.turnaroundMs, deafMs: drawn.deafMs ?? 0 });
    stories.push(`${unit} ${drawn.story}`);
    if (drawn.health !== 'dead')
      slaves.set(unit, withRegisters(drawn, { epoch, valueOf: (of) => valueOf({ ...of, unit }) }));
  }
  const isNoisy = random() < 0.3;
  const echo = random() < 0.2;
  const chunk = random() < 0.3 ? 'byte' : 'frame';
  const line = serialLine({ ...framing, clock, slaves, seed, echo, chunk, ...(isNoisy ? { noise } : {}) });
  const { baud, parity, stopBits } = framing;
  const story = [`${baud} ${parity} ${stopBits}`, ...(echo ? ['echo'] : []), ...(isNoisy ? ['noise'] : []), ...stories];
  return { line, framing, units, isNoisy, story: story.join(', '), ownerOf, epoch };
}

type Random = () => number;

const pick = <T>(random: Random, from: readonly [T, ...T[]]): T => from[Math.floor(random() * from.length)] ?? from[0];
const between = (random: Random, low: number, high: number): number => low + random() * (high - low);

const drawnFraming = (random: Random): Framing => ({
  baud: pick(random, [2_400, 4_800, 9_600, 9_600, 19_200, 115_200]),
  parity: pick(random, ['none', 'none', 'even', 'odd']),
  stopBits: pick(random, [1, 1, 2]),
});

function drawnAddresses(random: Random): number[] {
  const found = new Set<number>();
  const count = 2 + Math.floor(random() * 7);
  while (found.size < count) found.add(1 + Math.floor(random() * 247));
  return [...found];
}

/** After about every fifth request, a few bytes somewhere in the next half second. */
const noise: Noise = (random) => {
  if (random() > 0.2) return [];
  const bytes = Uint8Array.from({ length: 1 + Math.floor(random() * 6) }, () => Math.floor(random() * 256));
  return [{ afterMs: random() * 500, bytes }];
};

type Drawing = {
  readonly random: Random;
  readonly framing: Framing;
  readonly unit: number;
  readonly addresses: readonly number[];
  readonly latestMs: number;
  readonly brownOut: (ms: number) => void;
};

type Drawn = Omit<LineSlave, 'unit' | 'twin' | 'turnaroundMs'> & {
  readonly health: RandomUnit['health'];
  readonly story: string;
  readonly turnaroundMs: number;
  /** A second device answers so much later. */
  readonly twinMs?: number;
};

function drawnDevice(drawing: Drawing): Drawn {
  const { random, framing } = drawing;
  const turnaroundMs = Math.max(frameSilenceMs(framing), pick(random, [0, 5, 20, between(random, 20, 120)]));
  const strict = random() < 0.5;
  const traits = { turnaroundMs, strict, ...(random() < 0.15 ? { deafMs: 500 } : {}) };
  const luck = random();
  if (luck < 0.15) return { ...traits, health: 'dead', story: 'dead' };
  if (luck < 0.55) return { ...traits, health: 'sound', story: strict ? 'sound, strict' : 'sound' };
  if (luck < 0.6) {
    // Within half an answer of the shortest kind, so that they talk at once.
    const twinMs = random() * 2.5 * characterMs(framing);
    return { ...traits, health: 'sick', story: 'has a twin', twinMs };
  }
  const [story, fault] = pick(random, sicknesses(drawing));
  const share = pick(random, [0.05, 0.3, 0.9]);
  return { ...traits, health: 'sick', story: `${story} at ${share}`, fault: sometimes(share, fault) };
}

function sicknesses({ random, unit, addresses, latestMs, brownOut }: Drawing): [Sickness, ...Sickness[]] {
  const other = pick(random, [unit, ...addresses.filter((each) => each !== unit)]);
  const drawn =
    (make: (random: Random) => LineFault): LineFault =>
    (answer, exchange) =>
      make(exchange.random)(answer, exchange);
  return [
    ['mute', mute],
    ['late', drawn((random) => late(random() * latestMs))],
    ['damaged', drawn((random) => burst(Math.floor(random() * 40)))],
    ['cut', drawn((random) => lineFault(truncate(Math.floor(random() * 9))))],
    ['refusing', drawn((random) => lineFault(exception(pick(random, [2, 4, 6]))))],
    [`answers as ${other}`, foreignUnit(other)],
    ['noisy', drawn((random) => noiseBefore(Math.floor(random() * 256), Math.floor(random() * 256)))],
    [
      'browning out',
      sometimes(0.1, () => {
        brownOut(3_000);
        return [];
      }),
    ],
  ];
}

type Sickness = readonly [story: string, fault: LineFault];

type Registers = { readonly epoch: () => number; readonly valueOf: (register: Omit<Owner, 'unit'>) => number };

/** After a brown-out its registers are those of epoch 0 until the next epoch begins. */
function withRegisters({ twinMs, ...traits }: Drawn, { epoch, valueOf }: Registers): LineSlave {
  let resetIn: number | undefined;
  const unit: Unit = {
    read(table, address) {
      if (address >= ownedAddresses || table === 'coil' || table === 'discrete') return undefined;
      const now = epoch();
      if (resetIn !== now) resetIn = undefined;
      return valueOf({ table, address, epoch: resetIn === undefined ? now : 0 });
    },
  };
  const reset = (): void => {
    resetIn = epoch();
  };
  const device = { ...traits, unit, reset };
  if (twinMs === undefined) return device;
  return { ...device, twin: { ...device, turnaroundMs: traits.turnaroundMs + twinMs } };
}
