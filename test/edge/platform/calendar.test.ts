import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { daily, isCron } from '../../../edge/platform/calendar.ts';
import type { Clock } from '../../../edge/platform/clock.ts';
import { type ClockTrust, monoTime, wallTime } from '../../../sdk/model/time.ts';
import { recordingLog } from '../../support/recording-log.ts';

const begin = new Date(2026, 0, 1, 2, 50, 5).getTime(); // cron speaks local time
const hour = 3_600_000;
const day = 24 * hour;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: begin });
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

/** The library asks the global clock and timers, so here those are what is moved. */
function stage(cron = '0 3 * * *') {
  const log = recordingLog();
  const stop = new AbortController();
  const state = { trust: 'synced' as ClockTrust, stepped: 0, fired: [] as number[] };
  const after: Clock['after'] = (ms, wake) => {
    const timer = setTimeout(wake, ms);
    return () => clearTimeout(timer);
  };
  const clock: Clock = {
    mono: () => monoTime(Date.now() - state.stepped - begin),
    wall: () => wallTime(Date.now()),
    trust: () => state.trust,
    after,
    afterExactly: after,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const stopped = (): void => {
          clearTimeout(timer);
          reject(signal.reason);
        };
        const timer = setTimeout(() => {
          signal.removeEventListener('abort', stopped);
          resolve();
        }, ms);
        signal.addEventListener('abort', stopped, { once: true });
      }),
  };
  const done = daily(cron, () => state.fired.push(Date.now()), { clock, log }, stop.signal);
  /** Sets the wall clock alone, as a time service would. */
  const step = (ms: number): void => {
    state.stepped += ms;
    vi.setSystemTime(Date.now() + ms);
  };
  const finish = async (): Promise<void> => {
    stop.abort(new Error('stop'));
    await done;
  };
  return { state, log, pass, step, finish };
}
const hours = (times: readonly number[]): number[] => times.map((t) => new Date(t).getHours());

describe('daily', () => {
  it('works once a day, at its hour', async () => {
    const s = stage();
    await s.pass(day + hour);
    expect(hours(s.state.fired)).toEqual([3, 3]);
    await s.finish();
  });

  it('does nothing while the clock is not trusted, and begins when it is', async () => {
    const s = stage();
    s.state.trust = 'unknown';
    await s.pass(20_000);
    await s.pass(hour);
    expect(s.state.fired).toEqual([]);
    s.state.trust = 'synced';
    await s.pass(day);
    expect(s.state.fired).toHaveLength(1);
    expect(s.log.lines.filter((l) => l.event === 'calendar.clock').map((l) => l.fields['trusted'])).toEqual([
      true,
      false,
      true,
    ]);
    await s.finish();
  });

  it('a clock that is set forward by a year makes up for nothing: no burst, and then once a day', async () => {
    const s = stage();
    await s.pass(60_000);
    s.step(365 * day);
    await s.pass(60_000);
    expect(s.state.fired).toEqual([]);
    expect(s.log.lines.some((l) => l.event === 'calendar.restarted')).toBe(true);
    await s.pass(day + hour);
    expect(hours(s.state.fired)).toEqual([3, 3]);
    await s.finish();
  });

  it('a clock that is set just before the hour, when nobody has noticed yet, makes up for nothing either', async () => {
    const s = stage();
    await pass(592_000); // 02:59:57; the next look at the clock is at 03:00:05
    s.step(365 * day + 6 * hour);
    await pass(60_000);
    expect(s.state.fired).toEqual([]);
    await pass(day);
    expect(hours(s.state.fired)).toEqual([3]);
    await s.finish();
  });

  it('a clock that is set back by a year starts over, and does not wait for a year', async () => {
    const s = stage();
    await s.pass(60_000);
    s.step(-365 * day);
    await s.pass(day + hour);
    expect(hours(s.state.fired)).toEqual([3, 3]);
    await s.finish();
  });

  it('a slow drift, corrected in small steps, starts nothing over', async () => {
    const s = stage();
    for (let i = 0; i < 20; i++) {
      await s.pass(10_000);
      s.step(1_000);
    }
    expect(s.log.lines.filter((l) => l.event === 'calendar.restarted')).toEqual([]);
    await s.finish();
  });

  it('ends at once and fires no more', async () => {
    const s = stage();
    await s.pass(1_000);
    await s.finish();
    await s.pass(hour);
    expect(s.state.fired).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('isCron', () => {
  it.each([
    ['0 3 * * *', true],
    ['*/5 * * * *', true],
    ['whenever', false],
    ['', false],
    ['99 3 * * *', false],
    ['0 3 * *', false],
    ['0 0 3 * * *', false],
    ['2027-01-05T03:00:00', false],
    ['Tue Jan 05 2027 03:00:00', false],
  ])('“%s”: %s', (text, is) => {
    expect(isCron(text)).toBe(is);
    expect(vi.getTimerCount()).toBe(0);
  });
});
