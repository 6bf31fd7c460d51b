import type { GoldenFrames } from './golden-frame.ts';

/** Laid out by hand from the source that each entry names, packed with Python’s `struct`, CRC-16 bit by bit; none of it by this project’s code. */
export const acrel: readonly GoldenFrames[] = [
  {
    profile: 'acrel/asj',
    computedFrom:
      'ASJ manual 8.3: 0000H residual mA, 0008H rated, 0009H pre-warning, 001BH bits 2–0 100 break line, 001EH bit 1 second input',
    exchanges: [
      ['01 03 00 00 00 01 84 0A', '01 03 02 01 A7 F8 6E'],
      ['01 03 00 08 00 02 45 C9', '01 03 04 01 F4 01 2C BA 70'],
      ['01 03 00 1B 00 01 F4 0D', '01 03 02 00 04 B9 87'],
      ['01 03 00 1E 00 01 E4 0C', '01 03 02 00 02 39 85'],
    ],
    values: {
      residualCurrent: 423,
      ratedCurrent: 500,
      warningCurrent: 300,
      status: 'line-break',
      input1: false,
      input2: true,
    },
  },
  {
    profile: 'acrel/aim-r100',
    computedFrom:
      'AIM-R100 manual p. 19–20: 000BH type in bits 15–12, then loops 1–4 of two bits each from bit 7 down, 000CH loops 5–12 from bit 15 down (00 normal, 01 short, 10 break, 11 overload); 004AH–0055H residual mA',
    exchanges: [
      ['01 03 00 0B 00 02 B5 C9', '01 03 04 10 C9 30 42 BA FC'],
      [
        '01 03 00 4A 00 0C 64 19',
        '01 03 18 02 64 00 1E 00 00 13 88 00 29 02 08 00 0C 00 0D 00 0E 00 0F 00 10 00 11 4E 0F',
      ],
    ],
    values: {
      loop1Current: 612,
      loop2Current: 30,
      loop3Current: 0,
      loop4Current: 5000,
      loop5Current: 41,
      loop6Current: 520,
      loop7Current: 12,
      loop8Current: 13,
      loop9Current: 14,
      loop10Current: 15,
      loop11Current: 16,
      loop12Current: 17,
      loop1State: 'overload',
      loop2State: 'normal',
      loop3State: 'broken',
      loop4State: 'short',
      loop5State: 'normal',
      loop6State: 'overload',
      loop7State: 'normal',
      loop8State: 'normal',
      loop9State: 'short',
      loop10State: 'normal',
      loop11State: 'normal',
      loop12State: 'broken',
    },
  },
];
