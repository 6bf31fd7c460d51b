import { defineProfile } from '../define-profile.ts';

const probe = (n: number) =>
  ({
    from: 'holding',
    at: n - 1,
    as: 'i16',
    scale: 0.1,
    unit: '°C',
    resolution: 0.1,
    range: [-55, 125],
    lostMarkers: [0x8000],
  }) as const;

/**
 * Eletechsup R4DCB08: eight DS18B20 probes, used for cable temperature. Two independent open drivers agree on the
 * registers and the scale; that 0x8000 is a missing probe is from one of them. No temperature is alarmed by itself:
 * what is too hot depends on the cable.
 */
export const r4dcb08 = defineProfile({
  id: 'eletechsup/r4dcb08',
  name: { en: 'R4DCB08 8-channel temperature module', zh: 'R4DCB08 8 路测温模块' },
  source:
    'acpiccolo/R4DCB08-Temperature-Collector 1416616 src/protocol.rs, from the maker’s protocol text; boneIO-eu/app_black da1ab53 r4dcb08.json agrees',
  points: {
    temperature1: probe(1),
    temperature2: probe(2),
    temperature3: probe(3),
    temperature4: probe(4),
    temperature5: probe(5),
    temperature6: probe(6),
    temperature7: probe(7),
    temperature8: probe(8),
  },
  pollMs: 2_000,
  silenceMs: 60_000,
  serial: { baud: 9_600, parity: 'none', stopBits: 1, unit: 1 },
  // Own address and baud code.
  identification: { plausible: [{ from: 'holding', at: 0x00fe, words: ['unit', { min: 0, max: 4 }] }] },
});
