import type { Table, Unit } from '../modbus/unit.ts';
import { frameSilenceMs } from './framing.ts';
import type { LineSlave } from './line-slave.ts';
import type { PacedLineSettings } from './paced-line-options.ts';

/** The devices of a paced line, and how to change what they hold. */
export type PacedDevices = {
  readonly slaves: ReadonlyMap<number, LineSlave>;
  readonly set: (unit: number, address: number, value: number) => void;
};

export function pacedDevices(settings: PacedLineSettings): PacedDevices {
  const values = new Map<number, Map<number, number>>();
  const slaves = new Map<number, LineSlave>();
  for (let address = 1; address <= settings.units; address++) {
    if (settings.dead.includes(address)) continue;
    const changed = new Map<number, number>();
    values.set(address, changed);
    const turnaround = settings.turnarounds[String(address)] ?? settings.turnaround;
    slaves.set(address, {
      unit: registersOf(address, settings, changed),
      strict: settings.strict,
      turnaroundMs: turnaround === 'minimal' ? frameSilenceMs(settings) : turnaround,
      reset: () => changed.clear(),
    });
  }
  return { slaves, set: (unit, address, value) => void values.get(unit)?.set(address, value) };
}

function registersOf(unit: number, settings: PacedLineSettings, changed: ReadonlyMap<number, number>): Unit {
  const isHole = (address: number): boolean =>
    settings.holes.some((hole) => address >= hole.address && address < hole.address + hole.count);
  return {
    read(table: Table, address) {
      if (address >= settings.registers || isHole(address)) return undefined;
      if (table === 'coil' || table === 'discrete') return (unit + address) & 1;
      return changed.get(address) ?? ((unit << 8) | (address & 0xff)) & 0xffff;
    },
  };
}
