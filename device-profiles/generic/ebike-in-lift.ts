import { defineProfile } from '../define-profile.ts';

/** Recogniser of e-bikes in a lift (电动自行车进梯识别): a contact on a GPIO input that is closed while it sees one. */
export const ebikeInLift = defineProfile({
  id: 'generic/ebike-in-lift',
  name: { en: 'E-bike in lift', zh: '电动自行车进梯识别' },
  category: 'contact',
  source: 'a dry contact; nothing of any maker is assumed',
  points: { seen: { from: 'line-in', as: 'bool' } },
  conditions: {
    seen: {
      kind: 'supervisory',
      point: 'seen',
      when: { is: true },
      onDelayMs: 1_000,
      offDelayMs: 5_000,
      source: 'ours: one second is longer than a camera’s single wrong picture, and shorter than doors take to close',
    },
  },
  pollMs: 1_000,
  silenceMs: 10_000,
});
