import { defineProfile } from '../define-profile.ts';

const float = { from: 'input', as: 'f32' } as const;

/** Eastron SDM120 single-phase energy meter. Default 2400 8N1, address 1, function 04. */
export const sdm120 = defineProfile({
  id: 'eastron/sdm120',
  name: { en: 'Eastron SDM120 energy meter', zh: 'Eastron SDM120 单相电表' },
  source:
    'Eastron SDM120 Modbus protocol, input registers, float32 high word first; three independent open drivers agree',
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
    importEnergy: { ...float, at: 0x0048, unit: 'kWh', resolution: 0.01, range: [0, 10_000_000] },
    exportEnergy: { ...float, at: 0x004a, unit: 'kWh', resolution: 0.01, range: [0, 10_000_000] },
    totalEnergy: { ...float, at: 0x0156, unit: 'kWh', resolution: 0.01, range: [0, 10_000_000] },
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
});
