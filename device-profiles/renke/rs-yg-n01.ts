import { defineProfile } from '../define-profile.ts';

/**
 * Renke (建大仁科) RS-YG-N01 smoke detector with RS-485. The register was written down from memory; only the pattern of its
 * settings (0x07D0 address, 0x07D1 baud code) was seen in other sensors. Speed conflicts: 4800 from memory, 9600 in one
 * public project.
 */
export const rsYgN01 = defineProfile({
  id: 'renke/rs-yg-n01',
  name: { en: 'Renke RS-YG-N01 smoke detector', zh: '建大仁科 RS-YG-N01 烟雾探测器' },
  category: 'smoke',
  source: 'no document: holding 0x0003, 0 normal and 1 alarm, 4800 8N1, address 1, all from memory',
  unverified:
    'register 0x0003 and its meaning were never checked against a manual or a device; test with smoke before it is relied on',
  points: { smoke: { from: 'holding', at: 0x0003, as: 'choice', of: { 0: 'normal', 1: 'smoke' } } },
  conditions: {
    smoke: {
      kind: 'fire',
      point: 'smoke',
      when: { is: 'smoke' },
      onDelayMs: 0,
      offDelayMs: 0,
      latched: true,
      source: 'a detector’s fire alarm is reported at once and kept until reset (EN 54-2 fire alarm condition)',
    },
  },
  pollMs: 1_000,
  silenceMs: 30_000,
  serial: { baud: 4_800, parity: 'none', stopBits: 1, unit: 1 },
});
