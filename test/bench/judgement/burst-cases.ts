import type { JudgementCase } from './judgement-case.ts';
import { low, lowLow, mainLow } from './truths.ts';
import { village } from './water-parts.ts';

/** Pipes that burst. Which hydrants fail is what EPANET says of the network, and not what the judgement says. */
export const burstCases: readonly JudgementCase[] = [
  {
    id: 'burst-main',
    name: { en: 'A main bursts, 100 mm', zh: '主管爆裂（100 mm）' },
    seed: 1,
    lasts: 90,
    scene: (random) => village(random, [[30, (water) => water.burst('main-3-7', 100)]]),
    truth: [
      ...['hydrant-2', 'hydrant-3', 'hydrant-5', 'hydrant-7', 'hydrant-8'].map((id) => low(id, { ends: 'active' })),
      ...['hydrant-3', 'hydrant-5', 'hydrant-8'].map((id) => lowLow(id, { ends: 'active' })),
      mainLow({ ends: 'active' }),
    ],
  },
  {
    id: 'burst-far',
    name: { en: 'A main bursts, 80 mm: only the hydrant behind it fails', zh: '主管爆裂（80 mm），仅其后的消火栓失压' },
    seed: 2,
    lasts: 90,
    scene: (random) => village(random, [[30, (water) => water.burst('main-11-12', 80)]]),
    truth: [low('hydrant-8'), lowLow('hydrant-8'), mainLow()],
  },
  {
    id: 'burst-indoor',
    name: { en: 'The branch of the indoor hydrants bursts', zh: '室内消火栓支管爆裂' },
    seed: 3,
    lasts: 90,
    scene: (random) => village(random, [[30, (water) => water.burst('branch-fire-main', 60)]]),
    truth: [mainLow({ ends: 'active' })],
  },
  {
    id: 'burst-repaired',
    name: { en: 'A burst is mended after ten minutes', zh: '爆管十分钟后修复' },
    seed: 4,
    lasts: 900,
    scene: (random) =>
      village(random, [
        [30, (water) => water.burst('main-11-12', 80)],
        [630, (water) => water.repair()],
      ]),
    truth: [
      low('hydrant-8', { ends: 'cleared' }),
      lowLow('hydrant-8', { ends: 'cleared' }),
      mainLow({ ends: 'cleared' }),
    ],
  },
  {
    id: 'burst-at-limit',
    name: { en: 'A burst leaves a hydrant just at its limit', zh: '爆管使消火栓压力徘徊于限值' },
    seed: 5,
    lasts: 900,
    scene: (random) => village(random, [[30, (water) => water.burst('main-3-7', 78)]]),
    truth: [low('hydrant-3', { optional: true }), low('hydrant-5'), low('hydrant-8'), mainLow()],
  },
  {
    id: 'burst-under-load',
    name: { en: 'A main bursts while a fire is fought', zh: '灭火过程中主管爆裂' },
    seed: 20,
    lasts: 240,
    scene: (random) =>
      village(random, [
        [30, (water) => water.openHydrant('hydrant-4', 10)],
        [120, (water) => water.burst('main-3-7', 90)],
      ]),
    truth: [
      ...['hydrant-2', 'hydrant-3', 'hydrant-5', 'hydrant-7', 'hydrant-8'].map((id) => low(id, { ends: 'active' })),
      ...['hydrant-3', 'hydrant-5', 'hydrant-8'].map((id) => lowLow(id, { ends: 'active' })),
      mainLow({ ends: 'active' }),
    ],
  },
];
