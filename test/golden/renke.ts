import type { GoldenFrames } from './golden-frame.ts';

/** Laid out by hand from the source that each entry names, packed with Python’s `struct`, CRC-16 bit by bit; none of it by this project’s code. */
export const renke: readonly GoldenFrames[] = [
  {
    profile: 'renke/rs-yg-n01',
    computedFrom: 'unverified map: 0x0003, 1 alarm',
    exchanges: [['01 03 00 03 00 01 74 0A', '01 03 02 00 01 79 84']],
    values: {
      smoke: 'smoke',
    },
  },
];
