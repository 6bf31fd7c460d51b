import { defineProfile } from '../define-profile.ts';

const relay = (at: number) => ({ from: 'coil', at, as: 'bool', writable: true }) as const;

/**
 * Waveshare Modbus RTU Relay, 8 channels. FC 01 reads, FC 05 writes a coil. Two sources agree on the coils; the order of
 * the parity codes differs within the maker's own text between protocol V1 and V2 (September 2021), so no code is used.
 */
export const relay8 = defineProfile({
  id: 'waveshare/relay-8',
  name: { en: 'Waveshare 8-channel relay', zh: '微雪 8 路继电器' },
  category: 'output',
  source: 'Waveshare wiki “Modbus RTU Relay”, coils 0x0000–0x0007; a second public map agrees',
  points: {
    relay1: relay(0),
    relay2: relay(1),
    relay3: relay(2),
    relay4: relay(3),
    relay5: relay(4),
    relay6: relay(5),
    relay7: relay(6),
    relay8: relay(7),
  },
  pollMs: 2_000,
  silenceMs: 30_000,
  serial: { baud: 9_600, parity: 'none', stopBits: 1, unit: 1 },
});
