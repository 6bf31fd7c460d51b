import { plainHydrant } from './case-profiles.ts';
import type { JudgementCase } from './judgement-case.ts';
import { low, lowLow, mainLow, raised } from './truths.ts';
import { surge } from './water-hammer.ts';
import { allWatched, gaugeAt, noisy, village } from './water-parts.ts';

/** Hydrants that are opened, legally or not, valves that are not, and what water does in a pipe. */
export const waterCases: readonly JudgementCase[] = [
  {
    id: 'fire-flow',
    name: { en: 'A fire is fought with one hydrant, the pressure holds', zh: '单栓灭火出水，压力正常' },
    seed: 6,
    lasts: 300,
    scene: (random) => village(random, [[30, (water) => water.openHydrant('hydrant-4', 15)]]),
    truth: [],
  },
  {
    id: 'fire-drill',
    name: {
      en: 'Fire drill: two hydrants at the far end run, one gets low',
      zh: '消防演练：末端两栓出水，一处压力偏低',
    },
    seed: 7,
    lasts: 300,
    scene: (random) =>
      village(random, [
        [30, (water) => water.openHydrant('hydrant-8', 22)],
        [40, (water) => water.openHydrant('hydrant-5', 15)],
        [240, (water) => water.closeHydrant('hydrant-8')],
        [245, (water) => water.closeHydrant('hydrant-5')],
      ]),
    truth: [low('hydrant-8', { ends: 'cleared' })],
  },
  {
    id: 'overdrawn',
    name: { en: 'Three engines draw more than the mains can give', zh: '三车同时取水，超出管网能力' },
    seed: 8,
    lasts: 200,
    scene: (random) =>
      village(random, [
        [30, (water) => water.openHydrant('hydrant-8', 22)],
        [50, (water) => water.openHydrant('hydrant-5', 25)],
        [70, (water) => water.openHydrant('hydrant-7', 25)],
      ]),
    truth: [low('hydrant-8'), lowLow('hydrant-8'), mainLow(), low('hydrant-5'), low('hydrant-7')],
  },
  {
    id: 'theft-at-night',
    name: { en: 'A tanker fills from a hydrant at two at night', zh: '凌晨两点从消火栓盗水' },
    seed: 9,
    lasts: 400,
    scene: (random) =>
      village(
        random,
        [
          [60, (water) => water.openHydrant('hydrant-8', 10)],
          [300, (water) => water.closeHydrant('hydrant-8')],
        ],
        { gauges: allWatched, hoursLater: 17 },
      ),
    truth: [raised('supervisory', 'hydrant-8/opened', [60, 67], { ends: 'cleared' })],
  },
  {
    id: 'garden-hose',
    name: {
      en: 'A garden hose on a hydrant: two litres a second are within what a village does',
      zh: '消火栓接软管浇地：流量过小，压力无从分辨',
    },
    seed: 10,
    lasts: 400,
    scene: (random) =>
      village(random, [[60, (water) => water.openHydrant('hydrant-6', 2)]], { gauges: allWatched, hoursLater: 17 }),
    truth: [],
  },
  {
    id: 'valve-left-shut',
    name: {
      en: 'A valve was left all but shut; the yearly flow test finds it',
      zh: '检修后阀门未开，年度放水试验发现',
    },
    seed: 15,
    lasts: 300,
    scene: (random) =>
      village(random, [
        [10, (water) => water.setValve('branch-hydrant-8', 0.01)],
        [120, (water) => water.openHydrant('hydrant-8', 10)],
        [180, (water) => water.closeHydrant('hydrant-8')],
        [181, (water) => water.setValve('branch-hydrant-8', 1)],
      ]),
    truth: [low('hydrant-8', { ends: 'cleared' }), lowLow('hydrant-8', { ends: 'cleared' })],
  },
  {
    id: 'supply-valve-shut',
    name: {
      en: 'A valve of the mains was left all but shut, and an engine draws behind it',
      zh: '干管阀门未开，消防车在其后取水',
    },
    seed: 16,
    lasts: 300,
    scene: (random) =>
      village(random, [
        [10, (water) => ['main-3-4', 'main-7-8', 'main-11-12'].forEach((pipe) => water.setValve(pipe, 0.02))],
        [120, (water) => water.openHydrant('hydrant-3', 10)],
      ]),
    truth: [low('hydrant-3'), low('hydrant-5'), low('hydrant-8'), lowLow('hydrant-8')],
  },
  ...([17, 18, 19] as const).map(
    (seed): JudgementCase => ({
      id: `water-hammer-${seed - 16}`,
      name: { en: 'A hydrant is shut at once: water hammer at its neighbour', zh: '消火栓急闭，邻栓水锤' },
      seed,
      lasts: 180,
      scene: async (random) => {
        const drawn = 12;
        const shutAt = 60;
        let now = random(); // the wave is faster than the clock of the world
        const scene = await village(random, [
          [10, (water) => water.openHydrant('hydrant-7', drawn)],
          [shutAt, (water) => water.closeHydrant('hydrant-7')],
        ]);
        const stations = scene.stations.map((station) => {
          const { id, truly } = station;
          if (id !== 'hydrant-8' || !truly) return station;
          // A gauge shows what is there as it is read, down to the vacuum that water can bear.
          const read = noisy(() => Math.max(-0.09, truly() + surge(drawn, now - shutAt)), 0.001, random);
          return gaugeAt(id, { truly, read }, { profile: plainHydrant });
        });
        const pass = (seconds: number): void => {
          scene.pass?.(seconds);
          now += seconds;
        };
        return { ...scene, stations, pass };
      },
      truth: [],
    }),
  ),
];
