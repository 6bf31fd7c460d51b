import { defineProfile } from '../define-profile.ts';

/** Mains supervision (主电): a relay contact on a GPIO input that is closed while the mains supply is there. */
export const mainsContact = defineProfile({
  id: 'generic/mains-contact',
  name: { en: 'Mains supply contact', zh: '主电监视触点' },
  category: 'supply',
  source: 'a dry contact; nothing of any maker is assumed',
  points: { present: { from: 'line-in', as: 'bool' } },
  conditions: {
    'mains-lost': {
      kind: 'fault',
      point: 'present',
      when: { is: false },
      onDelayMs: 3_000,
      offDelayMs: 10_000,
      source: 'loss of mains is a fault (EN 54-2 fault warning condition); the delays are ours',
    },
  },
  pollMs: 1_000,
  silenceMs: 10_000,
});
