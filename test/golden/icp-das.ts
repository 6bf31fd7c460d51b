import type { GoldenFrames } from './golden-frame.ts';

/** Laid out by hand from the source that each entry names, packed with Python’s `struct`, CRC-16 bit by bit; none of it by this project’s code. */
export const icpDas: readonly GoldenFrames[] = [
  {
    profile: 'icp-das/m-7002',
    computedFrom:
      'M-7000 address mapping rev. 1.13 (base 1): outputs 00001–00004, inputs 10033–10037, 00261 watchdog enabled, 00270 watchdog timed out',
    exchanges: [
      ['01 01 00 00 00 04 3D C9', '01 01 01 05 91 8B'],
      ['01 02 00 20 00 05 B9 C3', '01 02 01 18 A1 82'],
      ['01 01 01 04 00 01 BD F7', '01 01 01 01 90 48'],
      ['01 01 01 0D 00 01 6D F5', '01 01 01 00 51 88'],
    ],
    values: {
      output1: true,
      output2: false,
      output3: true,
      output4: false,
      input1: false,
      input2: false,
      input3: false,
      input4: true,
      input5: true,
      watchdogEnabled: true,
      watchdogExpired: false,
    },
  },
];
