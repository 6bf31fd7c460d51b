import { defineProfile } from '../define-profile.ts';

const manual = 'Daviteq WS433-CO2 user guide, p. 9, sensor parameters';

/**
 * One wireless node behind a Daviteq WS433-CL coordinator. One source. Where a node's registers stand follows from the
 * order in which the sensors were added: the offsets are settings, to be read from the coordinator's memmap file. What
 * the node measures depends on its kind and is not read.
 */
export const ws433 = defineProfile({
  id: 'daviteq/ws433',
  name: { en: 'Daviteq WS433 wireless node', zh: 'Daviteq WS433 无线节点' },
  category: 'other',
  source: `${manual}; one source, addresses from the memmap file of the site`,
  settings: {
    batteryAt: { default: 0, min: 0, max: 65_535, help: 'input register of the node’s battery level, from the memmap' },
    statusAt: { default: 1, min: 0, max: 65_535, help: 'input register of the node’s status bytes, from the memmap' },
    dataStatusAt: { default: 0, min: 0, max: 65_535, help: 'holding register of its data status, from the memmap' },
    signalAt: { default: 1, min: 0, max: 65_535, help: 'holding register of its RF signal strength, from the memmap' },
  },
  points: {
    // 10, 30, 60 or 99 %.
    battery: { from: 'input', at: ['batteryAt'], as: 'u16', unit: '%', resolution: 1, range: [0, 100] },
    error: { from: 'input', at: ['statusAt'], as: 'u16', bits: [8, 15], unit: '1', resolution: 1, range: [0, 255] },
    sensorType: { from: 'input', at: ['statusAt'], as: 'u16', bits: [0, 7], unit: '1', resolution: 1, range: [0, 255] },
    // 0–9: intervals since the last data; 99: disconnected.
    dataStatus: { from: 'holding', at: ['dataStatusAt'], as: 'u16', unit: '1', resolution: 1, range: [0, 99] },
    // 0 lost to 4 strongest.
    signal: { from: 'holding', at: ['signalAt'], as: 'u16', unit: '1', resolution: 1, range: [0, 4] },
  },
  conditions: {
    unheard: {
      kind: 'fault',
      point: 'dataStatus',
      when: { above: 98, deadband: 0 },
      onDelayMs: 0,
      offDelayMs: 5_000,
      source: `${manual}: data status 99 is disconnected`,
    },
    'battery-low': {
      kind: 'fault',
      point: 'battery',
      when: { below: 11, deadband: 0 },
      onDelayMs: 60_000,
      offDelayMs: 60_000,
      source: `${manual}: at 10 % the battery needs to be replaced`,
    },
    'sensor-error': {
      kind: 'fault',
      point: 'error',
      when: { above: 0, deadband: 0 },
      onDelayMs: 0,
      offDelayMs: 5_000,
      source: `${manual}: the high byte of the status is an error code`,
    },
  },
  pollMs: 2_000,
  silenceMs: 30_000,
});
