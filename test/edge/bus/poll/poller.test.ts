import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { poller } from '../../../../edge/bus/poll/poller.ts';
import { ticker } from '../../../../edge/bus/poll/ticker.ts';
import { stopper } from '../../../../edge/platform/stop.ts';
import { fakeBus } from '../../../support/fake-bus.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { settled } from '../../../support/settled.ts';
import { type Delivery, gaps, pollUnit, read, refusing, startPolling } from './polling.ts';

const after = (ms: number, times: readonly number[]): readonly number[] => times.filter((t) => t > ms);
const busy = (after: number) => () => ({ after, words: [0, 0] });

describe('the grid', () => {
  it('asks at once, and then with every period', async () => {
    const p = startPolling([pollUnit(1)]);
    await p.clock.advance(5_500);
    expect(p.askedAt(1)[0]).toBe(0);
    expect(p.askedAt(1).length).toBeGreaterThanOrEqual(6);
    expect(new Set(gaps(after(0, p.askedAt(1))))).toEqual(new Set([1_000]));
  });

  it('a slow answer does not shift the next turn', async () => {
    const p = startPolling([pollUnit(1)]);
    p.bus.units.set(1, busy(300));
    await p.clock.advance(9_500);
    expect(new Set(gaps(after(0, p.askedAt(1))))).toEqual(new Set([1_000]));
  });

  it('an answer slower than the period leaves turns out, and stays on the grid', async () => {
    const p = startPolling([pollUnit(1)]);
    p.bus.units.set(1, busy(1_300));
    await p.clock.advance(20_500);
    expect(new Set(gaps(after(1_000, p.askedAt(1))))).toEqual(new Set([2_000]));
  });

  it('does not drift in a week', async () => {
    const p = startPolling([pollUnit(1, { every: 60_000 })]);
    p.bus.units.set(1, busy(37));
    await p.clock.advance(60_000);
    const [, begin = 0] = p.askedAt(1);
    await p.clock.advance(7 * 24 * 3_600_000);
    expect(((p.askedAt(1).at(-1) ?? 0) - begin) % 60_000).toBe(0);
  });

  it('reads of one unit go each with their own period', async () => {
    const p = startPolling([pollUnit(1, { reads: [read(1, 0, { every: 1_000 }), read(1, 100, { every: 5_000 })] })]);
    await p.clock.advance(50_500);
    expect(new Set(gaps(p.askedAt(1).slice(1)))).toEqual(new Set([1_000]));
    expect(new Set(gaps(p.askedAt(1, 100).slice(1)))).toEqual(new Set([5_000]));
  });

  it('units are spread over the period, so that they do not wait for each other', async () => {
    const units = Array.from({ length: 10 }, (_, i) => i + 1);
    const p = startPolling(units.map((unit) => pollUnit(unit)));
    await p.clock.advance(10_000);
    const times = units.flatMap((unit) => p.askedAt(unit).filter((t) => t >= 5_000 && t < 6_000));
    const apart = gaps(times.toSorted((a, b) => a - b));
    expect(times).toHaveLength(10);
    expect(Math.min(...apart)).toBeGreaterThanOrEqual(40);
  });

  it('tells each answer as it comes, with its read', async () => {
    const p = startPolling([pollUnit(1, { reads: 2 })]);
    p.bus.units.set(1, ({ address }) => ({ after: 10, words: [address, 0] }));
    await p.clock.advance(100);
    expect(p.delivered.slice(0, 2)).toEqual<Delivery[]>([
      { unit: 1, address: 0, at: 10, answer: expect.objectContaining({ ok: true, words: [0, 0], at: 10 }) },
      { unit: 1, address: 100, at: 20, answer: expect.objectContaining({ ok: true, words: [100, 0], at: 20 }) },
    ]);
  });
});

describe('what goes first', () => {
  it('of what is due, alarm points before telemetry, and the bus is told so', async () => {
    const p = startPolling([
      pollUnit(1, { reads: [read(1, 0, { urgency: 'telemetry' })] }),
      pollUnit(2, { reads: [read(2, 0, { urgency: 'alarm' })] }),
    ]);
    await p.clock.advance(15);
    expect(p.bus.asked.map(({ unit, urgency }) => [unit, urgency])).toEqual([
      [2, 'alarm'],
      [1, 'telemetry'],
    ]);
  });

  it('of equals, what has to be done first', async () => {
    const p = startPolling([
      pollUnit(1, { every: 30_000 }),
      pollUnit(2, { every: 500 }),
      pollUnit(3, { every: 2_000 }),
    ]);
    await p.clock.advance(25);
    expect(p.bus.asked.map(({ unit }) => unit)).toEqual([2, 3, 1]);
  });

  it('alarm points keep their period on a line that telemetry alone would fill', async () => {
    const telemetry = [2, 3, 4].map((unit) => pollUnit(unit, { reads: 4, every: 500 }));
    const p = startPolling([pollUnit(1, { reads: [read(1, 0, { urgency: 'alarm' })] }), ...telemetry]);
    for (const unit of [1, 2, 3, 4]) p.bus.units.set(unit, busy(80));
    await p.clock.advance(60_000);
    const late = gaps(p.askedAt(1).slice(1)).map((gap) => Math.abs(gap - 1_000));
    expect(p.askedAt(1).length).toBeGreaterThanOrEqual(60);
    expect(Math.max(...late)).toBeLessThanOrEqual(80); // one request that is on the line already
  });

  it('on an overloaded line nobody starves', async () => {
    const p = startPolling([1, 2, 3].map((unit) => pollUnit(unit)));
    for (const unit of [1, 2, 3]) p.bus.units.set(unit, busy(600));
    await p.clock.advance(60_000);
    for (const unit of [1, 2, 3]) expect(Math.max(...gaps(p.askedAt(unit)))).toBeLessThanOrEqual(3_000);
  });

  it('a line that can carry everything in time misses no period, whatever is on it', async () => {
    const unit = fc.record({
      every: fc.constantFrom(500, 1_000, 2_000, 5_000),
      answer: fc.integer({ min: 5, max: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(unit, { minLength: 1, maxLength: 8 }), async (drawn) => {
        const units = drawn.map((each, i) => ({ ...each, unit: i + 1 }));
        const p = startPolling(units.map(({ unit, every }) => pollUnit(unit, { every })));
        for (const { unit, answer } of units) p.bus.units.set(unit, busy(answer));
        await p.clock.advance(20_000);
        await p.stop();
        for (const { unit, every } of units) {
          // 8 × 40 ms are less than the shortest period, so each grid point is served before the next.
          const periods = p
            .askedAt(unit)
            .slice(1)
            .map((t, i) => t - i * every);
          expect(Math.max(...periods) - Math.min(...periods)).toBeLessThan(320);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('exceptions', () => {
  it('a refused read is an answer: the next is asked all the same, and nothing is put off', async () => {
    const p = startPolling([pollUnit(1, { reads: 2 })]);
    p.bus.units.set(1, ({ address }) => (address === 0 ? refusing() : { after: 10, words: [4, 2] }));
    await p.clock.advance(9_500);
    expect(p.last(1)).toMatchObject({ ok: false, why: 'refused' });
    expect(p.last(1, 100)).toMatchObject({ ok: true, words: [4, 2] });
    expect(new Set(gaps(p.askedAt(1).slice(1)))).toEqual(new Set([1_000]));
    expect(p.polls.states().get(1)).toBe('answering');
  });

  it('a unit that refuses everything says so', async () => {
    const p = startPolling([pollUnit(1, { reads: 2 }), pollUnit(2)]);
    p.bus.units.set(1, () => refusing());
    await p.clock.advance(2_500);
    expect([...p.polls.states()]).toEqual([
      [1, 'refusing'],
      [2, 'answering'],
    ]);
  });

  it('anything that the field cannot do is a bug, and ends the run', async () => {
    const p = startPolling([pollUnit(1)]);
    p.bus.units.set(1, () => ({ after: 5, fail: new TypeError('a bug') }));
    const ended = expect(p.done).rejects.toThrow('a bug');
    await p.clock.advance(10);
    await ended;
  });
});

describe('abort', () => {
  it('while sleeping ends the run at once and leaves nothing that wakes', async () => {
    const p = startPolling([pollUnit(1)]);
    await p.clock.advance(100);
    await p.stop();
    await p.clock.advance(5_000);
    expect(p.askedAt(1)).toEqual([0]);
  });

  it('with nothing to do ends the run, too', async () => {
    const p = startPolling([]);
    await settled();
    await expect(p.stop()).resolves.toBeUndefined();
  });

  it('within a request tells nobody a loss that was none', async () => {
    const p = startPolling([pollUnit(1)]);
    p.bus.units.set(1, busy(500));
    await p.clock.advance(100);
    await p.stop();
    expect(p.delivered).toEqual([]);
  });
});

describe('many buses', () => {
  it('are opened within a second, those of one group together and the groups apart', async () => {
    const clock = fakeClock();
    const shared = ticker(clock);
    const buses = Array.from({ length: 320 }, () => fakeBus(clock));
    const stopping = stopper();
    const done = buses.map((bus) => {
      const polls = poller(bus, { clock, ticker: shared, confirm: false, deliver: () => {} });
      polls.replace([pollUnit(1)]);
      return polls.run(stopping.signal);
    });
    await clock.advance(1_000);
    const first = buses.map(({ asked }) => asked[0]?.at ?? Number.NaN);
    expect(Math.max(...first)).toBeLessThanOrEqual(1_000);
    const moments = [...new Set(first)];
    expect(moments).toHaveLength(10);
    for (const at of moments) expect(first.filter((t) => t === at)).toHaveLength(32);
    stopping.abort(new Error('the test ends'));
    await Promise.all(done);
  });
});
