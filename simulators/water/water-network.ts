import { FengsuiError } from '../../sdk/model/errors.ts';
import { type Hydraulics, loadHydraulics } from './hydraulics.ts';
import { seededRandom } from './seeded-random.ts';
import { breakOf, pipes, pump, type Tap, tank, taps } from './village-network.ts';

export type WaterNetwork = Disposable & {
  /** Opens it as far as gives so much just now; the flow then follows the pressure. 0.1 to 60 L/s. @throws FengsuiError NOT_FOUND | INVALID */
  openHydrant(id: string, litresPerSecond: number): void;
  closeHydrant(id: string): void;
  /** Tears a hole into the middle of a pipe, 1 to 300 mm wide; 80 mm unless given. @throws FengsuiError NOT_FOUND | INVALID */
  burst(pipe: string, holeMm?: number): void;
  /** Mends every burst. */
  repair(): void;
  /** Turns the gate valve at the beginning of a pipe: 1 is open, 0.005 all but shut; even a shut one weeps. @throws FengsuiError NOT_FOUND | INVALID */
  setValve(pipe: string, opening: number): void;
  /** The pump stops and stays off until `startPump`. */
  tripPump(): void;
  startPump(): void;
  /** Lets time pass: the tank fills or drains, the village draws more or less. */
  step(seconds: number): void;
  /** What a gauge at the tap shows, in MPa, in steps of 0.001. Never below 0: a tap without water lets air in. */
  pressure(id: string): number;
  /** Water that leaves the open hydrant, in L/s. */
  flow(id: string): number;
  /** Water above the tank's bottom, in metres. */
  tankLevel(): number;
  /** Taps that have no water just now. */
  dryTaps(): readonly Tap[];
};

export type WaterOptions = {
  /** Adds at most one step of resolution to what gauges show; the same seed gives the same noise. None unless given. */
  readonly noiseSeed?: number;
};

const metrePerMegapascal = 1 / 0.009_806_65;
/** Longest step of the tank's balance, seconds: at 100 L/s its level moves 0.16 m. */
const longestStep = 60;
/** The village begins its day here. */
const startHour = 9;
/** Draw of a village by hour of the day, as a multiple of its mean. Invented, with the usual two peaks. */
const dayPattern = [
  0.3, 0.3, 0.3, 0.3, 0.4, 0.8, 1.6, 1.9, 1.4, 1.0, 0.9, 1.2, 1.4, 1.0, 0.8, 0.8, 1.0, 1.6, 2.0, 1.8, 1.4, 1.0, 0.6,
  0.4,
] as const;

type State = {
  level: number;
  /** Since midnight of the first day. */
  seconds: number;
  isPumpTripped: boolean;
  /** The float asks for water. */
  isPumpCalled: boolean;
};

/** The water of a village, computed by EPANET. Everything is deterministic. */
export async function waterNetwork(options: WaterOptions = {}): Promise<WaterNetwork> {
  const model = await loadHydraulics();
  const noise = gaugeNoise(options.noiseSeed);
  const state: State = { level: tank.startLevel, seconds: startHour * 3_600, isPumpTripped: false, isPumpCalled: true };
  const solve = (): void => {
    if (state.level >= pump.stopLevel) state.isPumpCalled = false;
    if (state.level <= pump.startLevel) state.isPumpCalled = true;
    model.setPump(state.isPumpCalled && !state.isPumpTripped);
    model.setTankLevel(state.level);
    model.setDemand(dayPattern[Math.floor(state.seconds / 3_600) % 24] ?? 1);
    model.solve();
    noise.renew();
  };
  const change = (apply: () => void): void => {
    apply();
    solve();
  };
  const setTripped = (isTripped: boolean): void => change(() => (state.isPumpTripped = isTripped));
  solve();
  return {
    openHydrant: (id, litresPerSecond) => change(() => openTap(model, tapOf(id), litresPerSecond)),
    closeHydrant: (id) => change(() => model.setOpening(tapOf(id), 0)),
    burst: (pipe, holeMm = 80) => change(() => model.setOpening(breakIn(pipe), orifice(holeMm))),
    repair: () => change(() => pipes.forEach(({ id }) => model.setOpening(breakOf(id), 0))),
    setValve: (pipe, opening) => change(() => model.setLoss(pipeOf(pipe), gateLoss(opening))),
    tripPump: () => setTripped(true),
    startPump: () => setTripped(false),
    step(seconds) {
      checkNumber('a time step of seconds', seconds, { from: 0, to: 30 * 86_400 });
      for (let left = seconds; left > 0; left -= longestStep) {
        const dt = Math.min(left, longestStep);
        state.level = levelAfter(state.level, model.tankInflow(), dt);
        state.seconds += dt;
        solve();
      }
    },
    pressure: (id) => shown(model.pressure(tapOf(id)) + noise.of(tapOf(id))),
    flow: (id) => model.flow(tapOf(id)),
    tankLevel: () => state.level,
    dryTaps: () => taps.filter((tap) => model.pressure(tap) <= 0),
    [Symbol.dispose]: () => model[Symbol.dispose](),
  };
}

/** An opening that gives the flow at the present pressure; with hardly any pressure, as if there were 10 m. */
function openTap(model: Hydraulics, tap: Tap, litresPerSecond: number): void {
  checkNumber('a flow in L/s', litresPerSecond, { from: 0.1, to: 60 });
  model.setOpening(tap, litresPerSecond / Math.sqrt(Math.max(10, model.pressure(tap))));
}

/** Flow through a sharp-edged hole, L/s at 1 m of pressure: 0.6 · area · √(2 g). */
function orifice(holeMm: number): number {
  checkNumber('a hole in mm', holeMm, { from: 1, to: 300 });
  return 0.6 * (Math.PI / 4) * (holeMm / 1_000) ** 2 * Math.sqrt(2 * 9.806_65) * 1_000;
}

/** Sudden widening behind the contracted stream (Borda–Carnot, contraction 0.62): 0 when open, thousands when all but shut. */
function gateLoss(opening: number): number {
  checkNumber('an opening of a valve', opening, { from: 0.005, to: 1 });
  return opening === 1 ? 0 : (1 / (0.62 * opening) - 1) ** 2;
}

function levelAfter(level: number, litresPerSecond: number, seconds: number): number {
  const area = (Math.PI / 4) * tank.diameter ** 2;
  const next = level + ((litresPerSecond / 1_000) * seconds) / area;
  return Math.min(tank.maxLevel, Math.max(tank.minLevel, next));
}

const shown = (metres: number): number => Math.round(Math.max(0, metres / metrePerMegapascal) * 1_000) / 1_000;

type Noise = { renew(): void; of(tap: Tap): number };
/** One draw per tap and solution, so that reading a gauge twice reads the same. */
function gaugeNoise(seed: number | undefined): Noise {
  if (seed === undefined) return { renew: () => undefined, of: () => 0 };
  const random = seededRandom(seed);
  const drawn = new Map<Tap, number>();
  return {
    renew: () => taps.forEach((tap) => void drawn.set(tap, (random() * 2 - 1) * 0.001 * metrePerMegapascal)),
    of: (tap) => drawn.get(tap) ?? 0,
  };
}

function tapOf(id: string): Tap {
  const tap = taps.find((known) => known === id);
  if (tap === undefined)
    throw new FengsuiError('NOT_FOUND', `there is no tap ${JSON.stringify(id)}: use one of ${taps.join(', ')}`);
  return tap;
}

const breakIn = (pipe: string): string => breakOf(pipeOf(pipe));

function pipeOf(pipe: string): string {
  if (pipes.some(({ id }) => id === pipe)) return pipe;
  const known = pipes.map(({ id }) => id).join(', ');
  throw new FengsuiError('NOT_FOUND', `there is no pipe ${JSON.stringify(pipe)}: use one of ${known}`);
}

function checkNumber(what: string, value: number, { from, to }: { from: number; to: number }): void {
  if (value >= from && value <= to) return;
  throw new FengsuiError('INVALID', `${value} is not ${what}: expected ${from} to ${to}`);
}
