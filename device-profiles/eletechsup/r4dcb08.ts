import type { Condition } from '../../sdk/model/profile.ts';
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

type Channel = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;
type Rules = Readonly<Record<string, Condition<`temperature${Channel}`, 'hot' | 'heating'>>>;

function ofProbe(n: Channel): Rules {
  const point = `temperature${n}` as const;
  return {
    [`hot${n}`]: {
      kind: 'pre-alarm',
      point,
      when: { above: 'hot', deadband: 5 },
      onDelayMs: 10_000,
      offDelayMs: 30_000,
      source: 'site value, from the rating of the cable; GB 50166 leaves 40 s from the temperature to the alarm',
    },
    [`heating${n}`]: {
      kind: 'pre-alarm',
      point,
      when: { rises: 'heating', withinMs: 300_000 },
      onDelayMs: 0,
      offDelayMs: 60_000,
      source: 'ours: load warms a cable in hours, a loose joint in minutes',
    },
    [`probe${n}`]: {
      kind: 'fault',
      point,
      when: { bad: ['device-marker', 'out-of-range'] },
      onDelayMs: 10_000,
      offDelayMs: 10_000,
      source: 'the module marks a missing or broken probe',
    },
  };
}

/**
 * Eletechsup R4DCB08: eight DS18B20 probes, used for cable temperature. Two independent open drivers agree on the
 * registers and the scale; that 0x8000 is a missing probe is from one of them. A channel without a probe tells of it:
 * what is not connected is disabled by the site.
 */
export const r4dcb08 = defineProfile({
  id: 'eletechsup/r4dcb08',
  name: { en: 'R4DCB08 8-channel temperature module', zh: 'R4DCB08 8 路测温模块' },
  category: 'electrical-fire',
  source:
    'acpiccolo/R4DCB08-Temperature-Collector 1416616 src/protocol.rs, from the maker’s protocol text; boneIO-eu/app_black da1ab53 r4dcb08.json agrees',
  settings: {
    hot: {
      default: 70,
      min: 40,
      max: 125,
      help: 'temperature at which a cable or joint is too hot, °C: from its rating',
    },
    heating: { default: 15, min: 2, max: 100, help: 'rise within five minutes that only a fault makes, K' },
  },
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
  conditions: {
    ...ofProbe(1),
    ...ofProbe(2),
    ...ofProbe(3),
    ...ofProbe(4),
    ...ofProbe(5),
    ...ofProbe(6),
    ...ofProbe(7),
    ...ofProbe(8),
  },
  pollMs: 2_000,
  silenceMs: 60_000,
  serial: { baud: 9_600, parity: 'none', stopBits: 1, unit: 1 },
  // Own address and baud code.
  identification: { plausible: [{ from: 'holding', at: 0x00fe, words: ['unit', { min: 0, max: 4 }] }] },
});
