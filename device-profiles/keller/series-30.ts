import { defineProfile } from '../define-profile.ts';

/**
 * Keller series 30, 33 and 36 (X line) pressure and level transmitter. The maker's protocol description and an open
 * driver agree. P1 and TOB1 stand side by side at 0x0100, so that both are read at once; a channel that is not active
 * reads as NaN, over- and underflow as infinity. Firmware before 5.20-12.28 refuses the identity register.
 */
export const kellerSeries30 = defineProfile({
  id: 'keller/series-30',
  name: { en: 'Keller 30/33/36 pressure transmitter', zh: 'Keller 30/33/36 压力变送器' },
  category: 'water',
  source:
    'Keller “Description of the communication protocol for Series 30 and Series 40”, version 3.5, 4.9 register map; EnviroDIY/KellerModbus d7b8649 agrees',
  points: {
    // In bar; 1 bar is 0.1 MPa.
    pressure: {
      from: 'holding',
      at: 0x0100,
      as: 'f32',
      scale: 0.1,
      unit: 'MPa',
      resolution: 0.0001,
      range: [-0.1, 100],
    },
    temperature: { from: 'holding', at: 0x0102, as: 'f32', unit: '°C', resolution: 0.1, range: [-40, 150] },
    serialNumber: {
      from: 'holding',
      at: 0x0202,
      as: 'u32',
      unit: '1',
      resolution: 1,
      range: [0, 4_294_967_295],
      everyMs: 3_600_000,
    },
  },
  pollMs: 1_000,
  silenceMs: 60_000,
  // 4.5, function 3: at most 4 registers from firmware 5.20-10.XX on.
  maxBlock: 4,
  forbidden: [
    { from: 'holding', at: 0xff00, count: 28, why: 'commands; the range is not readable (protocol description 4.10)' },
  ],
  serial: { baud: 9_600, parity: 'none', stopBits: 1, unit: 1 },
  // Class and group: 5.20 and 5.21.
  identification: { certain: [{ from: 'holding', at: 0x020e, words: [[0x0514, 0x0515]] }] },
});
