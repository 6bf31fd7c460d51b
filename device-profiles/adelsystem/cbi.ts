import { defineProfile } from '../define-profile.ts';
import { deviceFlag } from '../device-flag.ts';

const map = 'ADELSYSTEM CBI Modbus map';
/** The map counts from 1: its 40001 is register 0. */
const at = (reference: number) => ({ from: 'holding', at: reference - 40_001 }) as const;
const flag = (reference: number, bit: number) => ({ ...at(reference), as: 'bool', bit }) as const;
/** Thousandths: mV and mA. */
const milli = { as: 'u16', scale: 0.001, resolution: 0.01 } as const;

/**
 * ADELSYSTEM CBI DC UPS. Two sources agree on the map and disagree on how it leaves the works: the maker's document has
 * 38400 8E1, address 1, which is given here; an open driver has 9600 8N1, address 5. Temperatures are whole kelvins. The
 * product's number is at 40067 by both texts, but the driver's index points one further: it is only a hint of the model.
 */
export const cbi = defineProfile({
  id: 'adelsystem/cbi',
  name: { en: 'ADELSYSTEM CBI DC UPS', zh: 'ADELSYSTEM CBI 直流 UPS' },
  category: 'supply',
  source: `${map} R14; networkupstools/nut 6c63f77 drivers/adelsystem_cbi.h agrees, but for serial defaults`,
  points: {
    charging: {
      ...at(40_005),
      as: 'choice',
      of: { 0: 'none', 1: 'recovery', 2: 'bulk', 3: 'absorption', 4: 'float' },
    },
    mode: { ...at(40_006), as: 'choice', of: { 0: 'backup', 1: 'charging', 2: 'boost', 3: 'not-charging' } },
    batteryVoltage: { ...at(40_008), ...milli, unit: 'V', range: [0, 65] },
    loadVoltage: { ...at(40_011), ...milli, unit: 'V', range: [0, 65] },
    loadCurrent: { ...at(40_020), ...milli, unit: 'A', range: [0, 65] },
    health: { ...at(40_021), as: 'u16', unit: '%', resolution: 1, range: [0, 100] },
    charge: { ...at(40_023), as: 'u16', scale: 0.1, unit: '%', resolution: 0.1, range: [0, 100] },
    batteryTemperature: { ...at(40_026), as: 'u16', unit: 'K', resolution: 1, range: [200, 400] },
    boardTemperature: { ...at(40_029), as: 'u16', unit: 'K', resolution: 1, range: [200, 400] },
    inputVoltage: { ...at(40_030), as: 'u16', unit: 'V', resolution: 1, range: [0, 600] },
    batteryReversed: flag(40_032, 0),
    batteryMissing: flag(40_032, 1),
    cellShort: flag(40_032, 2),
    batterySulphated: flag(40_032, 3),
    batteryConnection: flag(40_032, 5),
    chargeLow: flag(40_033, 6),
    rectifierFailure: flag(40_043, 0),
    mainsAbsent: flag(40_046, 0),
    overTemperature: flag(40_047, 0),
  },
  conditions: {
    'mains-lost': {
      kind: 'fault',
      point: 'mainsAbsent',
      when: { is: true },
      onDelayMs: 3_000,
      offDelayMs: 10_000,
      source: `${map}, 40046 bit 0; loss of mains is a fault (EN 54-2 fault warning condition); the delays are ours`,
    },
    'battery-reversed': deviceFlag('fault', 'batteryReversed', `${map}, 40032 bit 0`),
    'battery-missing': deviceFlag('fault', 'batteryMissing', `${map}, 40032 bit 1`),
    'cell-short': deviceFlag('fault', 'cellShort', `${map}, 40032 bit 2`),
    'battery-sulphated': deviceFlag('fault', 'batterySulphated', `${map}, 40032 bit 3`),
    'battery-connection': deviceFlag('fault', 'batteryConnection', `${map}, 40032 bit 5`),
    'charge-low': deviceFlag('fault', 'chargeLow', `${map}, 40033 bit 6`),
    'rectifier-failure': deviceFlag('fault', 'rectifierFailure', `${map}, 40043 bit 0`),
    'over-temperature': deviceFlag('fault', 'overTemperature', `${map}, 40047 bit 0`),
  },
  pollMs: 2_000,
  silenceMs: 60_000,
  serial: { baud: 38_400, parity: 'even', stopBits: 1, unit: 1 },
  // 40005 charging, 40006 mode; the numbers of the known products.
  identification: {
    plausible: [
      {
        from: 'holding',
        at: 4,
        words: [
          { min: 0, max: 4 },
          { min: 0, max: 3 },
        ],
      },
      { from: 'holding', at: 66, words: [[1, 2, 3, 4, 7, 8, 9, 11, 12, 13, 14]] },
    ],
  },
});
