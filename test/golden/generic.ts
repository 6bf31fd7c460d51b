import type { GoldenFrames } from './golden-frame.ts';

/** Laid out by hand from the source that each entry names, packed with Python’s `struct`, CRC-16 bit by bit; none of it by this project’s code. */
export const generic: readonly GoldenFrames[] = [
  {
    profile: 'generic/municipal-hydrant',
    computedFrom:
      'QDY30A map: 0x0003 decimals, 0x0004 int16; 0x1072 is 4210, with one decimal 421.0 kPa. The request for 0x0004 alone is printed in the map as 01 03 00 04 00 01 C5 CB',
    exchanges: [
      ['01 03 00 03 00 01 74 0A', '01 03 02 00 01 79 84'],
      ['01 03 00 04 00 01 C5 CB', '01 03 02 10 72 35 A1'],
    ],
    values: {
      pressure: 0.421,
    },
  },
  {
    profile: 'generic/barrier',
    computedFrom: 'relay 1 of a board off; its input 1, “open”, closed, and its input 2, “closed”, not',
    exchanges: [
      ['01 01 00 00 00 01 FD CA', '01 01 01 00 51 88'],
      ['01 02 00 00 00 02 F9 CB', '01 02 01 01 60 48'],
    ],
    values: { relay: false, open: true, closed: false },
  },
  {
    profile: 'generic/fire-main',
    computedFrom: 'QDY30A map, as above: 3 decimals, -12 on the dial of a MPa transmitter',
    settings: { toMegapascal: 1 },
    exchanges: [['01 03 00 03 00 02 34 0B', '01 03 04 00 03 FF F4 4A 44']],
    values: {
      pressure: -0.012,
    },
  },
  {
    profile: 'generic/indoor-hydrant',
    computedFrom: 'QDY30A map, as above: 2 decimals, 42 is 0.42 on the dial of a MPa transmitter',
    settings: { toMegapascal: 1 },
    exchanges: [['01 03 00 03 00 02 34 0B', '01 03 04 00 02 00 2A DA 2C']],
    values: {
      pressure: 0.42,
    },
  },
  {
    profile: 'generic/current-loop',
    computedFrom: 'an input register in steps of 0.001 mA: 0x3039 is 12345',
    settings: { at: 7 },
    exchanges: [['01 04 00 07 00 01 80 0B', '01 04 02 30 39 6D 22']],
    values: {
      current: 12.345,
    },
  },
  {
    profile: 'generic/water-level',
    computedFrom: 'QDY30A map, as above: 1 decimal, 3251 is 325.1 cm',
    exchanges: [['01 03 00 03 00 02 34 0B', '01 03 04 00 01 0C B3 EF 46']],
    values: {
      level: 3.251,
    },
  },
  {
    profile: 'generic/wireless-smoke-alarm',
    computedFrom: 'the pattern of slot tables: status, battery, signal, age; slot 2 of 4 registers from 100 on',
    settings: { tableAt: 100, slot: 2 },
    exchanges: [['01 03 00 6C 00 04 84 14', '01 03 08 00 01 00 55 FF BA 00 02 19 2B']],
    values: {
      status: 'smoke',
      battery: 85,
      signal: -70,
      age: 120,
    },
  },
  {
    profile: 'generic/raw-registers',
    computedFrom: 'ten registers as they are',
    settings: { start: 500 },
    exchanges: [
      ['01 03 01 F4 00 0A 85 C3', '01 03 14 00 00 00 01 00 02 00 03 00 04 00 05 00 06 00 07 80 00 FF FF A4 E5'],
    ],
    values: {
      register0: 0,
      register1: 1,
      register2: 2,
      register3: 3,
      register4: 4,
      register5: 5,
      register6: 6,
      register7: 7,
      register8: 32768,
      register9: 65535,
    },
  },
];
