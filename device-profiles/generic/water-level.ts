import { defineProfile } from '../define-profile.ts';
import { dial, identification, serial, source } from './qdy30a.ts';

/**
 * Water level of a fire reservoir, tank or intake (消防水池、水箱、取水口) with a QDY30A-type hydrostatic transmitter.
 * No level is alarmed by itself: what is low depends on the reservoir.
 */
export const waterLevel = defineProfile({
  id: 'generic/water-level',
  name: { en: 'Water level', zh: '消防水池液位' },
  source,
  settings: {
    toMetre: {
      default: 0.01,
      min: 0.000001,
      max: 1,
      help: 'metres per displayed unit: 1 for m, 0.01 for cm, 0.001 for mm. Compare one reading with the dial.',
    },
  },
  points: { level: { ...dial, scale: 'toMetre', unit: 'm', resolution: 0.001, range: [-1, 200] } },
  pollMs: 2_000,
  silenceMs: 60_000,
  serial,
  identification,
});
