import type { GoldenFrames } from './golden-frame.ts';

/** Laid out by hand from the source that each entry names, packed with Python’s `struct`, CRC-16 bit by bit; none of it by this project’s code. */
export const wirenboard: readonly GoldenFrames[] = [
  {
    profile: 'wirenboard/wb-ups-v3',
    computedFrom:
      'wb-mqtt-serial 7f7a2d4 template: input 0 battery (2 discharging), 1 temperature state, 2–4 mV, 5 signed mA, 8 0.01 %, 9 signed 0.01 °C; discrete 9 and 10; serial u32 at 270',
    exchanges: [
      ['14 04 00 00 00 06 72 CD', '14 04 0C 00 02 00 00 00 00 2E CC 2B 2A FA 56 B7 EC'],
      ['14 04 00 08 00 02 F2 CC', '14 04 04 1C B6 FD F3 59 E6'],
      ['14 02 00 09 00 02 2B 0C', '14 02 01 02 24 45'],
      ['14 04 01 0E 00 02 13 31', '14 04 04 FE 29 5C 40 67 95'],
    ],
    values: {
      battery: 'discharging',
      temperatureState: 'normal',
      inputVoltage: 0,
      outputVoltage: 11.98,
      batteryVoltage: 11.05,
      batteryCurrent: -1.45,
      charge: 73.5,
      batteryTemperature: -5.25,
      isCharging: false,
      isDischarging: true,
      serialNumber: 4264123456,
    },
  },
];
