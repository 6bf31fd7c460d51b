import { defineProfile } from '../define-profile.ts';
import { deviceFlag } from '../device-flag.ts';

const manual = 'Calectro UNIGUARD UG-3 manual, “Modbus configuration”';

/**
 * Calectro UNIGUARD UG-3 smoke detector for ventilation ducts. One source. The manual counts from 1: its input 1x0003 is
 * discrete input 2 here. Address 1–63, 9600–57600 baud and parity are set by DIP switches; no setting from the works is
 * stated. An alarm is reset by writing 234 to holding 4x0001, which Fengsui never does.
 */
export const ug3 = defineProfile({
  id: 'calectro/ug-3',
  name: { en: 'Calectro UG-3 duct smoke detector', zh: 'Calectro UG-3 风管感烟探测器' },
  category: 'smoke',
  source: `${manual}, discrete inputs 1x0001–1x0004; one source`,
  points: {
    mounted: { from: 'discrete', at: 0, as: 'bool' },
    service: { from: 'discrete', at: 1, as: 'bool' },
    smoke: { from: 'discrete', at: 2, as: 'bool' },
    relay: { from: 'discrete', at: 3, as: 'bool' },
  },
  conditions: {
    smoke: { ...deviceFlag('fire', 'smoke', `${manual}, 1x0003 smoke alarm`), latched: true },
    service: deviceFlag('fault', 'service', `${manual}, 1x0002 service alarm`),
    'not-mounted': {
      kind: 'tamper',
      point: 'mounted',
      when: { is: false },
      onDelayMs: 0,
      offDelayMs: 5_000,
      source: `${manual}, 1x0001 detector mounted`,
    },
  },
  pollMs: 1_000,
  silenceMs: 30_000,
});
