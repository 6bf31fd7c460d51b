import { defineProfile } from '../define-profile.ts';
import { deviceFlag } from '../device-flag.ts';

const driver = 'networkupstools/nut 6c63f77 drivers/huawei-ups2000.c';
/** Tenths; 0x7FFF is no value. */
const tenths = { from: 'holding', as: 'u16', scale: 0.1, resolution: 0.1, lostMarkers: [0x7fff] } as const;
const flag = (at: number, bit: number) => ({ from: 'holding', at, as: 'bool', bit }) as const;

/**
 * Huawei UPS2000 (1–3 kVA). One source. Registers are the driver's, which adds 10000 for the first UPS (its 1000 is 11000
 * here), function 03. The driver talks over RS-232 or USB only, and allows 2 s for an answer. The model can be named by
 * function 0x2B alone, which Fengsui does not use.
 */
export const ups2000 = defineProfile({
  id: 'huawei/ups2000',
  name: { en: 'Huawei UPS2000', zh: '华为 UPS2000 不间断电源' },
  category: 'supply',
  source: `${driver}, after Huawei EDOC1000110696; one source`,
  points: {
    inputVoltage: { ...tenths, at: 11_000, unit: 'V', range: [0, 400] },
    inputFrequency: { ...tenths, at: 11_003, unit: 'Hz', range: [0, 80] },
    outputVoltage: { ...tenths, at: 11_008, unit: 'V', range: [0, 400] },
    outputCurrent: { ...tenths, at: 11_011, unit: 'A', range: [0, 100] },
    load: { ...tenths, at: 11_021, unit: '%', range: [0, 200] },
    mode: {
      from: 'holding',
      at: 11_024,
      as: 'choice',
      of: { 0: 'off', 1: 'bypass', 2: 'mains', 3: 'battery', 5: 'eco' },
    },
    temperature: { ...tenths, at: 11_027, unit: '°C', range: [0, 100] },
    selfTest: flag(11_043, 2),
    batteryLow: flag(11_043, 6),
    batteryVoltage: { ...tenths, at: 12_000, unit: 'V', range: [0, 400] },
    charger: {
      from: 'holding',
      at: 12_002,
      as: 'choice',
      of: { 2: 'resting', 3: 'float', 4: 'equalising', 5: 'discharging' },
    },
    charge: {
      from: 'holding',
      at: 12_003,
      as: 'u16',
      unit: '%',
      resolution: 1,
      range: [0, 100],
      lostMarkers: [0xffff],
    },
    runtime: {
      from: 'holding',
      at: 12_004,
      as: 'u32',
      unit: 's',
      resolution: 1,
      range: [0, 864_000],
      lostMarkers: [0xffff_ffff],
    },
    overTemperature: flag(40_156, 3),
    batteryWorn: flag(40_164, 1),
    batteryUndervoltage: flag(40_164, 3),
    batteryDisconnected: flag(40_170, 4),
    overload: flag(40_173, 3),
    rectifierUndervoltage: flag(40_179, 14),
    rectifierOvervoltage: flag(40_179, 15),
    inverterFault: flag(40_180, 6),
    chargerFault: flag(40_180, 13),
  },
  conditions: {
    'mains-lost': {
      kind: 'fault',
      point: 'mode',
      when: { is: 'battery' },
      onDelayMs: 3_000,
      offDelayMs: 10_000,
      source: `${driver}: 1024, 3 on battery; loss of mains is a fault (EN 54-2 fault warning condition); the delays are ours`,
    },
    'battery-low': deviceFlag('fault', 'batteryLow', `${driver}: 1043 bit 6`),
    'over-temperature': deviceFlag('fault', 'overTemperature', `${driver}: 40156 bit 3, alarm 30`),
    'battery-worn': deviceFlag('fault', 'batteryWorn', `${driver}: 40164 bit 1, alarm 29`),
    'battery-undervoltage': deviceFlag('fault', 'batteryUndervoltage', `${driver}: 40164 bit 3, alarm 26`),
    'battery-disconnected': deviceFlag('fault', 'batteryDisconnected', `${driver}: 40170 bit 4, alarm 22`),
    overload: deviceFlag('fault', 'overload', `${driver}: 40173 bit 3, alarm 66`),
    'rectifier-undervoltage': deviceFlag('fault', 'rectifierUndervoltage', `${driver}: 40179 bit 14, alarm 42`),
    'rectifier-overvoltage': deviceFlag('fault', 'rectifierOvervoltage', `${driver}: 40179 bit 15, alarm 42`),
    'inverter-fault': deviceFlag('fault', 'inverterFault', `${driver}: 40180 bit 6, alarm 42`),
    'charger-fault': deviceFlag('fault', 'chargerFault', `${driver}: 40180 bit 13, alarm 42`),
  },
  pollMs: 5_000,
  silenceMs: 60_000,
  serial: { baud: 9_600, parity: 'none', stopBits: 1, unit: 1 },
  identification: { plausible: [{ from: 'holding', at: 11_024, words: [[0, 1, 2, 3, 5]] }] },
});
