import type { Happening, JudgementCase, Scene, Stage } from './judgement-case.ts';
import { low, lowLow, mainLow, raised } from './truths.ts';
import { everyTap, village } from './water-parts.ts';

const each = (stage: Stage, devices: readonly string[], how: Parameters<Stage['spoil']>[1]): void =>
  devices.forEach((device) => stage.spoil(device, how));

/** The village at rest, with a line that something happens to. */
async function lineScene(random: () => number, script: readonly Happening[], burst?: number): Promise<Scene> {
  const water = burst === undefined ? [] : ([[burst, (w: BurstingWater) => w.burst('main-11-12', 80)]] as const);
  const scene = await village(random, water);
  return { ...scene, script: [...scene.script, ...script] };
}
type BurstingWater = { burst(pipe: string, holeMm?: number): void };

/** The promised silence of a hydrant, s. */
const silence = 60;

export const lineCases: readonly JudgementCase[] = [
  {
    id: 'bus-cut',
    name: { en: 'The line of nine devices is cut: one fault, not nine', zh: '总线断线：九台设备只报一个故障' },
    seed: 51,
    lasts: 300,
    scene: (random) => lineScene(random, [[60, (stage) => each(stage, everyTap, 'timeout')]]),
    truth: [raised('fault', 'hydrants/bus-silent', [60, 60 + silence + 1], { ends: 'active' })],
  },
  {
    id: 'bus-cut-and-mended',
    name: { en: 'The line is cut and mended: all come back with it', zh: '总线断线后修复，设备随之恢复' },
    seed: 52,
    lasts: 600,
    scene: (random) =>
      lineScene(random, [
        [60, (stage) => each(stage, everyTap, 'timeout')],
        [300, (stage) => each(stage, everyTap, undefined)],
      ]),
    truth: [raised('fault', 'hydrants/bus-silent', [60, 60 + silence + 1], { ends: 'cleared' })],
  },
  {
    id: 'one-stays-silent',
    name: { en: 'The line is mended, but one device stays silent', zh: '总线修复后仍有一台失联' },
    seed: 53,
    lasts: 600,
    scene: (random) =>
      lineScene(random, [
        [60, (stage) => each(stage, everyTap, 'timeout')],
        [300, (stage) => each(stage, everyTap.slice(1), undefined)],
      ]),
    truth: [
      raised('fault', 'hydrants/bus-silent', [60, 60 + silence + 1], { ends: 'cleared' }),
      raised('fault', 'hydrant-1/no-answer', [300, 300 + 15 + silence + 2], { ends: 'active' }),
    ],
  },
  {
    id: 'adapter-unplugged',
    name: { en: 'The adapter is unplugged', zh: '串口适配器被拔出' },
    seed: 54,
    lasts: 300,
    scene: (random) =>
      lineScene(random, [
        [60, (stage) => stage.setDown('hydrants', true)],
        [200, (stage) => stage.setDown('hydrants', false)],
      ]),
    truth: [raised('fault', 'hydrants/bus-down', [60, 67], { ends: 'cleared' })],
  },
  {
    id: 'one-silent',
    name: { en: 'One device of the line is silent', zh: '一台设备失联' },
    seed: 55,
    lasts: 200,
    scene: (random) => lineScene(random, [[60, (stage) => stage.spoil('hydrant-3', 'timeout')]]),
    truth: [raised('fault', 'hydrant-3/no-answer', [60, 60 + silence], { ends: 'active' })],
  },
  {
    id: 'half-cut',
    name: { en: 'The line is cut in the middle: four of nine are silent', zh: '总线中段断线：九台中四台失联' },
    seed: 56,
    lasts: 200,
    scene: (random) => lineScene(random, [[60, (stage) => each(stage, everyTap.slice(5), 'timeout')]]),
    truth: everyTap.slice(5).map((id) => raised('fault', `${id}/no-answer`, [60, 60 + silence], { ends: 'active' })),
  },
  {
    id: 'exceptions-only',
    name: { en: 'A device answers with nothing but exceptions', zh: '设备只返回异常码' },
    seed: 57,
    lasts: 200,
    scene: (random) => lineScene(random, [[60, (stage) => stage.spoil('hydrant-3', 'refused')]]),
    truth: [raised('fault', 'hydrant-3/no-answer', [60, 60 + silence], { ends: 'active' })],
  },
  {
    id: 'bad-radio',
    name: {
      en: 'A bad link: away for 25 s, back for 20 s, again and again',
      zh: '链路时断时续，未超过失联时限',
    },
    seed: 58,
    lasts: 900,
    scene: (random) =>
      lineScene(
        random,
        Array.from({ length: 18 }, (_, i): readonly Happening[] => [
          [60 + i * 45, (stage) => stage.spoil('hydrant-3', 'timeout')],
          [85 + i * 45, (stage) => stage.spoil('hydrant-3', undefined)],
        ]).flat(),
      ),
    // Back for longer than a silent unit is left alone between two probes, so it is heard each time.
    truth: [],
  },
  {
    id: 'burst-beside-silent',
    name: { en: 'A main bursts while a neighbour is silent', zh: '邻栓失联时主管爆裂' },
    seed: 59,
    lasts: 240,
    scene: (random) => lineScene(random, [[60, (stage) => stage.spoil('hydrant-7', 'timeout')]], 150),
    truth: [
      raised('fault', 'hydrant-7/no-answer', [60, 60 + silence], { ends: 'active' }),
      low('hydrant-8'),
      lowLow('hydrant-8'),
      mainLow(),
    ],
  },
  {
    id: 'burst-while-bus-down',
    name: { en: 'A main bursts while the bus is down: told once it can be seen', zh: '总线断开时爆管，恢复后即报' },
    seed: 60,
    lasts: 300,
    scene: (random) =>
      lineScene(
        random,
        [
          [60, (stage) => stage.setDown('hydrants', true)],
          [200, (stage) => stage.setDown('hydrants', false)],
        ],
        100,
      ),
    truth: [
      raised('fault', 'hydrants/bus-down', [60, 67], { ends: 'cleared' }),
      raised('supervisory', 'hydrant-8/low', [200, 207]),
      raised('supervisory', 'hydrant-8/low-low', [200, 204]),
      raised('supervisory', 'fire-main/low', [200, 207]),
    ],
  },
];
