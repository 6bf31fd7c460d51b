import type { GoldenFrames } from './golden-frame.ts';

/** Laid out by hand from the source that each entry names, packed with Python’s `struct`, CRC-16 bit by bit; none of it by this project’s code. */
export const waveshare: readonly GoldenFrames[] = [
  {
    profile: 'waveshare/barrier-relay',
    computedFrom: 'Waveshare wiki: 01 01 00 00 00 08 3D CC reads the relays, the first in the lowest bit',
    exchanges: [['01 01 00 00 00 01 FD CA', '01 01 01 01 90 48']],
    values: { relay: true },
  },
  {
    profile: 'waveshare/relay-8',
    computedFrom: 'Waveshare wiki: 01 01 00 00 00 08 3D CC reads the relays, the first in the lowest bit',
    exchanges: [['01 01 00 00 00 08 3D CC', '01 01 01 89 90 2E']],
    values: {
      relay1: true,
      relay2: false,
      relay3: false,
      relay4: true,
      relay5: false,
      relay6: false,
      relay7: false,
      relay8: true,
    },
  },
];
