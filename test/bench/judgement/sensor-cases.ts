import { float32, type Unit, unitOf } from '../../../simulators/modbus/unit.ts';
import { currentLoop, markedGauge, plainHydrant, plainMain, watchedHydrant } from './case-profiles.ts';
import type { Happening, JudgementCase, Scene, Station } from './judgement-case.ts';
import { mainLow, raised } from './truths.ts';
import { everyTap, gaugeAt, noisy, village } from './water-parts.ts';

/** One gauge of the village reads otherwise than it should; the others are as they are. */
async function spoiltGauge(
  random: () => number,
  spoil: (truly: number, now: number) => number,
  options: Parameters<typeof village>[2] = {},
): Promise<Scene> {
  const gauges = Object.fromEntries(everyTap.map((tap) => [tap, { profile: watchedHydrant }]));
  const scene = await village(random, [], { ...options, gauges: { ...gauges, 'fire-main': { profile: plainMain } } });
  let now = 0;
  const stations = scene.stations.map((station): Station => {
    const { id, truly, pollMs } = station;
    if (id !== 'hydrant-4' || !truly) return station;
    const sensed = noisy(truly, 0.001, random);
    const gauge = { profile: watchedHydrant, ...(pollMs !== undefined && { pollMs }) };
    return gaugeAt(id, { truly, read: () => spoil(sensed(), now) }, gauge);
  });
  const pass = (seconds: number): void => {
    scene.pass?.(seconds);
    now += seconds;
  };
  return { ...scene, stations, pass };
}

/** Wrong samples that never come two in a row. */
function singles(random: () => number, wrong: number): (truly: number) => number {
  let isWrong = false;
  return (truly) => {
    isWrong = !isWrong && random() < 0.02;
    return isWrong ? wrong : truly;
  };
}

/** With the limits of the standard alone. */
const onLimits = (scene: Scene): Scene => ({
  ...scene,
  stations: scene.stations.map((each) => (each.id === 'hydrant-4' ? { ...each, profile: plainHydrant } : each)),
});

/** A current in mA at an analogue input. */
const loop = (milliamperes: () => number): Station => ({
  id: 'loop',
  bus: 'hydrants',
  profile: currentLoop,
  source: unitOf({ input: { 0: () => Math.max(0, Math.round(milliamperes() * 1_000)) } }),
});
/** 0.35 MPa of 1.6 MPa. */
const healthyCurrent = 7.5;

/** A 4–20 mA loop by itself: what its current is over time. */
const loopScene = (random: () => number, current: (now: number) => number): Scene => {
  let now = 0;
  const sensed = noisy(() => current(now), 0.01, random);
  return {
    stations: [loop(() => (current(now) === 0 ? 0 : sensed()))],
    worldStep: 0.1,
    pass: (seconds) => (now += seconds),
    script: [],
  };
};

type Marked = { float: number; word: number };
const marked = (at: Marked): Unit =>
  unitOf({ holding: { 0: () => float32(at.float)[0], 1: () => float32(at.float)[1], 2: () => at.word } });
function markedScene(script: (at: Marked) => readonly Happening[]): Scene {
  const at: Marked = { float: 0.35, word: 350 };
  return {
    stations: [{ id: 'gauge', bus: 'hydrants', profile: markedGauge, source: marked(at) }],
    script: script(at),
  };
}

const hour = 3_600;

export const sensorCases: readonly JudgementCase[] = [
  {
    id: 'sensor-drift',
    name: {
      en: 'A gauge drifts by 0.1 MPa in six hours, still above its limits',
      zh: '压力表六小时漂移 0.1 MPa，仍高于限值',
    },
    seed: 31,
    lasts: 6 * hour,
    scene: (random) =>
      spoiltGauge(random, (truly, now) => truly - (0.1 * now) / (6 * hour), { worldStep: 10, pollMs: 10_000 }),
    truth: [],
  },
  {
    id: 'sensor-zero-lost',
    name: { en: 'A gauge loses its zero: it shows less than a vacuum', zh: '压力表零点丢失，示值低于真空' },
    seed: 32,
    lasts: 300,
    scene: (random) => spoiltGauge(random, (truly, now) => (now < 60 ? truly : truly - 1.2)),
    truth: [raised('fault', 'hydrant-4/sensor-bad', [60, 74], { ends: 'active' })],
  },
  {
    id: 'sensor-stuck',
    name: { en: 'A gauge sticks', zh: '压力表卡死' },
    seed: 33,
    lasts: 2 * hour,
    scene: (random) => {
      let frozen: number | undefined;
      const stick = (truly: number, now: number): number => (now < 600 ? truly : (frozen ??= truly));
      return spoiltGauge(random, stick, { worldStep: 5, pollMs: 5_000 });
    },
    // Half an hour after it last moved by a step, which may have been a while before it stuck.
    truth: [raised('fault', 'hydrant-4/stuck', [600, 2_410], { ends: 'active' })],
  },
  {
    id: 'sensor-spikes',
    name: { en: 'Interference: single samples read almost nothing', zh: '干扰：个别采样值近零' },
    seed: 34,
    lasts: 1_800,
    scene: async (random) => onLimits(await spoiltGauge(random, singles(random, 0.02))),
    truth: [],
  },
  {
    id: 'sensor-peak',
    name: { en: 'Interference: one single sample is far too high', zh: '干扰：单个采样值偏高' },
    seed: 45,
    lasts: 600,
    scene: (random) => spoiltGauge(random, (truly, now) => (now === 300 ? 1.2 : truly)),
    truth: [],
  },
  {
    id: 'sensor-wild',
    name: { en: 'Single samples that no water can give', zh: '偶发超量程的采样值' },
    seed: 35,
    lasts: 1_800,
    scene: (random) => spoiltGauge(random, (truly) => (random() < 0.02 ? -3 : truly)),
    truth: [],
  },
  {
    id: 'not-a-number',
    name: { en: 'A float transmitter says NaN', zh: '变送器返回 NaN' },
    seed: 36,
    lasts: 200,
    scene: () =>
      markedScene((at) => [
        [30, () => void (at.float = Number.NaN)],
        [120, () => void (at.float = 0.35)],
      ]),
    truth: [raised('fault', 'gauge/float-missing', [30, 37], { ends: 'cleared' })],
  },
  {
    id: 'device-marker',
    name: { en: 'A device marks its value as missing (0x7FFF)', zh: '设备以 0x7FFF 标记无效值' },
    seed: 37,
    lasts: 120,
    scene: () => markedScene((at) => [[30, () => void (at.word = 0x7fff)]]),
    truth: [raised('fault', 'gauge/word-missing', [30, 37], { ends: 'active' })],
  },
  {
    id: 'marker-then-low',
    name: { en: 'NaN for a while, then a pressure that is really too low', zh: '先 NaN，后确实低压' },
    seed: 38,
    lasts: 200,
    scene: () =>
      markedScene((at) => [
        [30, () => void (at.float = Number.NaN)],
        [90, () => void (at.float = 0.12)],
      ]),
    truth: [
      raised('fault', 'gauge/float-missing', [30, 37], { ends: 'cleared' }),
      raised('supervisory', 'gauge/low', [90, 97], { ends: 'active' }),
    ],
  },
  {
    id: 'wire-break',
    name: { en: 'The wire of a 4–20 mA loop breaks: no pressure is told', zh: '4–20 mA 断线：报断线，不报低压' },
    seed: 39,
    lasts: 120,
    scene: (random) => loopScene(random, (now) => (now < 30 ? healthyCurrent : 0)),
    truth: [raised('fault', 'loop/wire-break', [30, 36], { ends: 'active' })],
  },
  {
    id: 'short-circuit',
    name: { en: 'A 4–20 mA loop is short-circuited', zh: '4–20 mA 短路' },
    seed: 40,
    lasts: 120,
    scene: (random) => loopScene(random, (now) => (now < 30 ? healthyCurrent : 24)),
    truth: [raised('fault', 'loop/short-circuit', [30, 36], { ends: 'active' })],
  },
  {
    id: 'loop-low',
    name: { en: 'A 4–20 mA loop shows a pressure that is too low, and no broken wire', zh: '4–20 mA 低压而未断线' },
    seed: 41,
    lasts: 120,
    scene: (random) => loopScene(random, (now) => (now < 30 ? healthyCurrent : 5)),
    truth: [raised('supervisory', 'loop/low', [30, 38], { ends: 'active' })],
  },
  {
    id: 'loose-terminal',
    name: { en: 'A loose terminal: the loop breaks and comes back twenty times', zh: '端子松动：回路反复通断二十次' },
    seed: 42,
    lasts: 300,
    scene: (random) => loopScene(random, (now) => (now > 30 && now < 170 && (now - 30) % 7 < 5 ? 0 : healthyCurrent)),
    truth: [raised('fault', 'loop/wire-break', [30, 36], { ends: 'cleared', toldAtMost: 2 })],
  },
  {
    id: 'doubtful-burst',
    name: { en: 'Half a minute of unconfirmed low values', zh: '半分钟未经确认的低值' },
    seed: 43,
    lasts: 180,
    scene: async (random) => {
      const scene = onLimits(await spoiltGauge(random, (truly, now) => (now >= 30 && now < 60 ? 0.02 : truly)));
      const script: readonly Happening[] = [
        [29, (stage) => stage.spoil('hydrant-4', 'unconfirmed')],
        [62, (stage) => stage.spoil('hydrant-4', undefined)],
      ];
      return { ...scene, script };
    },
    truth: [],
  },
  {
    id: 'doubt-then-burst',
    name: { en: 'Values in doubt while a main bursts, then good ones', zh: '爆管时数据存疑，随后恢复' },
    seed: 44,
    lasts: 180,
    scene: async (random) => {
      const scene = await village(random, [[30, (water) => water.burst('main-11-12', 70)]]);
      const script: readonly Happening[] = [
        ...scene.script,
        [20, (stage) => stage.spoil('hydrant-8', 'unconfirmed')],
        [60, (stage) => stage.spoil('hydrant-8', undefined)],
      ];
      return { ...scene, script };
    },
    // From when it can be seen.
    truth: [raised('supervisory', 'hydrant-8/low', [60, 68]), mainLow()],
  },
];
