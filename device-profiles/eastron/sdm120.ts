import { defineProfile } from '../define-profile.ts';

const float = { from: 'input', as: 'f32' } as const;
/** Once a minute is enough for a counter. */
const energy = { ...float, unit: 'kWh', resolution: 0.01, range: [0, 10_000_000], everyMs: 60_000 } as const;

/**
 * Eastron SDM120 single-phase energy meter. Measured values by function 04, the serial number by function 03. The model
 * code at holding 0xFC02 has no source that was checked and is not used: the meter is recognised by what it measures.
 */
export const sdm120 = defineProfile({
  id: 'eastron/sdm120',
  name: { en: 'Eastron SDM120 energy meter', zh: 'Eastron SDM120 单相电表' },
  category: 'supply',
  source:
    'Eastron SDM120 Modbus protocol, input registers, float32 high word first; three independent open drivers agree; serial number at holding 0xFC00',
  settings: {
    voltageLow: { default: 187, min: 0, max: 260, help: 'mains voltage below which the supply counts as lost, V' },
  },
  points: {
    voltage: { ...float, at: 0x0000, unit: 'V', resolution: 0.1, range: [0, 500] },
    current: { ...float, at: 0x0006, unit: 'A', resolution: 0.01, range: [0, 100] },
    power: { ...float, at: 0x000c, unit: 'W', resolution: 1, range: [-25_000, 25_000] },
    apparentPower: { ...float, at: 0x0012, unit: 'VA', resolution: 1, range: [0, 25_000] },
    reactivePower: { ...float, at: 0x0018, unit: 'var', resolution: 1, range: [-25_000, 25_000] },
    powerFactor: { ...float, at: 0x001e, unit: '1', resolution: 0.01, range: [-1, 1] },
    frequency: { ...float, at: 0x0046, unit: 'Hz', resolution: 0.01, range: [40, 70] },
    importEnergy: { ...energy, at: 0x0048 },
    exportEnergy: { ...energy, at: 0x004a },
    totalEnergy: { ...energy, at: 0x0156 },
    serialNumber: {
      from: 'holding',
      at: 0xfc00,
      as: 'u32',
      unit: '1',
      resolution: 1,
      range: [0, 4_294_967_295],
      everyMs: 3_600_000,
    },
  },
  conditions: {
    'mains-lost': {
      kind: 'fault',
      point: 'voltage',
      when: { below: 'voltageLow', deadband: 5 },
      onDelayMs: 3_000,
      offDelayMs: 10_000,
      source: '85 % of 220 V, the lower end at which fire equipment must still work (site-set)',
    },
  },
  pollMs: 2_000,
  silenceMs: 60_000,
  maxBlock: 80,
  serial: { baud: 2_400, parity: 'none', stopBits: 1, unit: 1 },
  // Upper words of floats: 64–512 V at 0x0000, 32–64 Hz at 0x0046.
  identification: {
    plausible: [
      { from: 'input', at: 0x0000, words: [{ min: 0x4280, max: 0x43ff }] },
      { from: 'input', at: 0x0046, words: [{ min: 0x4200, max: 0x427f }] },
    ],
  },
});
