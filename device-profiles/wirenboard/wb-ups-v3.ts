import { defineProfile } from '../define-profile.ts';

const template = 'wirenboard/wb-mqtt-serial 7f7a2d4 templates/config-wb-ups-v3.json.jinja';
const volts = { from: 'input', as: 'u16', scale: 0.001, unit: 'V', resolution: 0.01, range: [0, 65] } as const;

/**
 * Wiren Board WB-UPS v.3, 12 V DC. One source, whose earlier edition (012ebb9) knew three battery states instead of five
 * and had the charge in whole percent. The signature by which its own software names it is not used: its register was
 * not stated. 9600 baud from the works; the address differs from device to device.
 */
export const wbUpsV3 = defineProfile({
  id: 'wirenboard/wb-ups-v3',
  name: { en: 'Wiren Board WB-UPS v.3', zh: 'Wiren Board WB-UPS v.3 不间断电源' },
  category: 'supply',
  source: `${template}; one source`,
  points: {
    battery: {
      from: 'input',
      at: 0,
      as: 'choice',
      of: { 0: 'charging', 1: 'full', 2: 'discharging', 3: 'empty', 4: 'not-charging' },
    },
    temperatureState: {
      from: 'input',
      at: 1,
      as: 'choice',
      of: { 0: 'normal', 1: 'cold-off', 2: 'cold-discharge-only', 3: 'hot-discharge-only', 4: 'hot-off' },
    },
    inputVoltage: { ...volts, at: 2 },
    outputVoltage: { ...volts, at: 3 },
    batteryVoltage: { ...volts, at: 4 },
    batteryCurrent: {
      from: 'input',
      at: 5,
      as: 'i16',
      scale: 0.001,
      unit: 'A',
      resolution: 0.01,
      range: [-32, 32],
    },
    charge: { from: 'input', at: 8, as: 'u16', scale: 0.01, unit: '%', resolution: 0.1, range: [0, 100] },
    batteryTemperature: {
      from: 'input',
      at: 9,
      as: 'i16',
      scale: 0.01,
      unit: '°C',
      resolution: 0.1,
      range: [-60, 120],
    },
    isCharging: { from: 'discrete', at: 9, as: 'bool' },
    isDischarging: { from: 'discrete', at: 10, as: 'bool' },
    serialNumber: {
      from: 'input',
      at: 270,
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
      point: 'battery',
      when: { is: ['discharging', 'empty'] },
      onDelayMs: 3_000,
      offDelayMs: 10_000,
      source: `${template}: 0; loss of mains is a fault (EN 54-2 fault warning condition); the delays are ours`,
    },
    'battery-empty': {
      kind: 'fault',
      point: 'battery',
      when: { is: 'empty' },
      onDelayMs: 0,
      offDelayMs: 5_000,
      source: `${template}: 0, fully discharged`,
    },
    'temperature-off': {
      kind: 'fault',
      point: 'temperatureState',
      when: { is: ['cold-off', 'hot-off'] },
      onDelayMs: 0,
      offDelayMs: 5_000,
      source: `${template}: 1, too cold or too hot to work`,
    },
  },
  pollMs: 2_000,
  silenceMs: 60_000,
  identification: {
    plausible: [
      {
        from: 'input',
        at: 0,
        words: [
          { min: 0, max: 4 },
          { min: 0, max: 4 },
        ],
      },
    ],
  },
});
