import type { GoldenFrames } from './golden-frame.ts';

/** Laid out by hand from the source that each entry names, packed with Python’s `struct`, CRC-16 bit by bit; none of it by this project’s code. */
export const keller: readonly GoldenFrames[] = [
  {
    profile: 'keller/series-30',
    computedFrom:
      'Keller protocol description 3.5, 4.9: float32 high word first, P1 in bar at 0x0100, TOB1 in °C at 0x0102; serial number high word at 0x0202',
    exchanges: [
      ['01 03 01 00 00 04 45 F5', '01 03 08 40 88 00 00 41 AC 00 00 4D F2'],
      ['01 03 02 02 00 02 64 73', '01 03 04 00 01 E2 40 E2 A3'],
    ],
    values: {
      pressure: 0.425,
      temperature: 21.5,
      serialNumber: 123456,
    },
  },
  {
    profile: 'keller/series-30',
    computedFrom: 'the same: a channel that is not active is NaN, underflow is minus infinity',
    exchanges: [['01 03 01 00 00 04 45 F5', '01 03 08 FF 80 00 00 7F C0 00 00 42 F3']],
    values: {
      pressure: { lost: 'device-marker' },
      temperature: { lost: 'device-marker' },
    },
  },
];
