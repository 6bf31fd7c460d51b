import { defineProfile } from '../define-profile.ts';

/** Siren (声光警报器) on a GPIO output; energised means sounding. */
export const siren = defineProfile({
  id: 'generic/siren',
  name: { en: 'Siren', zh: '声光警报器' },
  category: 'output',
  source: 'an output that is energised to sound; nothing of any maker is assumed',
  points: { sounding: { from: 'line-out', as: 'bool' } },
  pollMs: 1_000,
  silenceMs: 10_000,
});
