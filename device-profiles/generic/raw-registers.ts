import { defineProfile } from '../define-profile.ts';

const register = (n: number) =>
  ({
    from: 'holding',
    at: ['start', n],
    as: 'u16',
    scale: 'scale',
    unit: '1',
    resolution: 1,
    range: [0, 4_294_967_295],
  }) as const;

/** Ten holding registers as they are: to look at a device that has no profile yet. Nothing is judged but that it answers. */
export const rawRegisters = defineProfile({
  id: 'generic/raw-registers',
  name: { en: 'Raw holding registers', zh: '原始保持寄存器' },
  category: 'other',
  source: 'none: what the registers mean is not known, so no alarm is ever made of them',
  settings: {
    start: { default: 0, min: 0, max: 65_526, help: 'first register, zero-based' },
    scale: { default: 1, min: 0.000001, max: 65_536, help: 'what every register is multiplied with' },
  },
  points: {
    register0: register(0),
    register1: register(1),
    register2: register(2),
    register3: register(3),
    register4: register(4),
    register5: register(5),
    register6: register(6),
    register7: register(7),
    register8: register(8),
    register9: register(9),
  },
  pollMs: 1_000,
  silenceMs: 60_000,
});
