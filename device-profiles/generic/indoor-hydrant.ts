import { defineProfile } from '../define-profile.ts';
import { identification, pressure, sensorFaults, serial, source, stuckMs, toMegapascal } from './qdy30a.ts';

/** Indoor hydrant (室内消火栓), measured at the most remote one, with a QDY30A-type pressure transmitter. */
export const indoorHydrant = defineProfile({
  id: 'generic/indoor-hydrant',
  name: { en: 'Indoor hydrant', zh: '室内消火栓' },
  category: 'hydrant',
  source,
  settings: {
    toMegapascal,
    stuckMs,
    low: { default: 0.25, min: 0, max: 2, help: 'least pressure, MPa: 0.35 in high-rise buildings, 0.25 in others' },
    high: {
      default: 0.7,
      min: 0,
      max: 4,
      help: 'pressure above which nobody can hold the hose without a reducer, MPa',
    },
  },
  points: { pressure },
  conditions: {
    low: {
      kind: 'supervisory',
      point: 'pressure',
      when: { below: 'low', deadband: 0.02 },
      onDelayMs: 5_000,
      offDelayMs: 5_000,
      source: 'GB 50974-2014 (7.4.12, by one secondary source): 0.35 MPa in high-rise buildings, 0.25 MPa in others',
    },
    high: {
      kind: 'supervisory',
      point: 'pressure',
      when: { above: 'high', deadband: 0.02 },
      onDelayMs: 5_000,
      offDelayMs: 5_000,
      source: 'GB 50974-2014 (7.4.12, by one secondary source): reduce the pressure above 0.70 MPa',
    },
    ...sensorFaults,
  },
  pollMs: 1_000,
  silenceMs: 60_000,
  serial,
  identification,
});
