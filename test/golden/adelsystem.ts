import type { GoldenFrames } from './golden-frame.ts';

/** Laid out by hand from the source that each entry names, packed with Python’s `struct`, CRC-16 bit by bit; none of it by this project’s code. */
export const adelsystem: readonly GoldenFrames[] = [
  {
    profile: 'adelsystem/cbi',
    computedFrom:
      'CBI map: 40001 is register 0; 40005 charging, 40006 mode, 40008 mV, 40011 mV, 40020 mA, 40021 %, 40023 0.1 %, 40026 and 40029 K, 40030 V, 40032 battery bits, 40033 bit 6 low charge, 40043 bit 0 rectifier, 40046 bit 0 mains absent, 40047 board temperature',
    exchanges: [
      ['01 03 00 04 00 02 85 CA', '01 03 04 00 04 00 00 BB F2'],
      ['01 03 00 07 00 01 35 CB', '01 03 02 67 52 13 89'],
      ['01 03 00 0A 00 01 A4 08', '01 03 02 5D CA 00 83'],
      ['01 03 00 13 00 02 35 CE', '01 03 04 05 F0 00 62 7B 25'],
      ['01 03 00 16 00 01 65 CE', '01 03 02 03 6B F9 5B'],
      ['01 03 00 19 00 01 55 CD', '01 03 02 01 2A 38 0B'],
      ['01 03 00 1C 00 02 05 CD', '01 03 04 01 36 00 E7 5B 8B'],
      ['01 03 00 1F 00 02 F5 CD', '01 03 04 00 22 00 40 5B C9'],
      ['01 03 00 2A 00 01 A5 C2', '01 03 02 00 00 B8 44'],
      ['01 03 00 2D 00 02 54 02', '01 03 04 00 01 00 00 AB F3'],
    ],
    values: {
      charging: 'float',
      mode: 'backup',
      batteryVoltage: 26.45,
      loadVoltage: 24.01,
      loadCurrent: 1.52,
      health: 98,
      charge: 87.5,
      batteryTemperature: 298,
      boardTemperature: 310,
      inputVoltage: 231,
      batteryReversed: false,
      batteryMissing: true,
      cellShort: false,
      batterySulphated: false,
      batteryConnection: true,
      chargeLow: true,
      rectifierFailure: false,
      mainsAbsent: true,
      overTemperature: false,
    },
  },
];
