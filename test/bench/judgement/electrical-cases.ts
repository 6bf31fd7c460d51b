import { int16, unitOf } from '../../../simulators/modbus/unit.ts';
import { electricalFire } from './electrical-profiles.ts';
import type { JudgementCase, Scene } from './judgement-case.ts';
import { raised } from './truths.ts';
import { noisy } from './water-parts.ts';

const hour = 3_600;

type Board = { readonly leakage: (now: number) => number; readonly temperature: (now: number) => number };
const restingBoard: Board = { leakage: () => 120, temperature: () => 38 };

/** A distribution board: what leaks, and how warm its cable is, over time. */
function boardScene(random: () => number, board: Partial<Board>, step = 1): Scene {
  const { leakage, temperature } = { ...restingBoard, ...board };
  let now = 0;
  const milliamperes = noisy(() => leakage(now), 4, random);
  const degrees = noisy(() => temperature(now), 0.2, random);
  const source = unitOf({
    holding: { 0: () => Math.max(0, Math.round(milliamperes())), 1: () => int16(degrees() * 10) },
  });
  return {
    stations: [{ id: 'board', bus: 'meters', profile: electricalFire, source }],
    worldStep: step,
    pass: (seconds) => (now += seconds),
    script: [],
  };
}

/** Residual current and cable temperature. */
export const electricalCases: readonly JudgementCase[] = [
  {
    id: 'leakage',
    name: { en: 'Residual current rises to 450 mA', zh: '剩余电流升至 450 mA' },
    seed: 91,
    lasts: 180,
    scene: (random) => boardScene(random, { leakage: (now) => (now < 30 ? 120 : 450) }),
    truth: [raised('pre-alarm', 'board/leakage', [30, 60], { ends: 'active' })],
  },
  {
    id: 'motor-starts',
    name: { en: 'A motor starts: 600 mA for three seconds', zh: '电机启动：600 mA 持续三秒' },
    seed: 92,
    lasts: 180,
    scene: (random) => boardScene(random, { leakage: (now) => (now >= 30 && now < 33 ? 600 : 120) }),
    truth: [],
  },
  {
    id: 'natural-leakage',
    name: { en: 'Natural leakage that creeps to 250 mA on a wet day', zh: '潮湿天气自然泄漏升至 250 mA' },
    seed: 93,
    lasts: hour,
    scene: (random) => boardScene(random, { leakage: (now) => 120 + (130 * now) / hour }),
    truth: [],
  },
  {
    id: 'leakage-at-limit',
    name: { en: 'Residual current hovers around its limit', zh: '剩余电流徘徊于报警值' },
    seed: 94,
    lasts: hour,
    scene: (random) => boardScene(random, { leakage: (now) => 300 + 12 * Math.sin(now / 20) }),
    truth: [raised('pre-alarm', 'board/leakage', [0, 120], { ends: 'active', toldAtMost: 1 })],
  },
  {
    id: 'cable-heats',
    name: { en: 'A cable joint heats up by 4 °C a minute', zh: '电缆接头升温，每分钟 4 °C' },
    seed: 95,
    lasts: 1_200,
    scene: (random) => boardScene(random, { temperature: (now) => 38 + (now < 60 ? 0 : ((now - 60) * 4) / 60) }),
    truth: [
      // 15 °C within 5 min are there after 225 s, 70 °C after 480 s.
      raised('pre-alarm', 'board/heating', [60 + 215, 60 + 240]),
      raised('pre-alarm', 'board/hot', [60 + 475, 60 + 480 + 15], { ends: 'active' }),
    ],
  },
  {
    id: 'summer-day',
    name: { en: 'A cabinet in the summer sun warms up to 58 °C over the day', zh: '夏日暴晒，箱体缓慢升至 58 °C' },
    seed: 96,
    lasts: 8 * hour,
    scene: (random) =>
      boardScene(random, { temperature: (now) => 28 + 30 * Math.sin((Math.PI * now) / (16 * hour)) }, 10),
    truth: [],
  },
];
