import { exception, truncate } from '../modbus/faults.ts';
import { burst, foreignUnit, type LineFault, late, lineFault, mute, noiseBefore, sometimes } from './line-faults.ts';
import { garbledHeader, otherTransaction } from './tcp-line.ts';

/** What a device may have; it has it in a part of its answers. */
export type Sickness = {
  readonly name:
    | 'mute'
    | 'late'
    | 'very late'
    | 'damaged'
    | 'cut'
    | 'refusing'
    | 'answers as'
    | 'noisy'
    | 'browning out'
    | 'another transaction'
    | 'garbled';
  readonly detail?: string;
  readonly fault: LineFault;
};

export type SicknessOptions = {
  readonly random: () => number;
  readonly unit: number;
  /** Of all devices of the line. */
  readonly addresses: readonly number[];
  readonly turnaroundMs: number;
  /** When an answer begins at the latest that is `late` and not `very late`, in ms after its request. */
  readonly latestMs: number;
  readonly over: 'serial' | 'tcp';
  readonly brownOut: (ms: number) => void;
};

/** So many times later than the latest that is merely late. */
const veryLate = 3;
/** Lost supply and starting up again. */
const brownOutMs = 3_000;

/** All that this device may have on this kind of line. */
export function sicknessesOf(options: SicknessOptions): [Sickness, ...Sickness[]] {
  const { turnaroundMs, latestMs, over } = options;
  const between = (from: number, to: number): LineFault =>
    drawn((random) => late(Math.max(0, from + random() * (to - from) - turnaroundMs)));
  return [
    { name: 'mute', fault: mute },
    { name: 'late', fault: between(turnaroundMs, latestMs) },
    { name: 'very late', fault: between(latestMs, veryLate * latestMs) },
    { name: 'refusing', fault: drawn((random) => lineFault(exception([2, 4, 6][Math.floor(random() * 3)] ?? 2))) },
    answersAs(options),
    { name: 'browning out', fault: brownsOut(options) },
    ...(over === 'tcp' ? ofConnections : ofWires),
  ];
}

/** There is no check sum on a connection: what TCP itself lets through damaged, nobody can tell. */
const ofConnections = [
  { name: 'another transaction', fault: drawn((random) => otherTransaction(1 + Math.floor(random() * 3))) },
  { name: 'garbled', fault: garbledHeader },
] as const satisfies readonly Sickness[];

const ofWires = [
  { name: 'damaged', fault: drawn((random) => burst(Math.floor(random() * 40))) },
  { name: 'cut', fault: drawn((random) => lineFault(truncate(Math.floor(random() * 9)))) },
  {
    name: 'noisy',
    fault: drawn((random) => noiseBefore(Math.floor(random() * 256), Math.floor(random() * 256))),
  },
] as const satisfies readonly Sickness[];

function answersAs({ random, unit, addresses }: SicknessOptions): Sickness {
  const others = addresses.filter((each) => each !== unit);
  const other = others[Math.floor(random() * others.length)] ?? unit;
  return { name: 'answers as', detail: `${other}`, fault: foreignUnit(other) };
}

const brownsOut = ({ brownOut }: SicknessOptions): LineFault =>
  sometimes(0.1, () => {
    brownOut(brownOutMs);
    return [];
  });

/** Drawn anew for each answer. */
function drawn(make: (random: () => number) => LineFault): LineFault {
  return (answer, exchange) => make(exchange.random)(answer, exchange);
}
