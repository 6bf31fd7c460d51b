import { describe, expect, it } from 'vitest';
import { lazyDeadline } from '../../../../edge/bus/modbus/lazy-deadline.ts';
import type { Clock } from '../../../../edge/platform/clock.ts';
import { type MonoTime, monoTime } from '../../../../sdk/model/time.ts';
import { fakeClock } from '../../../support/fake-clock.ts';

function watched(clock: Clock) {
  const state: { due: MonoTime | undefined; missed: number[]; timers: number } = {
    due: undefined,
    missed: [],
    timers: 0,
  };
  const counting: Clock = {
    ...clock,
    after: (ms, wake) => {
      state.timers++;
      return clock.after(ms, wake);
    },
  };
  const deadline = lazyDeadline({
    clock: counting,
    due: () => state.due,
    missed: () => {
      state.missed.push(clock.mono());
      state.due = undefined;
    },
  });
  const expect = (due: number): void => {
    state.due = monoTime(due);
    deadline.watch();
  };
  return { state, deadline, expect };
}

describe('a deadline', () => {
  it('that is missed is told at its time, once', async () => {
    const clock = fakeClock();
    const { state, expect: wait } = watched(clock);
    wait(100.1 + 0.2);
    await clock.advance(1_000);
    expect(state.missed).toHaveLength(1);
    expect(state.missed[0]).toBeCloseTo(100.3, 2);
  });

  it('that is met a thousand times takes a handful of timers', async () => {
    const clock = fakeClock();
    const { state, expect: wait } = watched(clock);
    for (let i = 0; i < 1_000; i++) {
      wait(clock.mono() + 500);
      await clock.advance(1);
      state.due = undefined;
    }
    expect(state.timers).toBeLessThan(5);
    expect(state.missed).toEqual([]);
  });

  it('that moves is told when it is over at last; one that comes sooner is not told later', async () => {
    const clock = fakeClock();
    const { state, expect: wait } = watched(clock);
    wait(100);
    state.due = monoTime(250);
    await clock.advance(249);
    expect(state.missed).toEqual([]);
    wait(260);
    await clock.advance(1);
    expect(state.missed).toEqual([]);
    wait(255);
    await clock.advance(100);
    expect(state.missed).toEqual([255]);
  });

  it('that passed while the process was held up is told 20 ms later: what came may not have been read yet', async () => {
    const clock = fakeClock();
    let heldUp = 0;
    const late: Clock = { ...clock, mono: () => monoTime(clock.mono() + heldUp) };
    const { state, expect: wait } = watched(late);
    wait(100);
    heldUp = 50;
    await clock.advance(100);
    expect(state.missed).toEqual([]);
    await clock.advance(20);
    expect(state.missed).toEqual([170]);
  });

  it('has its own grace, whatever became of the one before', async () => {
    const clock = fakeClock();
    let heldUp = 0;
    const late: Clock = { ...clock, mono: () => monoTime(clock.mono() + heldUp) };
    const { state, expect: wait } = watched(late);
    wait(100);
    heldUp = 50;
    await clock.advance(110);
    state.due = undefined; // the answer came within the grace
    await clock.advance(100);
    wait(clock.mono() + heldUp + 100);
    heldUp += 50;
    await clock.advance(100);
    expect(state.missed).toEqual([]);
    await clock.advance(20);
    expect(state.missed).toHaveLength(1);
  });

  it('that is stopped is never told', async () => {
    const clock = fakeClock();
    const { state, deadline, expect: wait } = watched(clock);
    wait(100);
    deadline.stop();
    await clock.advance(1_000);
    expect(state.missed).toEqual([]);
  });
});
