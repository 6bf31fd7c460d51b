import { defineProfile } from '../define-profile.ts';

/**
 * Novus NP785 transmitter of low differential pressure. One source, of which the page with the measured value was not
 * obtained: its register is a setting. Floats come low word first, as the manual's pairs of registers (…, …_H) show.
 * The device's own unit is at 115 and is not applied: what one unit means is a setting.
 */
export const np785 = defineProfile({
  id: 'novus/np785',
  name: { en: 'Novus NP785 pressure transmitter', zh: 'Novus NP785 微差压变送器' },
  category: 'water',
  source: 'Novus NP785 manual, p. 14, holding registers 115 and 137–139; one source',
  unverified:
    'the register of the pressure was not found in any source; take it from the manual and compare the display',
  settings: {
    pressureAt: { default: 0, min: 0, max: 65_534, help: 'holding register of the pressure, from the manual' },
    toKilopascal: {
      default: 0.1,
      min: 0.000001,
      max: 1,
      help: 'kPa per unit of the device: 0.1 for mbar, 0.001 for Pa, 0.249089 for inH2O, 0.00980665 for mmH2O',
    },
  },
  points: {
    pressure: {
      from: 'holding',
      at: ['pressureAt'],
      as: 'f32',
      order: 'CDAB',
      scale: 'toKilopascal',
      unit: 'kPa',
      resolution: 0.001,
      range: [-10, 10],
    },
    deviceUnit: {
      from: 'holding',
      at: 115,
      as: 'choice',
      of: { 0: 'mbar', 1: 'mpsi', 2: 'inH2O', 3: 'mmH2O', 4: 'Pa' },
      everyMs: 600_000,
    },
  },
  pollMs: 1_000,
  silenceMs: 60_000,
  serial: { baud: 19_200, parity: 'none', stopBits: 1, unit: 1 },
  // Baud code, parity code, own address.
  identification: {
    plausible: [{ from: 'holding', at: 137, words: [{ min: 0, max: 7 }, { min: 0, max: 2 }, 'unit'] }],
  },
});
