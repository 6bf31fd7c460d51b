import type { GoldenFrames } from './golden-frame.ts';

/** Laid out by hand from the source that each entry names, packed with Python’s `struct`, CRC-16 bit by bit; none of it by this project’s code. */
export const lctech: readonly GoldenFrames[] = [
  {
    profile: 'lctech/relay-board',
    computedFrom: 'request FF 02 00 00 00 08, the first input in the lowest bit',
    exchanges: [['FF 02 00 00 00 08 6C 12', 'FF 02 01 42 10 51']],
    values: {
      input1: false,
      input2: true,
      input3: false,
      input4: false,
      input5: false,
      input6: false,
      input7: true,
      input8: false,
    },
  },
];
