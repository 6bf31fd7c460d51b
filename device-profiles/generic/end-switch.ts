import { defineProfile } from '../define-profile.ts';

/**
 * End switch of a fire-lane barrier (消防车通道道闸到位开关) on a GPIO input: closed while the barrier is fully open. It
 * raises nothing by itself; a linkage that opens the barrier names it as its proof.
 */
export const endSwitch = defineProfile({
  id: 'generic/end-switch',
  name: { en: 'End switch of a barrier', zh: '道闸到位开关' },
  category: 'contact',
  source: 'a dry contact; nothing of any maker is assumed',
  points: { atEnd: { from: 'line-in', as: 'bool' } },
  pollMs: 1_000,
  silenceMs: 10_000,
});
