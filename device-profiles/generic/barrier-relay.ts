import { defineProfile } from '../define-profile.ts';
import { openBarrier } from '../open-barrier.ts';

/**
 * Contact that opens a fire-lane barrier (消防车通道道闸), on a GPIO output. The end switch is another device; the site
 * names it as the proof: `commands: { open: { proof: gate-end/atEnd } }`.
 */
export const barrierRelay = defineProfile({
  id: 'generic/barrier-relay',
  name: { en: 'Relay that opens a barrier', zh: '道闸开启继电器' },
  category: 'barrier',
  source: 'an output that is energised to open; nothing of any maker is assumed',
  points: { relay: { from: 'line-out', as: 'bool' } },
  commands: { open: openBarrier('relay') },
  pollMs: 1_000,
  silenceMs: 10_000,
});
