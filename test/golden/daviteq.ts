import type { GoldenFrames } from './golden-frame.ts';

/** Laid out by hand from the source that each entry names, packed with Python’s `struct`, CRC-16 bit by bit; none of it by this project’s code. */
export const daviteq: readonly GoldenFrames[] = [
  {
    profile: 'daviteq/ws433',
    computedFrom:
      'WS433-CO2 guide p. 9: battery 60 %, status word with error 2 in the high byte and type 17 in the low one, by function 04; data status 99 and RF 0 by function 03; offsets as on a site',
    settings: { batteryAt: 256, statusAt: 260, dataStatusAt: 32, signalAt: 33 },
    exchanges: [
      ['01 04 01 00 00 01 30 36', '01 04 02 00 3C B9 21'],
      ['01 04 01 04 00 01 71 F7', '01 04 02 02 11 78 5C'],
      ['01 03 00 20 00 02 C5 C1', '01 03 04 00 63 00 00 0A 2D'],
    ],
    values: {
      battery: 60,
      error: 2,
      sensorType: 17,
      dataStatus: 99,
      signal: 0,
    },
  },
  {
    profile: 'daviteq/wssfc-ulc',
    computedFrom:
      'WSSFC-ULC manual p. 17: 0x00 name (2 registers), 0x02 firmware (4), 0x0E sensor type, 0x10 error, 0x11/0x12 alarm, 0x13 float, 0x17 battery %, 0x18 battery V as float',
    exchanges: [
      ['01 03 00 00 00 06 C5 C8', '01 03 0C 57 53 46 43 31 2E 30 32 00 00 00 00 5F 28'],
      ['01 03 00 0E 00 07 65 CB', '01 03 0E 00 09 00 03 00 00 00 02 00 00 3F D0 00 00 D3 B5'],
      ['01 03 00 17 00 03 B5 CF', '01 03 06 00 1E 40 50 00 00 9C A6'],
    ],
    values: {
      product: 'WSFC',
      firmware: '1.02',
      sensorType: 9,
      sensorError: 0,
      alarm1: 2,
      alarm2: 0,
      value1: 1.625,
      battery: 30,
      batteryVoltage: 3.25,
    },
  },
];
