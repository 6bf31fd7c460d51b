import type { JudgementCase } from './judgement-case.ts';
import { house, type SmokeHappening, slotOf } from './smoke-parts.ts';
import { raised } from './truths.ts';

const kitchen = slotOf('kitchen');
const bedroom = slotOf('bedroom');
const verifyMs = 30_000;

/** Wireless smoke alarms: what they see, and how they fare. */
export const smokeCases: readonly JudgementCase[] = [
  {
    id: 'fire',
    name: { en: 'A fire in the bedroom; the smoke goes, the alarm stays', zh: '卧室起火；烟散后火警保持' },
    seed: 61,
    lasts: 120,
    scene: () =>
      house([
        [30, (smoke) => smoke.trip(bedroom)],
        [60, (smoke) => smoke.clear(bedroom)],
      ]),
    truth: [raised('fire', 'bedroom/smoke', [30, 31.5], { ends: 'active' })],
  },
  {
    id: 'test-button',
    name: { en: 'Somebody presses the test button', zh: '按下自检按钮' },
    seed: 62,
    lasts: 90,
    scene: () =>
      house([
        [30, (smoke) => smoke.test(kitchen)],
        [40, (smoke) => smoke.clear(kitchen)],
      ]),
    truth: [raised('test', 'kitchen/test', [30, 31.5], { ends: 'cleared' })],
  },
  {
    id: 'steam-puff',
    name: {
      en: 'A puff of steam in the kitchen, gone within a second; verification is on',
      zh: '厨房瞬时水汽（复核开启）',
    },
    seed: 63,
    lasts: 90,
    scene: () =>
      house(
        [
          [30, (smoke) => smoke.trip(kitchen)],
          [30.99, (smoke) => smoke.clear(kitchen)],
        ],
        { verify: { kitchen: verifyMs } },
      ),
    truth: [raised('pre-alarm', 'kitchen/smoke-pre', [30, 31.5], { ends: 'cleared' })],
  },
  {
    id: 'steam',
    name: {
      en: 'Eight seconds of steam in the kitchen; verification within 30 s is on',
      zh: '厨房水汽八秒（30 秒复核开启）',
    },
    seed: 64,
    lasts: 120,
    scene: () =>
      house(
        [
          [30, (smoke) => smoke.trip(kitchen)],
          [38, (smoke) => smoke.clear(kitchen)],
        ],
        { verify: { kitchen: verifyMs } },
      ),
    truth: [raised('pre-alarm', 'kitchen/smoke-pre', [30, 31.5], { ends: 'cleared' })],
  },
  {
    id: 'fire-verified',
    name: { en: 'A fire in the kitchen with verification', zh: '厨房起火（复核开启）' },
    seed: 65,
    lasts: 120,
    scene: () => house([[30, (smoke) => smoke.trip(kitchen)]], { verify: { kitchen: verifyMs } }),
    truth: [
      raised('pre-alarm', 'kitchen/smoke-pre', [30, 31.5]),
      raised('fire', 'kitchen/smoke', [30, 62], { ends: 'active' }),
    ],
  },
  {
    id: 'fire-burns-receiver',
    name: { en: 'The receiver dies before the second look: the fire counts', zh: '复核期间接收器失联，按火警处理' },
    seed: 66,
    lasts: 120,
    scene: () =>
      house(
        [
          [30, (smoke) => smoke.trip(kitchen)],
          [31.001, (_, stage) => ['kitchen', 'bedroom', 'hall', 'store'].forEach((id) => stage.spoil(id, 'timeout'))],
        ],
        { verify: { kitchen: verifyMs } },
      ),
    truth: [
      raised('pre-alarm', 'kitchen/smoke-pre', [30, 31.5]),
      raised('fire', 'kitchen/smoke', [30, 62.5], { ends: 'active' }),
      raised('fault', 'wireless/bus-silent', [31, 42]),
    ],
  },
  {
    id: 'flickering-fire',
    name: {
      en: 'A smouldering fire: the detector flickers twenty times',
      zh: '阴燃：探测器反复报警二十次，仍为一次火警',
    },
    seed: 70,
    lasts: 300,
    scene: () =>
      house(
        Array.from({ length: 20 }, (_, i): readonly SmokeHappening[] => [
          [30 + i * 10, (smoke) => smoke.trip(bedroom)],
          [34 + i * 10, (smoke) => smoke.clear(bedroom)],
        ]).flat(),
      ),
    truth: [raised('fire', 'bedroom/smoke', [30, 31.5], { ends: 'active', toldAtMost: 1 })],
  },
  {
    id: 'low-battery',
    name: { en: 'A battery runs low', zh: '电池电量低' },
    seed: 72,
    lasts: 200,
    scene: () => house([[30, (smoke) => smoke.lowBattery(kitchen, 15)]]),
    truth: [raised('fault', 'kitchen/battery-low', [30, 92], { ends: 'active' })],
  },
  {
    id: 'battery-at-limit',
    name: { en: 'A battery that recovers a little each time it rests', zh: '电池电量在限值附近波动' },
    seed: 73,
    lasts: 1_200,
    scene: () =>
      house(
        Array.from({ length: 8 }, (_, i): readonly SmokeHappening[] => [
          [30 + i * 140, (smoke) => smoke.lowBattery(kitchen, 19)],
          [100 + i * 140, (smoke) => smoke.lowBattery(kitchen, 22)],
        ]).flat(),
      ),
    truth: [raised('fault', 'kitchen/battery-low', [30, 92], { ends: 'active', toldAtMost: 1 })],
  },
  {
    id: 'detector-fault',
    name: { en: 'A detector’s self-check fails', zh: '探测器自检故障' },
    seed: 74,
    lasts: 90,
    scene: () => house([[30, (smoke) => smoke.fault(kitchen)]]),
    truth: [raised('fault', 'kitchen/detector-fault', [30, 31.5], { ends: 'active' })],
  },
  {
    id: 'radio-dead',
    name: { en: 'A detector’s radio is dead', zh: '探测器无线失联' },
    seed: 75,
    lasts: 2_700,
    scene: () => house([[30, (smoke) => smoke.silent(kitchen)]]),
    truth: [raised('fault', 'kitchen/unheard', [30, 30 + 1_800 + 62], { ends: 'active' })],
  },
];
