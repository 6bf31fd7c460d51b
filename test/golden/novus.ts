import type { GoldenFrames } from './golden-frame.ts';

/** Laid out by hand from the source that each entry names, packed with Python’s `struct`, CRC-16 bit by bit; none of it by this project’s code. */
export const novus: readonly GoldenFrames[] = [
  {
    profile: 'novus/np785',
    computedFrom:
      'NP785 manual p. 14: floats low word first, 115 unit (4 Pa); the place of the pressure is a setting, here 10',
    settings: { pressureAt: 10, toKilopascal: 0.001 },
    exchanges: [
      ['01 03 00 0A 00 02 E4 09', '01 03 04 00 00 41 48 CA 55'],
      ['01 03 00 73 00 01 75 D1', '01 03 02 00 04 B9 87'],
    ],
    values: {
      pressure: 0.0125,
      deviceUnit: 'Pa',
    },
  },
];
