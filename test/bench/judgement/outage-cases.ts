import { unitOf } from '../../../simulators/modbus/unit.ts';
import { plainMain, watchedHydrant } from './case-profiles.ts';
import { electricalFire } from './electrical-profiles.ts';
import type { Happening, JudgementCase, Scene, Stage, Station } from './judgement-case.ts';
import { house } from './smoke-parts.ts';
import { raised } from './truths.ts';
import { everyTap, village } from './water-parts.ts';

const each = (stage: Stage, devices: readonly string[], how: Parameters<Stage['spoil']>[1]): void =>
  devices.forEach((device) => stage.spoil(device, how));
const cut = (at: number): Happening => [at, (stage) => each(stage, everyTap, 'timeout')];
const mend = (at: number): Happening => [at, (stage) => each(stage, everyTap, undefined)];

/** The village at rest, with a line that something happens to. */
const quietVillage = async (random: () => number, script: readonly Happening[]): Promise<Scene> => ({
  ...(await village(random, [])),
  script,
});

/** The promised silence of a hydrant, s. */
const silence = 60;

/** Whole lines that fail, for long, again, or across a restart. */
export const outageCases: readonly JudgementCase[] = [
  {
    id: 'restart-while-cut',
    name: {
      en: 'The gateway is restarted while the line is cut: nothing is told again',
      zh: '总线断线期间网关重启：不重复报',
    },
    seed: 61,
    lasts: 500,
    scene: (random) => quietVillage(random, [cut(60), [200, (stage) => stage.restart('stopped', 20)]]),
    truth: [raised('fault', 'hydrants/bus-silent', [60, 60 + silence + 1], { ends: 'active' })],
  },
  {
    id: 'mixed-bus-cut',
    name: {
      en: 'A line is cut that also carries a meter that is read every 15 s: one fault all the same',
      zh: '含慢速电表的总线断线：仍只报一个故障',
    },
    seed: 62,
    lasts: 200,
    scene: () => {
      const meter: Station = {
        id: 'meter',
        bus: 'wireless',
        profile: electricalFire,
        pollMs: 15_000,
        source: unitOf({ holding: { 0: 100, 1: 380 } }),
      };
      const cut = ['kitchen', 'bedroom', 'hall', 'store', 'meter'];
      const scene = house([[61, (_, stage) => each(stage, cut, 'timeout')]]);
      return { ...scene, stations: [...scene.stations, meter] };
    },
    truth: [raised('fault', 'wireless/bus-silent', [61, 61 + silence], { ends: 'active' })],
  },
  {
    id: 'long-outage',
    name: { en: 'The bus is down for 45 minutes of a quiet night', zh: '夜间总线断开 45 分钟' },
    seed: 63,
    lasts: 3_600,
    scene: async (random) => {
      const gauges = Object.fromEntries(everyTap.map((tap) => [tap, { profile: watchedHydrant }]));
      const options = { gauges: { ...gauges, 'fire-main': { profile: plainMain } }, hoursLater: 17, worldStep: 5 };
      const scene = await village(random, [], { ...options, pollMs: 5_000 });
      const script: readonly Happening[] = [
        [300, (stage) => stage.setDown('hydrants', true)],
        [3_000, (stage) => stage.setDown('hydrants', false)],
      ];
      return { ...scene, script };
    },
    truth: [raised('fault', 'hydrants/bus-down', [300, 307], { ends: 'cleared' })],
  },

  {
    id: 'line-flaps',
    name: { en: 'The line is cut, mended, cut and mended again', zh: '总线两次断线、两次修复' },
    seed: 64,
    lasts: 900,
    scene: (random) => quietVillage(random, [cut(60), mend(160), cut(170), mend(280)]),
    truth: [raised('fault', 'hydrants/bus-silent', [60, 60 + silence + 1], { ends: 'cleared', toldAtMost: 4 })],
  },
  {
    id: 'cut-again',
    name: { en: 'The line is cut, mended, and cut again ten seconds later, for good', zh: '总线修复十秒后再次断线' },
    seed: 68,
    lasts: 900,
    scene: (random) => quietVillage(random, [cut(60), mend(160), cut(170)]),
    truth: [raised('fault', 'hydrants/bus-silent', [60, 60 + silence + 1], { ends: 'active' })],
  },
  {
    id: 'mended-after-restart',
    name: { en: 'The line is cut, the gateway restarted, the line mended', zh: '断线期间网关重启，随后修复' },
    seed: 65,
    lasts: 600,
    scene: (random) => quietVillage(random, [cut(60), [200, (stage) => stage.restart('stopped', 20)], mend(300)]),
    truth: [raised('fault', 'hydrants/bus-silent', [60, 60 + silence + 1], { ends: 'cleared' })],
  },
  {
    id: 'one-silent-after-restart',
    name: {
      en: 'The line is cut, the gateway restarted, the line mended; one device stays silent',
      zh: '断线期间网关重启，修复后仍有一台失联',
    },
    seed: 66,
    lasts: 700,
    scene: (random) =>
      quietVillage(random, [
        cut(60),
        [200, (stage) => stage.restart('stopped', 20)],
        [300, (stage) => each(stage, everyTap.slice(1), undefined)],
      ]),
    truth: [
      raised('fault', 'hydrants/bus-silent', [60, 60 + silence + 1], { ends: 'cleared' }),
      raised('fault', 'hydrant-1/no-answer', [300, 300 + 15 + silence + 2], { ends: 'active' }),
    ],
  },
  {
    id: 'silent-before-cut',
    name: { en: 'One device is silent already when the line is cut and mended', zh: '一台先失联，随后总线断开又修复' },
    seed: 67,
    lasts: 900,
    scene: (random) =>
      quietVillage(random, [
        [60, (stage) => stage.spoil('hydrant-1', 'timeout')],
        cut(200),
        [400, (stage) => each(stage, everyTap.slice(1), undefined)],
        [600, (stage) => stage.spoil('hydrant-1', undefined)],
      ]),
    truth: [
      raised('fault', 'hydrant-1/no-answer', [60, 60 + silence], { ends: 'cleared' }),
      raised('fault', 'hydrants/bus-silent', [200, 200 + silence + 1], { ends: 'cleared' }),
    ],
  },
];
