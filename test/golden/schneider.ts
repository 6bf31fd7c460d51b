import type { GoldenFrames } from './golden-frame.ts';

/** Laid out by hand from the source that each entry names, packed with Python’s `struct`, CRC-16 bit by bit; none of it by this project’s code. */
export const schneider: readonly GoldenFrames[] = [
  {
    profile: 'schneider/vigirex-rhu',
    computedFrom:
      'Vigirex RHU guide: address 0x00C8 (register 201) validity, 0x00C9 alarm, 0x00CB pre-alarm, 0x00CD memorised, 0x00CF toroid (1 connected), bit 0 each; 0x0190 leakage mA, 0x01F4 threshold mA',
    exchanges: [
      ['01 03 00 C9 00 07 D4 36', '01 03 0E 00 01 00 01 00 00 00 01 00 01 00 01 00 01 54 68'],
      ['01 03 01 90 00 01 85 DB', '01 03 02 01 5B F8 2F'],
      ['01 03 01 F4 00 01 C4 04', '01 03 02 01 2C B8 09'],
    ],
    values: {
      alarm: true,
      preAlarm: false,
      alarmMemorised: true,
      toroidConnected: true,
      residualCurrent: 347,
      threshold: 300,
    },
  },
];
