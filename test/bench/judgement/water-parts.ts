import { pressureTransmitter } from '../../../simulators/water/pressure-transmitter.ts';
import type { Tap } from '../../../simulators/water/village-network.ts';
import { type WaterNetwork, waterNetwork } from '../../../simulators/water/water-network.ts';
import { plainHydrant, plainMain, watchedHydrant } from './case-profiles.ts';
import type { Happening, Scene, Station } from './judgement-case.ts';

/** Adds at most one step of the gauge. */
export const noisy =
  (truly: () => number, step: number, random: () => number): (() => number) =>
  () =>
    truly() + (random() * 2 - 1) * step;

type Gauge = Pick<Station, 'profile' | 'conditions' | 'pollMs'>;

/** A gauge of the village; `read` is what its sensor makes of the truth. */
export function gaugeAt(
  id: string,
  { truly, read }: { readonly truly: () => number; readonly read: () => number },
  gauge: Gauge,
): Station {
  return { id, bus: 'hydrants', ...gauge, source: pressureTransmitter(1, read), truly };
}

export type VillageOptions = {
  /** Profile by tap; the plain hydrant, and the plain main, unless given. */
  readonly gauges?: Partial<Record<Tap, Gauge>>;
  /** The village's time when the case begins, hours after nine in the morning. */
  readonly hoursLater?: number;
  readonly worldStep?: number;
  readonly pollMs?: number;
};

export const everyTap: readonly Tap[] = [
  'hydrant-1',
  'hydrant-2',
  'hydrant-3',
  'hydrant-4',
  'hydrant-5',
  'hydrant-6',
  'hydrant-7',
  'hydrant-8',
  'fire-main',
];

/** Each hydrant with a sensor that is watched. */
export const allWatched: Partial<Record<Tap, Gauge>> = Object.fromEntries(
  everyTap.filter((tap) => tap !== 'fire-main').map((tap) => [tap, { profile: watchedHydrant }]),
);

/** What can happen to the water, at s since the case began. */
export type WaterHappening = readonly [at: number, act: (water: WaterNetwork) => void];

/** The whole village with a gauge at each tap, computed by EPANET. */
export async function village(
  random: () => number,
  script: readonly WaterHappening[],
  options: VillageOptions = {},
): Promise<Scene & { readonly water: WaterNetwork }> {
  const { gauges = {}, hoursLater = 0, worldStep = 1, pollMs } = options;
  const water = await waterNetwork();
  water.step(hoursLater * 3_600);
  const stations = everyTap.map((tap): Station => {
    const truly = (): number => water.pressure(tap);
    const gauge = gauges[tap] ?? { profile: tap === 'fire-main' ? plainMain : plainHydrant };
    return gaugeAt(
      tap,
      { truly, read: noisy(truly, 0.001, random) },
      pollMs === undefined ? gauge : { pollMs, ...gauge },
    );
  });
  return {
    water,
    stations,
    pass: (seconds) => water.step(seconds),
    worldStep,
    script: script.map(([at, act]): Happening => [at, () => act(water)]),
    end: () => water[Symbol.dispose](),
  };
}
