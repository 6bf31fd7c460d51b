import type { Unit } from '../modbus/unit.ts';
import { seededRandom } from '../water/seeded-random.ts';
import { characterMs, type Framing, frameSilenceMs } from './framing.ts';
import { sometimes } from './line-faults.ts';
import type { LineSlave } from './line-slave.ts';
import type { MasterPort } from './master-port.ts';
import { type Sickness, sicknessesOf } from './random-sickness.ts';
import { type Owner, ownedAddresses, registerOwners } from './register-owner.ts';
import { serialLine } from './serial-line.ts';
import type { Noise } from './slave-side.ts';
import { tcpLine } from './tcp-line.ts';
import type { LineClock } from './wire.ts';

export type RandomLineOptions = {
  readonly seed: number;
  readonly clock: LineClock;
  /**
   * An answer of which a master can be asked to tell that it is late begins within so many ms after its request. Without
   * transaction numbers it can only be safe from those it waits out; some devices are later than that.
   */
  readonly latestMs: number;
  /** `tcp`: the devices are behind one Modbus TCP connection; `serial` unless given. */
  readonly over?: 'serial' | 'tcp';
  /** How long a register keeps its value, in ms; 5,000 unless given. */
  readonly epochMs?: number;
};

export type RandomUnit = {
  readonly unit: number;
  /** `sound`: every request that reaches it in time is answered well. `dead`: nobody is there. */
  readonly health: 'sound' | 'sick' | 'dead';
  /** What a sick one has; `twin`: a second device of its address. */
  readonly sickness?: Sickness['name'] | 'twin';
  /** Longest time it takes to begin an answer that is not late by a fault, in ms. */
  readonly turnaroundMs: number;
  /** For so long it drops requests after one to another device that nobody answered; 0 for most. */
  readonly deafMs: number;
};

export type RandomLine = {
  readonly line: Pick<MasterPort, 'connect' | 'unplug' | 'plug'>;
  readonly over: 'serial' | 'tcp';
  /** Of the devices' own line where they are behind a connection. */
  readonly framing: Framing;
  readonly units: readonly RandomUnit[];
  /**
   * Sound devices lose an answer now and then: there are sounds on the line that no device makes, or a device speaks
   * when another is asked, or spoils the connection of all.
   */
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
 * answers, damage, halves, refusals, other devices' answers, noise, echo, brown-outs, two devices of one address that
 * talk at once, deafness; over TCP other devices' transactions and spoilt headers. Beyond that there are devices that
 * are `very late`: on a serial line nobody can be sure to tell those. Left out is what nothing in a frame can tell on
 * any line: the answer of the right device for another block of equal length, and a second answer that waits for the
 * next request. Holding and input registers 0 to 255 hold values that tell their owner.
 */
export function randomLine({ seed, clock, latestMs, over = 'serial', epochMs = 5_000 }: RandomLineOptions): RandomLine {
  const random = seededRandom(seed);
  const framing = drawnFraming(random);
  const addresses = drawnAddresses(random);
  const { ownerOf, valueOf } = registerOwners(addresses);
  const epoch = (): number => Math.floor(clock.mono() / epochMs) % 16;
  const slaves = new Map<number, LineSlave>();
  const units: RandomUnit[] = [];
  const stories: string[] = [];
  for (const unit of addresses) {
    const brownOut = (ms: number): void => built.line.brownOut(unit, ms);
    const { known, story, slave } = drawnDevice({ random, framing, unit, addresses, latestMs, over, brownOut });
    units.push(known);
    stories.push(`${unit} ${story}`);
    if (known.health !== 'dead')
      slaves.set(unit, withRegisters(slave, { epoch, valueOf: (of) => valueOf({ ...of, unit }) }));
  }
  const build = over === 'tcp' ? drawnConnection : drawnWire;
  const built = build(random, { framing, clock, slaves, seed });
  const isNoisy = built.isNoisy || units.some((unit) => disturbsAll(unit, over));
  const story = [...built.story, ...stories].join(', ');
  return { line: built.line, over, framing, units, isNoisy, story, ownerOf, epoch };
}

/** An answer that comes while another device is asked spoils that one's on a wire; a spoilt header, all after it. */
const disturbsAll = ({ sickness }: RandomUnit, over: 'serial' | 'tcp'): boolean =>
  over === 'tcp' ? sickness === 'garbled' : sickness === 'late' || sickness === 'very late';

type Parts = {
  readonly framing: Framing;
  readonly clock: LineClock;
  readonly slaves: ReadonlyMap<number, LineSlave>;
  readonly seed: number;
};
type Built = {
  readonly line: RandomLine['line'] & { readonly brownOut: (unit: number, ms: number) => void };
  readonly isNoisy: boolean;
  readonly story: readonly string[];
};

function drawnWire(random: Random, { framing, ...parts }: Parts): Built {
  const isNoisy = random() < 0.3;
  const echo = random() < 0.2;
  const chunk = random() < 0.3 ? 'byte' : 'frame';
  const line = serialLine({ ...framing, ...parts, echo, chunk, ...(isNoisy ? { noise } : {}) });
  const { baud, parity, stopBits } = framing;
  const story = [`${baud} ${parity} ${stopBits}`, ...(echo ? ['echo'] : []), ...(isNoisy ? ['noise'] : [])];
  return { line, isNoisy, story };
}

function drawnConnection(random: Random, { clock, slaves, seed }: Parts): Built {
  const inPieces = random() < 0.3;
  const absent = random() < 0.5 ? 'silent' : 'refused';
  const line = tcpLine({ clock, slaves, seed, inPieces, absent });
  return { line, isNoisy: false, story: ['TCP', ...(inPieces ? ['in pieces'] : []), `nobody is ${absent}`] };
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
  readonly over: 'serial' | 'tcp';
  readonly brownOut: (ms: number) => void;
};

type DrawnSlave = Omit<LineSlave, 'unit' | 'twin' | 'turnaroundMs'> & {
  readonly turnaroundMs: number;
  /** A second device answers so much later. */
  readonly twinMs?: number;
};

type Drawn = { readonly known: RandomUnit; readonly story: string; readonly slave: DrawnSlave };

function drawnDevice(drawing: Drawing): Drawn {
  const { random, framing, unit, over } = drawing;
  const turnaroundMs = Math.max(frameSilenceMs(framing), pick(random, [0, 5, 20, between(random, 20, 120)]));
  const strict = random() < 0.5;
  // Nobody overhears anything on a connection.
  const deafMs = random() < 0.15 && over === 'serial' ? 500 : 0;
  const slave = { turnaroundMs, strict, ...(deafMs > 0 ? { deafMs } : {}) };
  const known = { unit, turnaroundMs, deafMs };
  const luck = random();
  if (luck < 0.15) return { known: { ...known, health: 'dead' }, story: 'dead', slave };
  if (luck < 0.55) return { known: { ...known, health: 'sound' }, story: strict ? 'sound, strict' : 'sound', slave };
  if (luck < 0.6) {
    // Within half an answer of the shortest kind, so that they talk at once.
    const twinMs = random() * 2.5 * characterMs(framing);
    return { known: { ...known, health: 'sick', sickness: 'twin' }, story: 'has a twin', slave: { ...slave, twinMs } };
  }
  const { name, detail, fault } = pick(random, sicknessesOf({ ...drawing, turnaroundMs }));
  const share = pick(random, [0.05, 0.3, 0.9]);
  return {
    known: { ...known, health: 'sick', sickness: name },
    story: `${name}${detail === undefined ? '' : ` ${detail}`} at ${share}`,
    slave: { ...slave, fault: sometimes(share, fault) },
  };
}

type Registers = { readonly epoch: () => number; readonly valueOf: (register: Omit<Owner, 'unit'>) => number };

/** After a brown-out its registers are those of epoch 0 until the next epoch begins. */
function withRegisters({ twinMs, ...traits }: DrawnSlave, { epoch, valueOf }: Registers): LineSlave {
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
