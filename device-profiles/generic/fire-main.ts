import { defineProfile } from '../define-profile.ts';
import { identification, pressure, serial, source, toMegapascal } from './qdy30a.ts';

/** Fire main (消防管网) with a QDY30A-type pressure transmitter. */
export const fireMain = defineProfile({
  id: 'generic/fire-main',
  name: { en: 'Fire main', zh: '消防管网' },
  source,
  settings: {
    toMegapascal,
    low: { default: 0.25, min: 0, max: 4, help: 'lowest pressure at rest that the design asks for, MPa' },
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
  },
  pollMs: 1_000,
  silenceMs: 60_000,
  serial,
  identification,
});
