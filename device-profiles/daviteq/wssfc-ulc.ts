import { defineProfile } from '../define-profile.ts';

const manual = 'Daviteq WSSFC-ULC manual, p. 17, Modbus memory map';
const slow = { from: 'holding', everyMs: 3_600_000 } as const;
const alarm = { from: 'holding', as: 'u16', unit: '1', resolution: 1, range: [0, 2] } as const;
const onAlarm = { when: { above: 0, deadband: 0 }, onDelayMs: 0, offDelayMs: 5_000 } as const;

/**
 * Daviteq WSSFC-ULC ultrasonic level sensor. One source. The manual does not state the order of the two words of a float
 * (high word first is assumed), nor what sensor type an ULC reports, nor the unit of its values: they are passed on as
 * the device gives them. Its alarm status is 0–2; anything but 0 is told.
 */
export const wssfcUlc = defineProfile({
  id: 'daviteq/wssfc-ulc',
  name: { en: 'Daviteq WSSFC-ULC level sensor', zh: 'Daviteq WSSFC-ULC 液位传感器' },
  category: 'water',
  source: `${manual}; one source, word order of floats assumed`,
  points: {
    product: { ...slow, at: 0x00, as: 'text', words: 2 },
    firmware: { ...slow, at: 0x02, as: 'text', words: 4 },
    sensorType: { ...slow, at: 0x0e, as: 'u16', unit: '1', resolution: 1, range: [1, 255] },
    sensorError: { from: 'holding', at: 0x10, as: 'u16', unit: '1', resolution: 1, range: [0, 1] },
    alarm1: { ...alarm, at: 0x11 },
    alarm2: { ...alarm, at: 0x12 },
    value1: { from: 'holding', at: 0x13, as: 'f32', unit: '1', resolution: 0.001, range: [-1_000_000, 1_000_000] },
    battery: { from: 'holding', at: 0x17, as: 'u16', unit: '%', resolution: 1, range: [0, 100] },
    batteryVoltage: {
      from: 'holding',
      at: 0x18,
      as: 'f32',
      unit: 'V',
      resolution: 0.01,
      range: [0, 3.67],
      everyMs: 60_000,
    },
  },
  conditions: {
    alarm1: { kind: 'supervisory', point: 'alarm1', ...onAlarm, source: `${manual}: 0x11, set in the device` },
    alarm2: { kind: 'supervisory', point: 'alarm2', ...onAlarm, source: `${manual}: 0x12, set in the device` },
    'sensor-error': { kind: 'fault', point: 'sensorError', ...onAlarm, source: `${manual}: 0x10 sensor error code` },
    'battery-low': {
      kind: 'fault',
      point: 'battery',
      when: { below: 11, deadband: 0 },
      onDelayMs: 60_000,
      offDelayMs: 60_000,
      source: `${manual}: 10 % is the lowest level that is told`,
    },
  },
  pollMs: 2_000,
  silenceMs: 60_000,
  identification: {
    plausible: [
      {
        from: 'holding',
        at: 0x0e,
        words: [{ min: 1, max: 255 }, { min: 0, max: 3 }, [0, 1], [0, 1, 2], [0, 1, 2]],
      },
    ],
  },
});
