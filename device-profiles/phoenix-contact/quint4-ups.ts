import { defineProfile } from '../define-profile.ts';
import { deviceFlag } from '../device-flag.ts';

const driver = 'networkupstools/nut 6c63f77 drivers/phoenixcontact_modbus.c, QUINT4';
const flag = (at: number, bit: number) => ({ from: 'input', at, as: 'bool', bit }) as const;
/** Thousandths: mV and mA. */
const milli = { from: 'input', as: 'u16', scale: 0.001, resolution: 0.01, range: [0, 65] } as const;

/**
 * Phoenix Contact QUINT4 UPS, 24 V DC. One source. The part number stands in 0x0005–0x0008, low word first, and may have
 * further digits behind the seven that name the model (2907067, 2907072, 2907078), which the driver cuts off: without
 * them it is matched, with them it is not, and so it is a hint and no proof. Temperature is in whole kelvins. That the
 * runtime is in seconds is the driver's reading.
 */
export const quint4Ups = defineProfile({
  id: 'phoenix-contact/quint4-ups',
  name: { en: 'Phoenix Contact QUINT4 UPS', zh: '菲尼克斯 QUINT4 UPS' },
  category: 'supply',
  source: `${driver}; one source`,
  points: {
    partNumber: {
      from: 'input',
      at: 0x0005,
      as: 'u64',
      order: 'GHEFCDAB',
      unit: '1',
      resolution: 1,
      range: [0, 9_007_199_254_740_991],
      everyMs: 3_600_000,
    },
    batteryMode: flag(0x2000, 2),
    charging: flag(0x2000, 5),
    outputVoltage: { ...milli, at: 0x2006, unit: 'V' },
    outputCurrent: { ...milli, at: 0x2007, unit: 'A' },
    batteryVoltage: { ...milli, at: 0x200a, unit: 'V' },
    batteryTemperature: { from: 'input', at: 0x200d, as: 'u16', unit: 'K', resolution: 1, range: [200, 400] },
    charge: { from: 'input', at: 0x200f, as: 'u16', unit: '%', resolution: 1, range: [0, 100] },
    runtime: { from: 'input', at: 0x2010, as: 'u16', unit: 's', resolution: 1, range: [0, 65_535] },
    batteryMissing: flag(0x3000, 3),
    batteryEndOfLife: flag(0x3000, 10),
    batteryDischarged: flag(0x3001, 2),
    overload: flag(0x3001, 8),
  },
  conditions: {
    'mains-lost': {
      kind: 'fault',
      point: 'batteryMode',
      when: { is: true },
      onDelayMs: 3_000,
      offDelayMs: 10_000,
      source: `${driver}: 0x2000 bit 2; loss of mains is a fault (EN 54-2 fault warning condition); the delays are ours`,
    },
    'battery-discharged': deviceFlag('fault', 'batteryDischarged', `${driver}: 0x3001 bit 2`),
    'battery-missing': deviceFlag('fault', 'batteryMissing', `${driver}: 0x3000 bit 3`),
    'battery-end-of-life': deviceFlag('fault', 'batteryEndOfLife', `${driver}: 0x3000 bit 10`),
    overload: deviceFlag('fault', 'overload', `${driver}: 0x3001 bit 8`),
  },
  pollMs: 2_000,
  silenceMs: 60_000,
  serial: { baud: 115_200, parity: 'even', stopBits: 1, unit: 192 },
  identification: {
    plausible: [{ from: 'input', at: 0x0005, words: [[0x5bbb, 0x5bc0, 0x5bc6], 0x002c, 0, 0] }],
  },
});
