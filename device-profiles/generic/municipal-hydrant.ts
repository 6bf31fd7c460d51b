import { defineProfile } from '../define-profile.ts';
import { identification, pressure, sensorFaults, serial, source, stuckMs, toMegapascal } from './qdy30a.ts';

/** Municipal hydrant (市政消火栓) with a QDY30A-type pressure transmitter. */
export const municipalHydrant = defineProfile({
  id: 'generic/municipal-hydrant',
  name: { en: 'Municipal hydrant', zh: '市政消火栓' },
  category: 'hydrant',
  source,
  settings: {
    toMegapascal,
    low: { default: 0.14, min: 0, max: 2, help: 'static pressure below which the hydrant is not fit for use, MPa' },
    stuckMs,
    lowLow: { default: 0.1, min: 0, max: 2, help: 'pressure below which it fails even at fire flow, MPa' },
  },
  points: { pressure },
  conditions: {
    low: {
      kind: 'supervisory',
      point: 'pressure',
      when: { below: 'low', deadband: 0.01 },
      onDelayMs: 5_000,
      offDelayMs: 5_000,
      risk: { heightened: { onDelayMs: 3_000 }, severe: { onDelayMs: 2_000 } },
      source: 'GB 50974-2014 7.2.8: at least 0.14 MPa in normal time',
    },
    'low-low': {
      kind: 'supervisory',
      point: 'pressure',
      when: { below: 'lowLow', deadband: 0.01 },
      onDelayMs: 2_000,
      offDelayMs: 5_000,
      source: 'GB 50974-2014 7.2.8: at least 0.10 MPa from ground at fire flow',
    },
    ...sensorFaults,
  },
  pollMs: 1_000,
  silenceMs: 60_000,
  serial,
  identification,
});
