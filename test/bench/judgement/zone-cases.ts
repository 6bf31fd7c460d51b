import type { JudgementCase } from './judgement-case.ts';
import { house, slotOf } from './smoke-parts.ts';
import { raised } from './truths.ts';

const kitchen = slotOf('kitchen');
const bedroom = slotOf('bedroom');
const upstairs = { id: 'upstairs', name: 'Upstairs', devices: ['kitchen', 'bedroom'], coincidence: { atLeast: 2 } };

/** Detectors of one zone that agree, or do not. */
export const zoneCases: readonly JudgementCase[] = [
  {
    id: 'two-detectors',
    name: { en: 'Two detectors of a zone see the fire', zh: '同一防区两个探测器均报警' },
    seed: 67,
    lasts: 120,
    scene: () =>
      house(
        [
          [30, (smoke) => smoke.trip(kitchen)],
          [50, (smoke) => smoke.trip(bedroom)],
        ],
        { zones: [upstairs] },
      ),
    truth: [
      raised('fire', 'kitchen/smoke', [30, 31.5]),
      raised('fire', 'bedroom/smoke', [50, 51.5]),
      raised('fire', 'upstairs/coincidence', [50, 51.5], { ends: 'active' }),
    ],
  },
  {
    id: 'one-detector',
    name: { en: 'One detector of a zone sees the fire: no coincidence', zh: '防区内仅一个探测器报警' },
    seed: 68,
    lasts: 120,
    scene: () => house([[30, (smoke) => smoke.trip(kitchen)]], { zones: [upstairs] }),
    truth: [raised('fire', 'kitchen/smoke', [30, 31.5])],
  },
  {
    id: 'two-suspicions',
    name: {
      en: 'Two detectors with verification agree: neither waits any more',
      zh: '两个复核探测器同时怀疑，不再等待',
    },
    seed: 69,
    lasts: 120,
    scene: () =>
      house(
        [
          [30, (smoke) => smoke.trip(kitchen)],
          [30, (smoke) => smoke.trip(bedroom)],
          [31, (_, stage) => stage.spoil('kitchen', 'unconfirmed')],
          [31, (_, stage) => stage.spoil('bedroom', 'unconfirmed')],
        ],
        { zones: [upstairs], verify: { kitchen: 60_000, bedroom: 60_000 } },
      ),
    truth: [
      raised('pre-alarm', 'kitchen/smoke-pre', [30, 31.5]),
      raised('pre-alarm', 'bedroom/smoke-pre', [30, 31.5]),
      raised('fire', 'kitchen/smoke', [30, 32.5]),
      raised('fire', 'bedroom/smoke', [30, 32.5]),
      raised('fire', 'upstairs/coincidence', [30, 32.5]),
    ],
  },
  {
    id: 'coincidence-across-restart',
    name: { en: 'One detector sees the fire before a restart, the other after it', zh: '重启前后两个探测器先后报警' },
    seed: 84,
    lasts: 200,
    scene: () =>
      house(
        [
          [30, (smoke) => smoke.trip(kitchen)],
          [60, (_, stage) => stage.restart('power-cut', 15)],
          [100, (smoke) => smoke.trip(bedroom)],
        ],
        { zones: [upstairs] },
      ),
    truth: [
      raised('fire', 'kitchen/smoke', [30, 31.5], { ends: 'active' }),
      raised('fire', 'bedroom/smoke', [100, 101.5], { ends: 'active' }),
      raised('fire', 'upstairs/coincidence', [100, 101.5], { ends: 'active' }),
    ],
  },
  {
    id: 'reset-then-other',
    name: {
      en: 'Burnt toast is reset; an hour later the other detector of the zone sees a fire',
      zh: '误报复位一小时后另一探测器报警：不算符合',
    },
    seed: 85,
    lasts: 3_800,
    scene: () =>
      house(
        [
          [30, (smoke) => smoke.trip(kitchen)],
          [60, (smoke) => smoke.clear(kitchen)],
          [90, (_, stage) => void stage.desk().reset('kitchen', 'smoke', undefined, 'duty')],
          [3_690, (smoke) => smoke.trip(bedroom)],
        ],
        { zones: [upstairs] },
      ),
    truth: [
      raised('fire', 'kitchen/smoke', [30, 31.5], { ends: 'cleared' }),
      raised('fire', 'bedroom/smoke', [3_690, 3_691.5], { ends: 'active' }),
    ],
  },
  {
    id: 'coincidence-reset-too-soon',
    name: {
      en: 'Somebody resets the coincidence while both detectors still see the fire',
      zh: '两探测器仍报警时复位符合火警',
    },
    seed: 86,
    lasts: 200,
    scene: () =>
      house(
        [
          [30, (smoke) => smoke.trip(kitchen)],
          [50, (smoke) => smoke.trip(bedroom)],
          [80, (_, stage) => void stage.desk().reset('upstairs', 'coincidence', undefined, 'duty')],
        ],
        { zones: [upstairs] },
      ),
    truth: [
      raised('fire', 'kitchen/smoke', [30, 31.5], { ends: 'active' }),
      raised('fire', 'bedroom/smoke', [50, 51.5], { ends: 'active' }),
      raised('fire', 'upstairs/coincidence', [50, 51.5]),
      raised('fire', 'upstairs/coincidence', [80, 82], { ends: 'active' }),
    ],
  },
];
