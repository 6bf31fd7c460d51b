import { defineProfile } from '../define-profile.ts';

/** One-key alarm (一键报警): a push-button on a GPIO input. */
export const callButton = defineProfile({
  id: 'generic/call-button',
  name: { en: 'Call button', zh: '一键报警按钮' },
  category: 'call',
  source: 'a dry contact; nothing of any maker is assumed',
  points: { pressed: { from: 'line-in', as: 'bool' } },
  conditions: {
    pressed: {
      kind: 'call',
      point: 'pressed',
      when: { is: true },
      onDelayMs: 50,
      offDelayMs: 0,
      latched: true,
      source: 'a call is held until somebody resets it; 50 ms is longer than a contact bounces',
    },
  },
  testEveryDays: 365,
  pollMs: 1_000,
  silenceMs: 10_000,
});
