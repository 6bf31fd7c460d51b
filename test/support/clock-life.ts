import type { Clock } from '../../edge/platform/clock.ts';
import { type ClockWatch, unwatched, watchedClock } from '../../edge/platform/clock-watch.ts';
import { guardedClock } from '../../edge/platform/guarded-clock.ts';
import { corrected, worstDrift } from '../../sdk/model/run-clock.ts';
import { monoTime, type Stamp, wallTime } from '../../sdk/model/time.ts';
import { seededRandom } from '../../simulators/water/seeded-random.ts';

export type ClockLife = {
  readonly stamps: number;
  /** Stamps that were not trusted when they were made, and are now. */
  readonly corrected: number;
  /** Of stamps that count as right in the end, ms. */
  readonly worstError: number;
  /** How often the wall clock went back without having been trusted. */
  readonly wentBack: number;
  /** Stamps before what an earlier run knew. */
  readonly beforePast: number;
  readonly steps: number;
};

const second = 1_000;
const day = 86_400_000;
const start = Date.UTC(2026, 5, 1);
const lookEvery = second;

/**
 * Some hours of a gateway whose crystal is off by up to 200 ppm and whose wall clock wakes in 1970 or anywhere else, is
 * set by hand, is found by a time service, is lost again, and is stepped by it. Truth is known, so that every stamp can
 * be held against it.
 */
export function clockLife(seed: number): ClockLife {
  const random = seededRandom(seed);
  const drift = (random() * 2 - 1) * worstDrift;
  const hours = 1 + random() * 5;
  const past = random() < 0.5 ? start - day * random() : undefined;
  const host = {
    truth: start,
    mono: 0,
    offset: random() < 0.5 ? 0 : start + (random() - 0.7) * 400 * day,
    synced: false,
  };
  const never = (): never => {
    throw new Error('nothing waits in a simulated life');
  };
  const system: Clock = {
    mono: () => monoTime(host.mono),
    wall: () => wallTime(host.mono + host.offset),
    trust: () => (host.synced ? 'synced' : 'unknown'),
    sleep: never,
    after: never,
    afterExactly: never,
  };
  const clock = guardedClock(system);
  if (past !== undefined) clock.notBefore(wallTime(past));
  let watch: ClockWatch = unwatched;
  const stamps: { readonly stamp: Stamp; readonly truth: number }[] = [];
  let wentBack = 0;
  let beforePast = 0;
  let last = Number.NEGATIVE_INFINITY;

  const pass = (ms: number): void => {
    host.truth += ms;
    host.mono += ms * (host.synced ? 1 : 1 + drift); // a time service mends the rate, too
  };
  const stampIt = (): void => {
    const stamp: Stamp = { boot: 1, mono: clock.mono(), wall: clock.wall(), trust: clock.trust() };
    if (stamp.trust !== 'synced' && stamp.wall < last) wentBack++;
    if (past !== undefined && stamp.trust !== 'synced' && stamp.wall < past) beforePast++;
    last = stamp.wall;
    stamps.push({ stamp, truth: host.truth });
  };
  const happen = (): void => {
    const what = random();
    if (what < 0.4) {
      host.offset = host.truth - host.mono; // the time service sets the clock, …
      if (random() < 0.3) stampIt();
      host.synced = true; // … and a moment later says so
    } else if (what < 0.7) host.synced = false;
    else {
      host.synced = false; // the kernel takes it back when somebody sets the clock
      // A hand that sets it forward wrongly is believed where nothing better is known; back it never is.
      host.offset -= day * random() * 2;
    }
  };
  for (let at = 0; at < hours * 3_600_000; at += lookEvery) {
    pass(lookEvery / 2);
    if (random() < 0.002) happen();
    if (random() < 0.02) stampIt();
    pass(lookEvery / 2);
    watch = watchedClock(watch, { mono: system.mono(), wall: system.wall(), trust: system.trust() });
  }
  host.synced = true;
  host.offset = host.truth - host.mono;
  watch = watchedClock(watch, { mono: system.mono(), wall: system.wall(), trust: 'synced' });

  const right = stamps.map(({ stamp, truth }) => ({
    now: corrected(stamp, [{ boot: 1, points: watch.points }]),
    truth,
  }));
  const errors = right.filter(({ now }) => now.trust === 'synced').map(({ now, truth }) => Math.abs(now.wall - truth));
  return {
    stamps: stamps.length,
    corrected: right.filter(({ now }) => now.isCorrected && now.trust === 'synced').length,
    worstError: Math.max(0, ...errors),
    wentBack,
    beforePast,
    steps: watch.steps,
  };
}
