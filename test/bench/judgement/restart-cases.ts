import { pressureTransmitter } from '../../../simulators/water/pressure-transmitter.ts';
import { fireTank } from './case-profiles.ts';
import type { JudgementCase, Scene, Stage } from './judgement-case.ts';
import { house, slotOf } from './smoke-parts.ts';
import { raised } from './truths.ts';
import { noisy, village } from './water-parts.ts';

const bedroom = slotOf('bedroom');

/** A tank whose level falls below its limit at 100 s; its on-delay is a minute. Polled once a second. */
function fallingTank(random: () => number, at: number, act: (stage: Stage) => void | Promise<void>): Scene {
  let now = 0;
  const level = noisy(() => (now < 100 ? 2.2 : 1.5), 0.001, random);
  return {
    stations: [
      { id: 'tank', bus: 'line', profile: fireTank, pollMs: 1_000, source: pressureTransmitter(1, () => level() / 10) },
    ],
    pass: (seconds) => (now += seconds),
    script: [[at, act]],
  };
}

export const restartCases: readonly JudgementCase[] = [
  {
    id: 'restart-mid-hold',
    name: {
      en: 'The gateway is restarted while a limit is being held: it goes on, and does not begin anew',
      zh: '延时期间网关重启：继续计时',
    },
    seed: 121,
    lasts: 300,
    scene: (random) => fallingTank(random, 145, (stage) => stage.restart('stopped', 20)),
    // 45 s were held, the 20 s away do not count, 15 s are left.
    truth: [raised('supervisory', 'tank/low', [178, 183], { ends: 'active' })],
  },
  {
    id: 'power-cut-mid-hold',
    name: { en: 'The gateway loses its power while a limit is being held', zh: '延时期间网关断电重启' },
    seed: 122,
    lasts: 300,
    scene: (random) => fallingTank(random, 145, (stage) => stage.restart('power-cut', 20)),
    // At worst the hold begins anew.
    truth: [raised('supervisory', 'tank/low', [160, 145 + 20 + 63], { ends: 'active' })],
  },
  {
    id: 'restart-in-fire',
    name: {
      en: 'The gateway is restarted in the middle of a fire: nothing is told twice, nothing is forgotten',
      zh: '火警期间网关重启：不重复报、不丢失',
    },
    seed: 123,
    lasts: 200,
    scene: () =>
      house([
        [30, (smoke) => smoke.trip(bedroom)],
        [60, (_, stage) => stage.restart('power-cut', 15)],
        [100, (smoke) => smoke.clear(bedroom)],
      ]),
    truth: [raised('fire', 'bedroom/smoke', [30, 31.5], { ends: 'active' })],
  },
  {
    id: 'fire-while-away',
    name: { en: 'A fire breaks out while the gateway restarts', zh: '网关重启期间起火' },
    seed: 124,
    lasts: 120,
    scene: () =>
      house([
        [30, (_, stage) => stage.restart('power-cut', 20)],
        [40, (smoke) => smoke.trip(bedroom)],
      ]),
    truth: [raised('fire', 'bedroom/smoke', [50, 51.5], { ends: 'active' })],
  },
  {
    id: 'restart-while-verifying',
    name: { en: 'The gateway is restarted between the two looks of a verification', zh: '复核期间网关重启' },
    seed: 125,
    lasts: 120,
    scene: () =>
      house(
        [
          [30, (smoke) => smoke.trip(bedroom)],
          [31.001, (_, stage) => stage.restart('stopped', 10)],
        ],
        { verify: { bedroom: 60_000 } },
      ),
    truth: [
      raised('pre-alarm', 'bedroom/smoke-pre', [30, 31.5]),
      raised('fire', 'bedroom/smoke', [60, 73], { ends: 'active' }), // half of the bound, and what the restart took
    ],
  },
  {
    id: 'clock-set-forward',
    name: { en: 'The clock is set forward by an hour while a limit is being held', zh: '延时期间时钟前跳一小时' },
    seed: 126,
    lasts: 300,
    scene: (random) => fallingTank(random, 120, (stage) => stage.clock().step(3_600_000)),
    truth: [raised('supervisory', 'tank/low', [160, 163], { ends: 'active' })],
  },
  {
    id: 'clock-set-back',
    name: { en: 'The clock is set back by a day while a limit is being held', zh: '延时期间时钟回拨一天' },
    seed: 127,
    lasts: 300,
    scene: (random) => fallingTank(random, 120, (stage) => stage.clock().step(-86_400_000)),
    truth: [raised('supervisory', 'tank/low', [160, 163], { ends: 'active' })],
  },
  {
    id: 'restart-during-burst',
    name: { en: 'The gateway is restarted just as a main bursts', zh: '爆管瞬间网关重启' },
    seed: 128,
    lasts: 200,
    scene: async (random) => {
      const scene = await village(random, [[60, (water) => water.burst('main-11-12', 80)]]);
      return { ...scene, script: [...scene.script, [61, (stage) => stage.restart('power-cut', 15)]] };
    },
    truth: [
      raised('supervisory', 'hydrant-8/low', [76, 84], { ends: 'active' }),
      raised('supervisory', 'hydrant-8/low-low', [76, 81], { ends: 'active' }),
      raised('supervisory', 'fire-main/low', [76, 84], { ends: 'active' }),
    ],
  },
];
