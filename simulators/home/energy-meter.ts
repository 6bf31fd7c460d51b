import { float32, type Unit } from '../modbus/unit.ts';

/** First input register of each quantity; two registers each, high word first. Source: Eastron SDM120 Modbus protocol. */
const at = {
  voltage: 0x0000,
  current: 0x0006,
  power: 0x000c,
  apparentPower: 0x0012,
  reactivePower: 0x0018,
  powerFactor: 0x001e,
  frequency: 0x0046,
  importEnergy: 0x0048,
  exportEnergy: 0x004a,
  totalEnergy: 0x0156,
} as const;
const end = at.totalEnergy + 2;
/** Holding register of the serial number, 32 bits, high word first. */
const serialAt = 0xfc00;
const serial = [0x0131, 0xa7f2] as const;

/**
 * An SDM120-type meter on a home's supply, with a steady small load. Registers between the quantities read as 0.
 * It lives on the mains it measures: below 100 V it does not answer.
 */
export function energyMeter(volts: () => number): Unit {
  const power = 120;
  const powerFactor = 0.96;
  const quantities: Readonly<Record<number, () => number>> = {
    [at.voltage]: volts,
    [at.current]: () => power / powerFactor / volts(),
    [at.power]: () => power,
    [at.apparentPower]: () => power / powerFactor,
    [at.reactivePower]: () => power * Math.tan(Math.acos(powerFactor)),
    [at.powerFactor]: () => powerFactor,
    [at.frequency]: () => 50,
    [at.importEnergy]: () => 1_234.5,
    [at.exportEnergy]: () => 0,
    [at.totalEnergy]: () => 1_234.5,
  };
  return {
    read(table, address) {
      if (table === 'holding') return serial[address - serialAt];
      if (table !== 'input' || address >= end) return undefined;
      const quantity = quantities[address - (address % 2)];
      return quantity === undefined ? 0 : float32(quantity())[address % 2];
    },
    powered: () => volts() >= 100,
  };
}
