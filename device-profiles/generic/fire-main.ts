import { defineProfile } from '../define-profile.ts';
import { identification, pressure, sensorFaults, serial, source, stuckMs, toMegapascal } from './qdy30a.ts';

/** Fire main (消防管网) with a QDY30A-type pressure transmitter. */
export const fireMain = defineProfile({
  id: 'generic/fire-main',
  name: { en: 'Fire main', zh: '消防管网' },
  category: 'water',
  source,
  settings: {
    toMegapascal,
    low: { default: 0.25, min: 0, max: 4, help: 'lowest pressure at rest that the design asks for, MPa' },
    stuckMs,
    drop: {
      default: 0.15,
      min: 0.01,
      max: 4,
      help: 'fall of pressure within 10 s that a burst or a stopped pump makes, MPa',
    },
    high: { default: 1.2, min: 0, max: 6, help: 'highest pressure that pipes and fittings are rated for, MPa' },
  },
  points: { pressure },
  conditions: {
    low: {
      kind: 'supervisory',
      point: 'pressure',
      when: { below: 'low', deadband: 0.02 },
      onDelayMs: 5_000,
      offDelayMs: 5_000,
      source:
        'site design value; 0.25 MPa is the indoor-hydrant figure for buildings that are not high-rise (GB 50974-2014)',
    },
    high: {
      kind: 'supervisory',
      point: 'pressure',
      when: { above: 'high', deadband: 0.02 },
      onDelayMs: 2_000,
      offDelayMs: 5_000,
      source: 'site design value: rated pressure of the pipework',
    },
    drop: {
      kind: 'supervisory',
      point: 'pressure',
      when: { falls: 'drop', withinMs: 10_000 },
      onDelayMs: 1_000,
      offDelayMs: 30_000,
      source:
        'ours: a burst or a pump that stops shows in the fall, long before a limit is passed; set from the site’s own record',
    },
    ...sensorFaults,
  },
  pollMs: 1_000,
  silenceMs: 60_000,
  serial,
  identification,
});
