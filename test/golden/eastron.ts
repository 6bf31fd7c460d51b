import type { GoldenFrames } from './golden-frame.ts';

/** Laid out by hand from the source that each entry names, packed with Python’s `struct`, CRC-16 bit by bit; none of it by this project’s code. */
export const eastron: readonly GoldenFrames[] = [
  {
    profile: 'eastron/sdm120',
    computedFrom:
      'SDM120 protocol: input float32 high word first, 43 66 33 34 is 230.2 V; serial number u32 at holding 0xFC00',
    exchanges: [
      ['01 04 00 00 00 02 71 CB', '01 04 04 43 66 33 34 1B 38'],
      ['01 04 00 06 00 02 91 CA', '01 04 04 3F A0 00 00 F7 B2'],
      ['01 04 00 0C 00 02 B1 C8', '01 04 04 C3 8F C0 00 A6 2B'],
      ['01 04 00 12 00 02 D1 CE', '01 04 04 43 91 00 00 BF ED'],
      ['01 04 00 18 00 02 F1 CC', '01 04 04 C1 48 00 00 46 6E'],
      ['01 04 00 1E 00 02 11 CD', '01 04 04 BF 40 00 00 DF 84'],
      ['01 04 00 46 00 06 91 DD', '01 04 0C 42 48 00 00 44 9A 50 00 3E 80 00 00 2D 74'],
      ['01 04 01 56 00 02 90 27', '01 04 04 44 9A 58 00 F4 9B'],
      ['01 03 FC 00 00 02 F4 5B', '01 03 04 01 31 A7 02 51 F1'],
    ],
    values: {
      voltage: 230.2,
      current: 1.25,
      power: -287.5,
      apparentPower: 290,
      reactivePower: -12.5,
      powerFactor: -0.75,
      frequency: 50,
      importEnergy: 1234.5,
      exportEnergy: 0.25,
      totalEnergy: 1234.75,
      serialNumber: 20031234,
    },
  },
];
