import { defineProfile } from '../define-profile.ts';

/** Siren (声光警报器) on a GPIO output; energised means sounding. */
export const siren = defineProfile({
  id: 'generic/siren',
  name: { en: 'Siren', zh: '声光警报器' },
  source: 'an output that is energised to sound; nothing of any maker is assumed',
  points: { sounding: { from: 'line-out', as: 'bool' } },
  commands: {
    test: {
      name: { en: 'Let it sound shortly', zh: '试鸣' },
      risk: 'actuates',
      args: { seconds: { min: 1, max: 10, unit: 's' } },
      does: { pulse: 'sounding', ms: { arg: 'seconds' } },
      proof: { point: 'sounding', is: true, withinMs: 3_000 },
      source: 'an output that is energised to sound',
    },
  },
  pollMs: 1_000,
  silenceMs: 10_000,
});
