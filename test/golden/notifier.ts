import type { GoldenFrames } from './golden-frame.ts';

/** Laid out by hand from the source that each entry names, packed with Python’s `struct`, CRC-16 bit by bit; none of it by this project’s code. */
export const notifier: readonly GoldenFrames[] = [
  {
    profile: 'notifier/modbus-gw-point',
    computedFrom:
      'MODBUS-GW manual 5.2: bits 15–8 as listed, low byte event type; 10H is a fire alarm (table C.1); 40001 is register 0',
    settings: { reference: 40018 },
    exchanges: [['01 03 00 11 00 01 D4 0F', '01 03 02 0C 10 BC 88']],
    values: {
      ackBlock: false,
      preAlarm: false,
      trouble: false,
      inactive: false,
      active: true,
      enabled: true,
      disabled: false,
      fireAcknowledged: false,
      event: 'fire',
    },
  },
  {
    profile: 'notifier/modbus-gw-point',
    computedFrom: 'the same: bit 13 trouble, bit 12 inactive, event 00H',
    settings: { reference: 40018 },
    exchanges: [['01 03 00 11 00 01 D4 0F', '01 03 02 34 00 AE 84']],
    values: {
      ackBlock: false,
      preAlarm: false,
      trouble: true,
      inactive: true,
      active: false,
      enabled: true,
      disabled: false,
      fireAcknowledged: false,
      event: 'none',
    },
  },
  {
    profile: 'notifier/modbus-gw-point',
    computedFrom: 'the same: a point that is not in the panel programming has FFH in the low byte',
    exchanges: [['01 03 00 00 00 01 84 0A', '01 03 02 00 FF F8 04']],
    values: {
      ackBlock: false,
      preAlarm: false,
      trouble: false,
      inactive: false,
      active: false,
      enabled: false,
      disabled: false,
      fireAcknowledged: false,
      event: 'not-present',
    },
  },
];
