import { describe, expect, it } from 'vitest';
import { ticker } from '../../../../edge/bus/poll/ticker.ts';
import type { Clock } from '../../../../edge/platform/clock.ts';
import { monoTime } from '../../../../sdk/model/time.ts';
import { fakeClock } from '../../../support/fake-clock.ts';

function counting() {
  const clock = fakeClock();
  let timers = 0;
  const after: Clock['after'] = (ms, wake) => {
    timers++;
    return clock.after(ms, wake);
  };
  return { clock, ticks: ticker({ ...clock, after }), timers: () => timers };
}
const at = monoTime;

describe('ticker', () => {
  it('a thousand that are due at one time are woken by one timer', async () => {
    const { clock, ticks, timers } = counting();
    const woken: number[] = [];
    for (let i = 0; i < 1_000; i++) ticks.at(at(500), () => woken.push(clock.mono()));
    await clock.advance(600);
    expect(woken).toEqual(Array.from({ length: 1_000 }, () => 500));
    expect(timers()).toBe(1);
  });

  it('wakes nobody before it is due, and everybody within one tick of 10 ms', async () => {
    const { clock, ticks } = counting();
    const woken: number[] = [];
    for (const due of [991, 1_000, 1_001, 1_009, 1_010]) ticks.at(at(due), () => woken.push(clock.mono()));
    await clock.advance(2_000);
    expect(woken).toEqual([1_000, 1_000, 1_010, 1_010, 1_010]);
  });

  it('one that comes later and is due earlier does not wait for the others', async () => {
    const { clock, ticks } = counting();
    const woken: string[] = [];
    ticks.at(at(5_000), () => woken.push(`late ${clock.mono()}`));
    ticks.at(at(100), () => woken.push(`soon ${clock.mono()}`));
    await clock.advance(6_000);
    expect(woken).toEqual(['soon 100', 'late 5000']);
  });

  it('who changed his mind is not woken, and leaves the others alone', async () => {
    const { clock, ticks } = counting();
    const woken: string[] = [];
    const [a, b] = [() => woken.push('a'), () => woken.push('b')];
    ticks.at(at(100), a);
    ticks.at(at(100), b);
    ticks.at(at(200), a);
    ticks.cancel(a);
    await clock.advance(1_000);
    expect(woken).toEqual(['b']);
  });

  it('where all changed their minds no timer is left that keeps the program from ending', () => {
    let armed = 0;
    const after = (): (() => void) => {
      armed++;
      return () => armed--;
    };
    const ticks = ticker({ ...fakeClock(), after });
    const wake = (): void => {};
    ticks.at(at(100), wake);
    expect(armed).toBe(1);
    ticks.cancel(wake);
    expect(armed).toBe(0);
  });

  it('after a hold-up wakes all that are overdue at once', async () => {
    const { clock, ticks } = counting();
    let held: (() => void) | undefined;
    let now = 0;
    const slow = ticker({ ...clock, mono: () => at(now), after: (_, wake) => ((held = wake), () => {}) });
    const woken: number[] = [];
    for (const due of [10, 20, 30, 90]) slow.at(at(due), () => woken.push(due));
    now = 45;
    held?.();
    expect(woken).toEqual([10, 20, 30]);
    now = 90;
    held?.();
    expect(woken).toEqual([10, 20, 30, 90]);
    expect(ticks.now()).toBe(0);
  });

  it('a timer that fires a little early does not wake anybody twice: it is the time of the tick', () => {
    let held: (() => void) | undefined;
    const early = ticker({ ...fakeClock(), mono: () => at(99.4), after: (_, wake) => ((held = wake), () => {}) });
    let woken = 0;
    early.at(at(100), () => woken++);
    expect(early.now()).toBe(99.4);
    held?.();
    expect([woken, early.now()]).toEqual([1, 100]);
  });

  it('gives pollers their places in groups of 32, which are evenly spread over the period', () => {
    const { ticks } = counting();
    const places = Array.from({ length: 32 * 30 }, () => ticks.nextPhase());
    const groups = [...new Set(places)].toSorted((a, b) => a - b);
    const apart = groups.slice(1).map((place, i) => place - (groups[i] ?? 0));
    expect(groups).toHaveLength(30);
    expect(groups[0]).toBe(0);
    for (const place of groups) expect(places.filter((p) => p === place)).toHaveLength(32);
    expect(Math.min(...apart)).toBeGreaterThan(0.01);
    expect(Math.max(...apart)).toBeLessThan(0.1);
  });
});
