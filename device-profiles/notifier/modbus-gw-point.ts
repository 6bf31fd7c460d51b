import { defineProfile } from '../define-profile.ts';
import { deviceFlag } from '../device-flag.ts';

const manual = 'Notifier MODBUS-GW manual LS10015-000NF-E';
/** One register tells all of a point: `reference` is its number as the manual prints it, 40001 is register 0. */
const word = { from: 'holding', at: ['reference', -40_001] } as const;
const flag = (bit: number) => ({ ...word, as: 'bool', bit }) as const;
const onEvent = { point: 'event', onDelayMs: 0, offDelayMs: 0 } as const;

/**
 * One detector, module, zone or circuit of a Notifier (Honeywell) fire alarm control unit behind a MODBUS-GW gateway
 * (Modbus TCP). Two copies of the manual agree. The low byte tells the active event only while bit 11 is set, and 0xFF
 * for a point that the panel's programming does not have. Carbon monoxide has no kind of its own and is told as
 * pre-alarm, the most urgent below fire and call.
 */
export const modbusGwPoint = defineProfile({
  id: 'notifier/modbus-gw-point',
  name: { en: 'Notifier panel point', zh: 'Notifier 火灾报警控制器点位' },
  category: 'fire-panel',
  source: `${manual}, 5.2 point status holding registers and table C.1 event types`,
  settings: {
    reference: {
      default: 40_001,
      min: 40_001,
      max: 49_999,
      help: 'holding register of the point as the manual’s address tables print it, e.g. 40001',
    },
  },
  points: {
    ackBlock: flag(15),
    preAlarm: flag(14),
    trouble: flag(13),
    inactive: flag(12),
    active: flag(11),
    enabled: flag(10),
    disabled: flag(9),
    fireAcknowledged: flag(8),
    event: {
      ...word,
      as: 'choice',
      bits: [0, 7],
      of: {
        0x00: 'none',
        0x05: 'mass-notification-high',
        0x10: 'fire',
        0x11: 'security-life',
        0x12: 'critical-process-life',
        0x13: 'medical',
        0x14: 'co',
        0x15: 'mass-notification-low',
        0x20: 'security-property',
        0x21: 'critical-process-property',
        0x25: 'mass-notification-supervisory-high',
        0x30: 'supervisory-tour',
        0x40: 'supervisory-equipment',
        0x45: 'mass-notification-supervisory-low',
        0x52: 'disabled-alarm',
        0x55: 'disabled-active',
        0x71: 'non-fire',
        0x72: 'non-fire-unacknowledged',
        0xea: 'co-and-fire',
        0xeb: 'co-supervisory',
        0xec: 'co-supervisory-and-photo-supervisory',
        0xed: 'co-supervisory-and-fire',
        0xee: 'co-and-photo-supervisory',
        0xff: 'not-present',
      },
    },
  },
  conditions: {
    fire: {
      ...onEvent,
      kind: 'fire',
      when: { is: ['fire', 'co-and-fire', 'co-supervisory-and-fire'] },
      latched: true,
      source: `${manual}, table C.1: 10H, EAH, EDH`,
    },
    co: {
      ...onEvent,
      kind: 'pre-alarm',
      when: { is: ['co', 'co-and-fire', 'co-and-photo-supervisory'] },
      latched: true,
      source: `${manual}, table C.1: 14H, EAH, EEH`,
    },
    'pre-alarm': deviceFlag('pre-alarm', 'preAlarm', `${manual}, 5.2: bit 14`),
    supervisory: {
      ...onEvent,
      kind: 'supervisory',
      when: {
        is: [
          'supervisory-tour',
          'supervisory-equipment',
          'co-supervisory',
          'co-supervisory-and-photo-supervisory',
          'co-supervisory-and-fire',
          'co-and-photo-supervisory',
        ],
      },
      source: `${manual}, table C.1: 30H, 40H, EBH–EEH`,
    },
    trouble: deviceFlag('fault', 'trouble', `${manual}, 5.2: bit 13`),
    'not-present': {
      ...onEvent,
      kind: 'fault',
      when: { is: 'not-present' },
      source: `${manual}, 5.2: FFH, the point is not in the panel programming`,
    },
  },
  pollMs: 1_000,
  silenceMs: 30_000,
});
