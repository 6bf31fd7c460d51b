import type { GoldenFrames } from './golden-frame.ts';

/** Laid out by hand from the source that each entry names, packed with Python’s `struct`, CRC-16 bit by bit; none of it by this project’s code. */
export const eletechsup: readonly GoldenFrames[] = [
  {
    profile: 'eletechsup/r4dcb08',
    computedFrom:
      'protocol text as quoted in acpiccolo src/protocol.rs: tenths of a degree, 219 is 21.9, 65424 is -11.2, 65506 is -3.0, 0x8000 no sensor',
    exchanges: [['01 03 00 00 00 08 44 0C', '01 03 10 00 DB FF 90 FF E2 80 00 00 64 00 00 04 E2 FD DA 08 E1']],
    values: {
      temperature1: 21.9,
      temperature2: -11.2,
      temperature3: -3.0,
      temperature4: { lost: 'device-marker' },
      temperature5: 10.0,
      temperature6: 0,
      temperature7: 125.0,
      temperature8: -55.0,
    },
  },
];
