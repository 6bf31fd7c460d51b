import { rtuFrame } from '../../../simulators/modbus/rtu-frame.ts';
import { unitOf } from '../../../simulators/modbus/unit.ts';
import type { LineSlave } from '../../../simulators/serial/line-slave.ts';
import { type SerialLine, type SerialLineOptions, serialLine } from '../../../simulators/serial/serial-line.ts';
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts';
import { toHex } from '../modbus/hex.ts';

/** At 9,600 8N1: a character of 10 bits, and 3.5 of them. */
export const character = 10_000 / 9_600;
export const silence = 3.5 * character;

export type VirtualLine = {
  readonly clock: FakeClock;
  readonly line: SerialLine;
  /** What the master got: the moment and the bytes, in hex. */
  readonly got: { readonly at: number; readonly hex: string }[];
  readonly lost: Error[];
  readonly write: (bytes: Uint8Array) => void;
  readonly flush: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** A line at 9,600 8N1 on a fake clock, with a master that only notes. */
export function virtualLine(
  slaves: Readonly<Record<number, LineSlave>>,
  options: Partial<SerialLineOptions> = {},
): VirtualLine {
  const clock = fakeClock();
  const map = new Map(Object.entries(slaves).map(([unit, slave]) => [Number(unit), slave]));
  const line = serialLine({ clock, baud: 9_600, parity: 'none', stopBits: 1, slaves: map, ...options });
  const got: { at: number; hex: string }[] = [];
  const lost: Error[] = [];
  const adapter = line.connect({
    received: (chunk) => void got.push({ at: clock.mono(), hex: toHex(chunk) }),
    lost: (why) => void lost.push(why),
  });
  return {
    clock,
    line,
    got,
    lost,
    write: (bytes) => adapter.write(bytes),
    flush: () => adapter.flush(),
    close: () => adapter.close(),
  };
}

/** A device whose registers 0 to 9 hold ten times their unit, plus their address. */
export const device = (unit: number, more: Partial<LineSlave> = {}): LineSlave => ({
  unit: unitOf({ holding: Object.fromEntries(Array.from({ length: 10 }, (_, a) => [a, unit * 10 + a])) }),
  ...more,
});

/** Reads holding registers. */
export const reads = (unit: number, address = 0, count = 1): Uint8Array =>
  rtuFrame(unit, Uint8Array.of(3, address >> 8, address & 0xff, count >> 8, count & 0xff));

/** The answer to it from {@link device}. */
export const answers = (unit: number, address = 0, count = 1): string =>
  toHex(
    rtuFrame(
      unit,
      Uint8Array.of(3, count * 2, ...Array.from({ length: count }, (_, i) => [0, unit * 10 + address + i]).flat()),
    ),
  );
