import { pressureTransmitter } from '../../../simulators/water/pressure-transmitter.ts';
import { fireTank } from './case-profiles.ts';
import type { JudgementCase, Scene, Station } from './judgement-case.ts';
import { below } from './truths.ts';
import { allWatched, noisy, village } from './water-parts.ts';

const hour = 3_600;

/** The whole village, and the level of its tank. */
async function villageWithTank(
  random: () => number,
  script: Parameters<typeof village>[1],
  options: Parameters<typeof village>[2] = {},
): Promise<Scene> {
  const scene = await village(random, script, options);
  const { pollMs } = options;
  const truly = (): number => scene.water.tankLevel();
  const sensed = noisy(truly, 0.001, random);
  const tank: Station = {
    id: 'tank',
    bus: 'tank-line',
    profile: fireTank,
    // The dial shows centimetres with one decimal place: a tenth of what a pressure's dial would.
    source: pressureTransmitter(1, () => sensed() / 10),
    truly,
    ...(pollMs !== undefined && { pollMs }),
  };
  return { ...scene, stations: [...scene.stations, tank] };
}

/** What takes hours. */
export const tankCases: readonly JudgementCase[] = [
  {
    id: 'day-of-a-village',
    name: { en: 'A day and a night with its peaks, pump and float', zh: '日常一昼夜：早晚高峰、水泵启停' },
    seed: 11,
    lasts: 24 * hour,
    scene: (random) => village(random, [], { gauges: allWatched, worldStep: 10, pollMs: 10_000 }),
    truth: [],
  },
  {
    id: 'pump-trip',
    name: { en: 'The pump trips and nobody is there: the tank runs down', zh: '水泵跳闸无人处理，水箱水位下降' },
    seed: 12,
    lasts: 14 * hour,
    scene: (random) =>
      villageWithTank(
        random,
        [
          [0, (water) => water.tripPump()],
          [13 * hour, (water) => water.startPump()],
        ],
        { worldStep: 10, pollMs: 10_000 },
      ),
    truth: [
      below('tank', 'low', { below: 1.8, heldS: 70 }),
      below('tank', 'low-low', { below: 0.6, heldS: 70 }, { ends: 'cleared' }),
    ],
  },
  {
    id: 'fire-on-reserve',
    name: { en: 'Three hydrants run for half an hour on the reserve of the tank', zh: '三栓出水半小时，动用水箱储备' },
    seed: 13,
    lasts: 2_400,
    scene: (random) =>
      villageWithTank(random, [
        [60, (water) => water.openHydrant('hydrant-1', 15)],
        [90, (water) => water.openHydrant('hydrant-6', 15)],
        [120, (water) => water.openHydrant('hydrant-4', 15)],
      ]),
    truth: [below('tank', 'low', { below: 1.8, heldS: 62 })],
  },
  {
    id: 'slow-leak',
    name: { en: 'A leak of 28 mm in the rising main', zh: '输水管 28 mm 慢漏' },
    seed: 14,
    lasts: 16 * hour,
    scene: (random) =>
      villageWithTank(random, [[600, (water) => water.burst('rising-main', 28)]], { worldStep: 10, pollMs: 10_000 }),
    truth: [below('tank', 'low', { below: 1.8, heldS: 70 })],
  },
];
