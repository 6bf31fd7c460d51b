import type { GoldenFrames } from './golden-frame.ts';

/** Laid out by hand from the source that each entry names, packed with Python’s `struct`, CRC-16 bit by bit; none of it by this project’s code. */
export const monnit: readonly GoldenFrames[] = [
  {
    profile: 'monnit/serial-gateway-slot',
    computedFrom:
      'Monnit guide p. 9: 41001 + 8 × slot counts from 1, so slot 3 begins at 1024; time u32 high word first, four data words, battery /100 V, RSSI; coil 2 is coil 1 on the wire',
    settings: { slot: 3 },
    exchanges: [
      ['63 03 04 00 00 08 4D 7E', '63 03 10 65 53 F1 00 00 D7 00 00 00 07 FF FF 01 38 FF AD CF 8E'],
      ['63 01 00 01 00 01 A4 48', '63 01 01 01 8F F0'],
    ],
    values: {
      dataReady: true,
      time: 1700000000,
      data0: 215,
      data1: 0,
      data2: 7,
      data3: 65535,
      battery: 3.12,
      signal: -83,
    },
  },
  {
    profile: 'monnit/serial-gateway-slot',
    computedFrom: 'the same: a record that was cleared',
    exchanges: [['63 03 03 E8 00 02 4C 39', '63 03 04 00 00 00 00 B9 F5']],
    values: {
      time: { lost: 'device-marker' },
    },
  },
];
