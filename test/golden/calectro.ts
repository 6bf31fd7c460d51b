import type { GoldenFrames } from './golden-frame.ts';

/** Laid out by hand from the source that each entry names, packed with Python’s `struct`, CRC-16 bit by bit; none of it by this project’s code. */
export const calectro: readonly GoldenFrames[] = [
  {
    profile: 'calectro/ug-3',
    computedFrom:
      'UG-3 manual: discrete inputs 1x0001 mounted, 1x0002 service, 1x0003 smoke, 1x0004 relay; first input in the lowest bit',
    exchanges: [['05 02 00 00 00 04 78 4D', '05 02 01 0D 61 7D']],
    values: {
      mounted: true,
      service: false,
      smoke: true,
      relay: true,
    },
  },
];
