import { minutes, seconds } from '../../../sdk/model/time.ts';
import type { JudgementCase } from './judgement-case.ts';
import { house, type SmokeHappening, slotOf } from './smoke-parts.ts';
import { raised } from './truths.ts';

const kitchen = slotOf('kitchen');
const bedroom = slotOf('bedroom');

/** Kitchen and hall are tested, for so many minutes at most. */
const walkTest =
  (length: number): SmokeHappening[1] =>
  (_, { desk }) =>
    desk().walkTest.start({
      devices: ['kitchen', 'hall'],
      length: minutes(length),
      sounders: 'quiet',
      operator: 'anna',
    });

/** What people do to alarms, which must not hide a fire. */
export const operatorCases: readonly JudgementCase[] = [
  {
    id: 'reset-too-soon',
    name: { en: 'Somebody resets while it still burns: a second fire alarm', zh: '仍在燃烧即复位：再次报火警' },
    seed: 71,
    lasts: 120,
    scene: () =>
      house([
        [30, (smoke) => smoke.trip(bedroom)],
        [60, (_, stage) => void stage.desk().reset('bedroom', 'smoke', undefined, 'duty')],
      ]),
    truth: [
      raised('fire', 'bedroom/smoke', [30, 31.5]),
      raised('fire', 'bedroom/smoke', [60, 61.5], { ends: 'active' }),
    ],
  },
  {
    id: 'walk-test',
    name: { en: 'A walk test of two detectors', zh: '逐点测试两个探测器' },
    seed: 76,
    lasts: 400,
    scene: () =>
      house([
        [10, walkTest(5)],
        [30, (smoke) => smoke.trip(kitchen)],
        [50, (smoke) => smoke.clear(kitchen)],
        [80, (smoke) => smoke.trip(slotOf('hall'))],
        [100, (smoke) => smoke.clear(slotOf('hall'))],
      ]),
    truth: [raised('test', 'kitchen/smoke', [30, 31.5]), raised('test', 'hall/smoke', [80, 81.5])],
  },
  {
    id: 'fire-in-walk-test',
    name: { en: 'A real fire during a walk test', zh: '逐点测试期间真实起火' },
    seed: 77,
    lasts: 200,
    scene: () =>
      house([
        [10, walkTest(5)],
        [30, (smoke) => smoke.trip(kitchen)],
        [50, (smoke) => smoke.clear(kitchen)],
        [80, (smoke) => smoke.trip(bedroom)],
      ]),
    truth: [
      raised('test', 'kitchen/smoke', [30, 31.5]),
      raised('fire', 'bedroom/smoke', [80, 81.5], { ends: 'active' }),
    ],
  },
  {
    id: 'tested-then-fire',
    name: { en: 'A detector that has passed its test sees a fire', zh: '已测探测器随后真实报警' },
    seed: 78,
    lasts: 200,
    scene: () =>
      house([
        [10, walkTest(5)],
        [30, (smoke) => smoke.trip(kitchen)],
        [50, (smoke) => smoke.clear(kitchen)],
        [120, (smoke) => smoke.trip(kitchen)],
      ]),
    truth: [
      raised('test', 'kitchen/smoke', [30, 31.5]),
      raised('fire', 'kitchen/smoke', [120, 121.5], { ends: 'active' }),
    ],
  },
  {
    id: 'tested-and-stays',
    name: { en: 'A detector under test does not restore: it is a fire', zh: '测试中的探测器长时间不恢复，按火警处理' },
    seed: 79,
    lasts: 500,
    scene: () =>
      house([
        [10, walkTest(30)],
        [30, (smoke) => smoke.trip(kitchen)],
      ]),
    truth: [
      raised('test', 'kitchen/smoke', [30, 31.5]),
      raised('fire', 'kitchen/smoke', [330, 333], { ends: 'active' }),
    ],
  },
  {
    id: 'fire-out-of-service',
    name: { en: 'A fire at a device that is out of service for repair', zh: '停用检修设备报火警' },
    seed: 80,
    lasts: 120,
    scene: () =>
      house([
        [
          10,
          (_, { desk }) =>
            desk().suppress({
              device: 'bedroom',
              condition: '',
              how: 'out-of-service',
              why: 'new battery',
              operator: 'anna',
            }),
        ],
        [30, (smoke) => smoke.trip(bedroom)],
      ]),
    truth: [raised('fire', 'bedroom/smoke', [30, 31.5], { ends: 'active' })],
  },
  {
    id: 'fault-shelved',
    name: { en: 'A shelved fault stays quiet, and is told when its time is over', zh: '搁置的故障到期后再报' },
    seed: 81,
    lasts: 400,
    scene: () =>
      house([
        [
          10,
          (_, { desk }) =>
            desk().suppress({
              device: 'kitchen',
              condition: 'battery-low',
              how: 'shelved',
              why: 'battery is ordered',
              operator: 'anna',
              length: seconds(240),
            }),
        ],
        [30, (smoke) => smoke.lowBattery(kitchen, 15)],
      ]),
    truth: [raised('fault', 'kitchen/battery-low', [250, 252.5], { ends: 'active' })],
  },
  {
    id: 'walk-test-restart',
    name: { en: 'The gateway is restarted while a detector under test is tripped', zh: '逐点测试触发期间网关重启' },
    seed: 82,
    lasts: 280,
    scene: () =>
      house([
        [10, walkTest(30)],
        [30, (smoke) => smoke.trip(kitchen)],
        [40, (_, stage) => stage.restart('stopped', 10)],
        [70, (smoke) => smoke.clear(kitchen)],
        [100, (smoke) => smoke.trip(slotOf('hall'))],
        [120, (smoke) => smoke.clear(slotOf('hall'))],
      ]),
    truth: [raised('test', 'kitchen/smoke', [30, 31.5]), raised('test', 'hall/smoke', [100, 101.5])],
  },
  {
    id: 'walk-test-verified',
    name: { en: 'A walk test of a detector with verification', zh: '对启用复核的探测器逐点测试' },
    seed: 83,
    lasts: 200,
    scene: () =>
      house(
        [
          [10, walkTest(30)],
          [30, (smoke) => smoke.trip(kitchen)],
          [50, (smoke) => smoke.clear(kitchen)],
          [90, (smoke) => smoke.trip(kitchen)],
        ],
        { verify: { kitchen: 30_000 } },
      ),
    truth: [
      raised('test', 'kitchen/smoke-pre', [30, 31.5]),
      raised('pre-alarm', 'kitchen/smoke-pre', [90, 91.5]),
      raised('fire', 'kitchen/smoke', [90, 122], { ends: 'active' }),
    ],
  },
  {
    id: 'fire-after-test-button',
    name: { en: 'The test button, and smoke while it still says test', zh: '自检未结束时真实起火' },
    seed: 87,
    lasts: 120,
    scene: () =>
      house([
        [30, (smoke) => smoke.test(kitchen)],
        [40, (smoke) => smoke.trip(kitchen)],
      ]),
    truth: [
      raised('test', 'kitchen/test', [30, 31.5], { ends: 'cleared' }),
      raised('fire', 'kitchen/smoke', [40, 41.5], { ends: 'active' }),
    ],
  },
];
