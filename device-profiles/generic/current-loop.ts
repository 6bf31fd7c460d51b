import { defineProfile } from '../define-profile.ts';

const bounds = 'NAMUR NE 43: 3.8–20.5 mA measures; below 3.6 mA and above 21 mA the loop or the sensor is broken';

/** A sensor on a 4–20 mA loop, read through an analogue input module: what it measures, and whether its wire is whole. */
export const currentLoop = defineProfile({
  id: 'generic/current-loop',
  name: { en: '4–20 mA loop', zh: '4–20 mA 电流回路' },
  category: 'other',
  source: 'an input register of an analogue module as its manual gives it; nothing of any maker is assumed',
  settings: {
    at: { default: 0, min: 0, max: 65_535, help: 'input register of the channel, zero-based' },
    toMilliampere: {
      default: 0.001,
      min: 0.000001,
      max: 1,
      help: 'mA per step of the register: 0.001 where 20 mA reads as 20000',
    },
    low: { default: 4, min: 3.6, max: 21, help: 'current below which what is measured is too low, mA; 4 is its zero' },
    high: {
      default: 20,
      min: 3.6,
      max: 21,
      help: 'current above which what is measured is too high, mA; 20 is its full scale',
    },
  },
  points: {
    current: {
      from: 'input',
      at: ['at'],
      as: 'u16',
      scale: 'toMilliampere',
      unit: 'mA',
      resolution: 0.01,
      range: [3.6, 21],
    },
  },
  conditions: {
    low: {
      kind: 'supervisory',
      point: 'current',
      when: { below: 'low', deadband: 0.1 },
      onDelayMs: 5_000,
      offDelayMs: 5_000,
      source: 'site value',
    },
    high: {
      kind: 'supervisory',
      point: 'current',
      when: { above: 'high', deadband: 0.1 },
      onDelayMs: 5_000,
      offDelayMs: 5_000,
      source: 'site value',
    },
    'wire-break': {
      kind: 'fault',
      point: 'current',
      when: { below: 3.6, deadband: 0.2, evenDoubtful: true },
      onDelayMs: 2_000,
      offDelayMs: 5_000,
      source: bounds,
    },
    'over-current': {
      kind: 'fault',
      point: 'current',
      when: { above: 21, deadband: 0.2, evenDoubtful: true },
      onDelayMs: 2_000,
      offDelayMs: 5_000,
      source: bounds,
    },
  },
  pollMs: 1_000,
  silenceMs: 60_000,
});
