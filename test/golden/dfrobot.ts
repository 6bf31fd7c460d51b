import type { GoldenFrames } from './golden-frame.ts';

/** Laid out by hand from the source that each entry names, packed with Python’s `struct`, CRC-16 bit by bit; none of it by this project’s code. */
export const dfrobot: readonly GoldenFrames[] = [
  {
    profile: 'dfrobot/sen0352',
    computedFrom: 'SEN0352 wiki: 0x05 distance; here steps of 1 cm',
    exchanges: [['0D 03 00 05 00 01 94 C7', '0D 03 02 00 BB E8 36']],
    values: {
      distance: 1.87,
    },
  },
  {
    profile: 'dfrobot/sen0352',
    computedFrom: 'the same: 0xFFFF is no distance',
    exchanges: [['0D 03 00 05 00 01 94 C7', '0D 03 02 FF FF A9 F5']],
    values: {
      distance: { lost: 'device-marker' },
    },
  },
];
