import { callButton } from '../../../device-profiles/generic/call-button.ts';
import { mainsContact } from '../../../device-profiles/generic/mains-contact.ts';
import { ups2000 } from '../../../device-profiles/huawei/ups2000.ts';
import { unitOf } from '../../../simulators/modbus/unit.ts';
import { barrier, liftCamera } from './electrical-profiles.ts';
import type { Happening, JudgementCase, Scene, Station } from './judgement-case.ts';
import { raised } from './truths.ts';

/** One device with a state that the script sets. */
function stateScene<T>(
  initial: T,
  make: (state: () => T) => Station,
  script: readonly (readonly [at: number, state: T])[],
): Scene {
  let state = initial;
  return {
    stations: [make(() => state)],
    script: script.map(([at, to]): Happening => [at, () => void (state = to)]),
  };
}

const contact =
  (id: string, profile: Station['profile']) =>
  (state: () => boolean): Station => ({ id, bus: 'home', profile, source: state });
const mains = contact('mains', mainsContact);
const button = contact('button', callButton);
const camera = (state: () => number): Station => ({
  id: 'lift',
  bus: 'cameras',
  profile: liftCamera,
  source: unitOf({ discrete: { 0: state } }),
});
const lane = (state: () => number): Station => ({
  id: 'lane',
  bus: 'barriers',
  profile: barrier,
  source: unitOf({ holding: { 0: state } }),
});
/** Mode as in the register: 2 is mains, 3 is battery. All else is healthy. */
const ups = (mode: () => number): Station => ({
  id: 'ups',
  bus: 'supply',
  profile: ups2000,
  source: {
    read: (_table, address) => (address === 11_024 ? mode() : address === 12_002 ? 3 : address === 12_003 ? 95 : 0),
  },
});

/** From one state to another and back, again and again. */
const flapping = <T>(
  [on, off]: readonly [T, T],
  {
    from,
    onFor,
    offFor,
    times,
  }: { readonly from: number; readonly onFor: number; readonly offFor: number; readonly times: number },
): readonly (readonly [number, T])[] =>
  Array.from({ length: times }, (_, i): readonly (readonly [number, T])[] => [
    [from + i * (onFor + offFor), on],
    [from + i * (onFor + offFor) + onFor, off],
  ]).flat();

/** Contacts, states and pictures. */
export const contactCases: readonly JudgementCase[] = [
  {
    id: 'e-bike',
    name: { en: 'An electric bicycle rides in a lift for twelve seconds', zh: '电动自行车进梯十二秒' },
    seed: 97,
    lasts: 120,
    scene: () =>
      stateScene(0, camera, [
        [30, 1],
        [42, 0],
      ]),
    truth: [raised('supervisory', 'lift/e-bike', [30, 32.5], { ends: 'cleared' })],
  },
  {
    id: 'pram',
    name: { en: 'A pram is taken for a bicycle in single pictures', zh: '婴儿车被偶发误识别' },
    seed: 98,
    lasts: 300,
    scene: () => stateScene(0, camera, flapping([1, 0], { from: 20, onFor: 0.7, offFor: 9.3, times: 20 })),
    truth: [],
  },
  {
    id: 'barrier-blocked',
    name: { en: 'The barrier of the fire lane is stopped half way', zh: '消防通道道闸中途停住' },
    seed: 99,
    lasts: 120,
    scene: () => stateScene(0, lane, [[30, 1]]),
    truth: [raised('fault', 'lane/not-at-end', [30, 47], { ends: 'active' })],
  },
  {
    id: 'barrier-moves',
    name: { en: 'The barrier opens and closes as it should, forty times', zh: '道闸正常启闭四十次' },
    seed: 100,
    lasts: 900,
    scene: () =>
      stateScene(
        0,
        lane,
        Array.from({ length: 40 }, (_, i): readonly (readonly [number, number])[] => [
          [10 + i * 20, 1],
          [16 + i * 20, i % 2 === 0 ? 2 : 0],
        ]).flat(),
      ),
    truth: [],
  },
  {
    id: 'mains-lost',
    name: { en: 'The mains fail for ten minutes', zh: '主电中断十分钟' },
    seed: 101,
    lasts: 700,
    scene: () =>
      stateScene(true, mains, [
        [30, false],
        [630, true],
      ]),
    truth: [raised('fault', 'mains/mains-lost', [30, 34], { ends: 'cleared' })],
  },
  {
    id: 'mains-dip',
    name: { en: 'The mains dip for two seconds', zh: '主电瞬间跌落两秒' },
    seed: 102,
    lasts: 90,
    scene: () =>
      stateScene(true, mains, [
        [30, false],
        [32, true],
      ]),
    truth: [],
  },
  {
    id: 'chattering-relay',
    name: { en: 'A relay chatters fast: five times a second for half a minute', zh: '继电器快速抖动：每秒五次' },
    seed: 103,
    lasts: 120,
    scene: () => stateScene(true, mains, flapping([false, true], { from: 30, onFor: 0.1, offFor: 0.1, times: 150 })),
    truth: [],
  },
  {
    id: 'slow-chatter',
    name: { en: 'A relay drops out for 5 s every 20 s: one occurrence', zh: '继电器反复掉电：合并为一次' },
    seed: 104,
    lasts: 700,
    scene: () => stateScene(true, mains, flapping([false, true], { from: 30, onFor: 5, offFor: 15, times: 25 })),
    truth: [raised('fault', 'mains/mains-lost', [30, 34], { ends: 'cleared', toldAtMost: 4 })],
  },
  {
    id: 'call',
    name: { en: 'Somebody presses the call button, and lets go', zh: '按下一键报警按钮后松开' },
    seed: 105,
    lasts: 60,
    scene: () =>
      stateScene(false, button, [
        [30, true],
        [30.4, false],
      ]),
    truth: [raised('call', 'button/pressed', [30, 30.2], { ends: 'active' })],
  },
  {
    id: 'button-bounces',
    name: { en: 'Spikes of 30 ms on the line of the call button', zh: '按钮线路 30 ms 毛刺' },
    seed: 106,
    lasts: 60,
    scene: () =>
      stateScene(false, button, flapping([true, false], { from: 10, onFor: 0.03, offFor: 0.37, times: 100 })),
    truth: [],
  },
  {
    id: 'ups-on-battery',
    name: { en: 'The UPS runs on its battery', zh: 'UPS 转电池供电' },
    seed: 107,
    lasts: 120,
    scene: () => stateScene(2, ups, [[30, 3]]),
    truth: [raised('fault', 'ups/mains-lost', [30, 42], { ends: 'active' })],
  },
  {
    id: 'ups-unknown-mode',
    name: { en: 'The UPS reports a mode that is not in its manual', zh: 'UPS 返回未知模式代码' },
    seed: 108,
    lasts: 120,
    scene: () =>
      stateScene(2, ups, [
        [30, 9],
        [60, 2],
      ]),
    truth: [],
  },
];
