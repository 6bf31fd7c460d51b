import type { GoldenFrames } from './golden-frame.ts';

/** Laid out by hand from the source that each entry names, packed with Python’s `struct`, CRC-16 bit by bit; none of it by this project’s code. */
export const siemens: readonly GoldenFrames[] = [
  {
    profile: 'siemens/fc20-zone',
    computedFrom:
      'A6V10316242 p. 21, WT_Zone at 1500: bit 15 alarm, 14 pre-alarm, 8 non-default, 7 off, 6 test, 4 walk test',
    settings: { index: 4 },
    exchanges: [['01 04 05 E0 00 01 30 F0', '01 04 02 81 00 D9 60']],
    values: {
      alarm: true,
      preAlarm: false,
      reduced: true,
      off: false,
      test: false,
      walkTest: false,
    },
  },
  {
    profile: 'siemens/fc20-element',
    computedFrom:
      'A6V10316242 p. 21–22, WT_LogCh at 2500: bit 15 active, 14 pre-alarm, 13 fault, 11 test active, 8 non-default, 7 off, 6 test',
    exchanges: [['01 04 09 C4 00 01 73 AB', '01 04 02 28 80 A6 90']],
    values: {
      alarm: false,
      preAlarm: false,
      fault: true,
      testActive: true,
      reduced: false,
      off: true,
      test: false,
    },
  },
  {
    profile: 'siemens/fc20-power-supply',
    computedFrom: 'A6V10316242 p. 23, WT_PowerSupply at 6600: bit 13 fault, 10 emergency power',
    exchanges: [['01 04 19 C8 00 01 B7 68', '01 04 02 04 00 BB F0']],
    values: {
      fault: false,
      emergencyPower: true,
    },
  },
];
