import { defineProfile } from '../define-profile.ts';

const float = { from: 'holding', as: 'f32' } as const;
const volts = { ...float, scale: 0.1, unit: 'V', resolution: 0.1, range: [0, 500] } as const;
const amperes = { ...float, scale: 0.001, unit: 'A', resolution: 0.01, range: [-10_000, 10_000] } as const;

/**
 * Chint DTSU666 three-phase energy meter. Addresses agree in three places, the scales are from one (mbmd). Conflict: one
 * list has the imported energy at 0x401E, as the model with current transformers (DTSU666-CT) may; mbmd and another list
 * have 0x101E, which is read here.
 */
export const dtsu666 = defineProfile({
  id: 'chint/dtsu666',
  name: { en: 'Chint DTSU666 energy meter', zh: '正泰 DTSU666 三相电表' },
  category: 'supply',
  source:
    'volkszaehler/mbmd meters/rs485/dtsu666.go, after the Chint DTSU666 user manual, table 11; one source for scales',
  points: {
    voltageA: { ...volts, at: 0x2006 },
    voltageB: { ...volts, at: 0x2008 },
    voltageC: { ...volts, at: 0x200a },
    currentA: { ...amperes, at: 0x200c },
    currentB: { ...amperes, at: 0x200e },
    currentC: { ...amperes, at: 0x2010 },
    power: { ...float, at: 0x2012, scale: 0.1, unit: 'W', resolution: 1, range: [-10_000_000, 10_000_000] },
    powerFactor: { ...float, at: 0x202a, scale: 0.001, unit: '1', resolution: 0.01, range: [-1, 1] },
    frequency: { ...float, at: 0x2044, scale: 0.01, unit: 'Hz', resolution: 0.01, range: [40, 70] },
    importEnergy: {
      ...float,
      at: 0x101e,
      unit: 'kWh',
      resolution: 0.01,
      range: [0, 100_000_000],
      everyMs: 60_000,
    },
  },
  pollMs: 2_000,
  silenceMs: 60_000,
  serial: { baud: 9_600, parity: 'none', stopBits: 1, unit: 1 },
  // Upper word of a float: 4,096–8,192 at 0x2044 is 41–82 Hz.
  identification: { plausible: [{ from: 'holding', at: 0x2044, words: [{ min: 0x4580, max: 0x45ff }] }] },
});
