import type { GoldenFrames } from './golden-frame.ts';

/** Laid out by hand from the source that each entry names, packed with Python’s `struct`, CRC-16 bit by bit; none of it by this project’s code. */
export const phoenixContact: readonly GoldenFrames[] = [
  {
    profile: 'phoenix-contact/quint4-ups',
    computedFrom:
      'NUT phoenixcontact_modbus.c, QUINT4: part number 0x0005–0x0008 low word first; 0x2000 bit 2 battery mode, bit 5 charging; 0x2006 mV, 0x2007 mA, 0x200A mV, 0x200D K, 0x200F %, 0x2010 runtime; 0x3000 bit 3 no battery, bit 10 end of life; 0x3001 bit 2 discharged, bit 8 overload',
    exchanges: [
      ['C0 04 00 05 00 04 F1 19', 'C0 04 08 5B BB 00 2C 00 00 00 00 02 B0'],
      ['C0 04 20 00 00 01 2A DB', 'C0 04 02 00 04 85 22'],
      ['C0 04 20 06 00 02 8A DB', 'C0 04 04 5E 10 0C B2 BC 10'],
      ['C0 04 20 0A 00 01 0A D9', 'C0 04 02 62 0C AD 84'],
      ['C0 04 20 0D 00 01 BB 18', 'C0 04 02 01 2B C5 6E'],
      ['C0 04 20 0F 00 02 5A D9', 'C0 04 04 00 40 07 08 29 6A'],
      ['C0 04 30 00 00 02 6E 1A', 'C0 04 04 04 00 00 04 2B BB'],
    ],
    values: {
      partNumber: 2907067,
      batteryMode: true,
      charging: false,
      outputVoltage: 24.08,
      outputCurrent: 3.25,
      batteryVoltage: 25.1,
      batteryTemperature: 299,
      charge: 64,
      runtime: 1800,
      batteryMissing: false,
      batteryEndOfLife: true,
      batteryDischarged: true,
      overload: false,
    },
  },
];
