import { defineProfile } from '../define-profile.ts';
import { dial, identification, serial, source } from './qdy30a.ts';

/**
 * Water level of a fire reservoir, tank or intake (消防水池、水箱、取水口) with a QDY30A-type hydrostatic transmitter.
 * What is low depends on the reservoir: the defaults are only there so that nobody forgets to set them.
 */
export const waterLevel = defineProfile({
  id: 'generic/water-level',
  name: { en: 'Water level', zh: '消防水池液位' },
  category: 'water',
  source,
  settings: {
    toMetre: {
      default: 0.01,
      min: 0.000001,
      max: 1,
      help: 'metres per displayed unit: 1 for m, 0.01 for cm, 0.001 for mm. Compare one reading with the dial.',
    },
    low: {
      default: 1,
      min: 0,
      max: 200,
      help: 'level that must be there for a fire, m: from the design of the reservoir',
    },
    lowLow: { default: 0.5, min: 0, max: 200, help: 'level below which the pumps draw air, m' },
  },
  points: { level: { ...dial, scale: 'toMetre', unit: 'm', resolution: 0.001, range: [-1, 200] } },
  conditions: {
    low: {
      kind: 'supervisory',
      point: 'level',
      when: { below: 'low', deadband: 0.05 },
      onDelayMs: 30_000,
      offDelayMs: 30_000,
      source: 'site design value: the level that holds the water for a fire (GB 50974-2014)',
    },
    'low-low': {
      kind: 'supervisory',
      point: 'level',
      when: { below: 'lowLow', deadband: 0.05 },
      onDelayMs: 10_000,
      offDelayMs: 30_000,
      source: 'site design value: the level at which pumps draw air',
    },
    'out-of-range': {
      kind: 'fault',
      point: 'level',
      when: { bad: 'out-of-range' },
      onDelayMs: 5_000,
      offDelayMs: 5_000,
      source: 'a value beyond what the transmitter can measure is a fault of it or of its wire, and never a level',
    },
  },
  pollMs: 2_000,
  riskPollMs: { severe: 1_000 },
  silenceMs: 60_000,
  serial,
  identification,
});
