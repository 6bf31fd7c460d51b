import type { GoldenFrames } from './golden-frame.ts';

/** Laid out by hand from the source that each entry names, packed with Python’s `struct`, CRC-16 bit by bit; none of it by this project’s code. */
export const chint: readonly GoldenFrames[] = [
  {
    profile: 'chint/dtsu666',
    computedFrom:
      'DTSU666 manual table 11 and mbmd: float32 high word first; 0x2006 0.1 V, 0x200C 0.001 A, 0x2012 0.1 W, 0x202A 0.001, 0x2044 0.01 Hz, 0x101E kWh',
    exchanges: [
      [
        '01 03 20 06 00 0E 2F CF',
        '01 03 1C 45 0F E0 00 45 0F 70 00 45 10 68 00 45 A4 10 00 C4 BB 80 00 00 00 00 00 46 43 50 00 D7 F6',
      ],
      ['01 03 20 2A 00 02 EE 03', '01 03 04 44 76 40 00 3E D9'],
      ['01 03 20 44 00 02 8F DE', '01 03 04 45 9C 30 00 3B 11'],
      ['01 03 10 1E 00 02 A0 CD', '01 03 04 46 08 F5 00 29 E9'],
    ],
    values: {
      voltageA: 230.2,
      voltageB: 229.5,
      voltageC: 231.05,
      currentA: 5.25,
      currentB: -1.5,
      currentC: 0,
      power: 1250,
      powerFactor: 0.985,
      frequency: 49.98,
      importEnergy: 8765.25,
    },
  },
];
