import { probesPerSilence } from '../../../edge/alarm/rules-of.ts';
import { seededRandom } from '../../../simulators/water/seeded-random.ts';
import type { Happening, JudgementCase, Scene, Stage, Station, Told } from './judgement-case.ts';
import { openStage } from './stage.ts';

/** What is really there at a device, each time it was read, in s since the case began. */
export type Trace = readonly (readonly [at: number, truly: number])[];

export type Played = {
  readonly told: readonly Told[];
  readonly traces: ReadonlyMap<string, Trace>;
  readonly stations: readonly Station[];
};

/** Between two looks at a contact, ms: an edge is told at once, this stands for that. */
const lineEvery = 10;
/** The gateway looks after itself. */
const tickEvery = 1_000;

/** Plays a case in virtual time. Deterministic: the same seed gives the same. */
export async function runCase({ scene, seed, lasts }: JudgementCase): Promise<Played> {
  const random = seededRandom(seed);
  const made = await scene(random);
  try {
    const stage = await openStage(made);
    const traces = await play(made, stage, { random, lasts });
    return { told: stage.told, traces, stations: made.stations };
  } finally {
    made.end?.();
  }
}

/** Something that is due at a time, ms, and again so many ms after it was done. */
type Job = { due: number; readonly every: (stage: Stage) => number | Promise<number> };

async function play(
  scene: Scene,
  stage: Stage,
  { random, lasts }: { readonly random: () => number; readonly lasts: number },
): Promise<ReadonlyMap<string, Trace>> {
  const traces = new Map<string, (readonly [number, number])[]>();
  const jobs: Job[] = [
    worldOf(scene),
    { due: tickEvery, every: tick },
    ...scene.stations.map((station) => pollOf(station, random, traces)),
    ...scene.script.map(onceOf),
  ];
  for (;;) {
    const next = jobs.reduce((one, other) => (other.due < one.due ? other : one));
    if (next.due > lasts * 1_000) return traces;
    await stage.advance(Math.max(0, next.due - stage.now() * 1_000));
    next.due += await next.every(stage);
  }
}

function worldOf({ pass, worldStep = 1 }: Scene): Job {
  const every = (): number => {
    pass?.(worldStep);
    return worldStep * 1_000;
  };
  return { due: worldStep * 1_000, every };
}

function tick(stage: Stage): number {
  if (!stage.isAway()) stage.tick();
  return tickEvery;
}

const onceOf = ([at, act]: Happening): Job => ({
  due: at * 1_000,
  every: async (stage) => {
    await act(stage);
    return Number.POSITIVE_INFINITY;
  },
});

/** A device is read in its period from some moment on, and less often while it is silent, as its promise allows. */
function pollOf(station: Station, random: () => number, traces: Map<string, (readonly [number, number])[]>): Job {
  const { id, profile, truly, source } = station;
  const { pollMs = profile.pollMs } = station;
  const period = typeof source === 'function' ? lineEvery : pollMs;
  const trace: (readonly [number, number])[] = [];
  if (truly) traces.set(id, trace);
  return {
    due: Math.round(random() * period),
    every(stage) {
      if (truly) trace.push([stage.now(), truly()]);
      if (stage.isAway()) return period;
      if (stage.read(station)) return period;
      // Silent units take turns with their probes.
      return Math.max(period, Math.round((profile.silenceMs / probesPerSilence) * (1 - random() / 2)));
    },
  };
}
