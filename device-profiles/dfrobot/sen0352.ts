import { defineProfile } from '../define-profile.ts';

/**
 * DFRobot SEN0352 ultrasonic distance sensor. One source. What one step of the distance is was not seen for this model
 * (its siblings have 1 cm and 0.1 cm), so it is a setting. Registers 0x00–0x02 are product (3), version (0x0010 is
 * 0.0.1.0) and own address.
 */
export const sen0352 = defineProfile({
  id: 'dfrobot/sen0352',
  name: { en: 'DFRobot SEN0352 ultrasonic sensor', zh: 'DFRobot SEN0352 超声波测距传感器' },
  category: 'water',
  source: 'DFRobot wiki SEN0352, register description; one source, step of the distance not stated',
  settings: {
    toMetre: {
      default: 0.01,
      min: 0.0001,
      max: 0.01,
      help: 'metres per step of the distance register: 0.01 for cm, 0.001 for mm. Compare one reading with a tape.',
    },
  },
  points: {
    distance: {
      from: 'holding',
      at: 0x05,
      as: 'u16',
      scale: 'toMetre',
      unit: 'm',
      resolution: 0.001,
      range: [0, 20],
      lostMarkers: [0xffff],
    },
  },
  pollMs: 2_000,
  silenceMs: 60_000,
  serial: { baud: 19_200, parity: 'none', stopBits: 1, unit: 13 },
  identification: { certain: [{ from: 'holding', at: 0x00, words: [0x0003, { min: 0x0010, max: 0x00ff }, 'unit'] }] },
});
