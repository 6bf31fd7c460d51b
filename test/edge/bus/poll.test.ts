import { afterEach, describe, expect, it } from 'vitest';
import { type PollGroup, poller } from '../../../edge/bus/poll.ts';
import type { Reading } from '../../../edge/bus/reading.ts';
import type { ErrorCode } from '../../../sdk/model/errors.ts';
import { millis } from '../../../sdk/model/time.ts';
import { type Answer, fakeBus, says, silent } from '../../support/fake-bus.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { settled } from '../../support/settled.ts';

const group = (unit: number, { every = 1_000, probe = 15_000, blocks = 1 } = {}): PollGroup => ({
  unit,
  every: millis(every),
  probe: millis(probe),
  blocks: Array.from({ length: blocks }, (_, i) => ({ unit, table: 'holding', address: 100 * i, count: 2 })),
});

type Delivery = { readonly unit: number; readonly at: number; readonly answers: readonly Reading[] };
const running: { stop: () => void; done: Promise<void> }[] = [];
afterEach(async () => {
  for (const { stop, done } of running.splice(0)) {
    stop();
    await done.catch(() => undefined);
  }
});

function start(groups: readonly PollGroup[], { confirm = false } = {}) {
  const clock = fakeClock();
  const bus = fakeBus(clock);
  const delivered: Delivery[] = [];
  const polls = poller(bus, {
    clock,
    confirm,
    deliver: ({ unit }, answers) => delivered.push({ unit, at: clock.mono(), answers }),
  });
  const stopping = new AbortController();
  polls.replace(groups);
  const done = polls.run(stopping.signal);
  running.push({ stop: () => stopping.abort(new Error('the test ends')), done });
  const turns = (unit: number): number[] => {
    const times = bus.asked.filter((a) => a.unit === unit && a.address === 0).map((a) => a.at);
    return times;
  };
  const last = (unit: number): Reading | undefined => delivered.findLast((d) => d.unit === unit)?.answers[0];
  return { clock, bus, delivered, polls, stopping, done, turns, last };
}
const gaps = (times: readonly number[]): number[] => times.slice(1).map((t, i) => t - (times[i] ?? 0));

describe('the grid', () => {
  it('asks at once, and then with every period', async () => {
    const p = start([group(1)]);
    await p.clock.advance(3_500);
    expect(p.turns(1)).toEqual([0, 1_000, 2_000, 3_000]);
  });

  it('a slow answer does not shift the next turn', async () => {
    const p = start([group(1)]);
    p.bus.units.set(1, () => ({ after: 700, words: [1, 2] }));
    await p.clock.advance(3_500);
    expect(p.turns(1)).toEqual([0, 1_000, 2_000, 3_000]);
  });

  it('an answer slower than the period leaves turns out, and stays on the grid', async () => {
    const p = start([group(1)]);
    p.bus.units.set(1, () => ({ after: 1_300, words: [1, 2] }));
    await p.clock.advance(6_500);
    expect(p.turns(1)).toEqual([0, 2_000, 4_000, 6_000]);
  });

  it('delivers one answer per block, in the order of the blocks', async () => {
    const p = start([group(1, { blocks: 2 })]);
    p.bus.units.set(1, ({ address }) => ({ after: 10, words: [address, 0] }));
    await p.clock.advance(100);
    expect(p.delivered).toEqual([
      {
        unit: 1,
        at: 20,
        answers: [
          expect.objectContaining({ ok: true, words: [0, 0], at: 10 }),
          expect.objectContaining({ ok: true, words: [100, 0], at: 20 }),
        ],
      },
    ]);
  });

  it('on an overloaded line nobody starves', async () => {
    const p = start([1, 2, 3].map((unit) => group(unit)));
    for (const unit of [1, 2, 3]) p.bus.units.set(unit, () => ({ after: 600, words: [0, 0] }));
    await p.clock.advance(60_000);
    for (const unit of [1, 2, 3]) expect(Math.max(...gaps(p.turns(unit)))).toBeLessThanOrEqual(3_000);
  });
});

describe('a unit that does not answer', () => {
  it('costs one time-out a turn, and the rest of its blocks are told as lost', async () => {
    const p = start([group(1, { blocks: 3 })]);
    p.bus.units.set(1, silent);
    await p.clock.advance(1_500);
    expect(p.bus.asked.filter((a) => a.at < 1_000)).toHaveLength(1);
    expect(p.delivered[0]?.answers).toEqual(
      [1, 2, 3].map(() => expect.objectContaining({ ok: false, why: 'timeout' })),
    );
  });

  it('is asked again with the next turn, then less and less often, but never less than the probe', async () => {
    const p = start([group(1, { probe: 15_000 })]);
    p.bus.units.set(1, silent);
    await p.clock.advance(120_000);
    const distances = gaps(p.turns(1));
    expect(distances.slice(0, 5)).toEqual([1_000, 2_000, 4_000, 8_000, 15_000]);
    expect(new Set(distances.slice(4))).toEqual(new Set([15_000]));
  });

  it('is never asked more often than its period, even if the probe is shorter', async () => {
    const p = start([group(1, { every: 5_000, probe: 2_500 })]);
    p.bus.units.set(1, silent);
    await p.clock.advance(60_000);
    expect(Math.min(...gaps(p.turns(1)))).toBe(5_000);
  });

  it('does not slow its neighbours: but for the turn it holds the line, they keep their period', async () => {
    const p = start([group(1), group(2), group(3)]);
    p.bus.units.set(2, silent);
    await p.clock.advance(120_000);
    for (const unit of [1, 3]) {
      // 12 turns of the dead unit cost a neighbour one period each at most.
      expect(p.turns(unit).length).toBeGreaterThanOrEqual(120 - p.turns(2).length);
      expect(Math.max(...gaps(p.turns(unit)))).toBeLessThanOrEqual(2_000);
    }
    expect(p.turns(2).length).toBeLessThanOrEqual(12);
  });

  it('is noticed within one probe when it returns, and has its period back at once', async () => {
    const p = start([group(1)]);
    p.bus.units.set(1, silent);
    await p.clock.advance(60_000);
    p.bus.units.set(1, says(7, 7));
    await p.clock.advance(15_010);
    expect(p.last(1)).toMatchObject({ ok: true, words: [7, 7] });
    const back = p.turns(1).length;
    await p.clock.advance(10_000);
    expect(p.turns(1).length - back).toBe(10);
  });

  it.each<[ErrorCode, string]>([
    ['BUS_TIMEOUT', 'timeout'],
    ['BUS_CRC', 'bad-crc'],
    ['BUS_REPLY', 'bad-reply'],
    ['BUS_EXCEPTION', 'refused'],
    ['BUS_DOWN', 'bus-down'],
  ])('%s is told as “%s”', async (fail, why) => {
    const p = start([group(1)]);
    p.bus.units.set(1, () => ({ after: 5, fail }));
    await p.clock.advance(10);
    expect(p.last(1)).toMatchObject({ ok: false, why, at: 5 });
  });

  it('a refused block is an answer: the next block is asked all the same, and nothing is put off', async () => {
    const p = start([group(1, { blocks: 2 })]);
    p.bus.units.set(1, ({ address }) =>
      address === 0 ? { after: 10, fail: 'BUS_EXCEPTION' } : { after: 10, words: [4, 2] },
    );
    await p.clock.advance(5_500);
    expect(p.delivered[0]?.answers).toEqual([
      expect.objectContaining({ why: 'refused' }),
      expect.objectContaining({ words: [4, 2] }),
    ]);
    expect(p.turns(1)).toHaveLength(6);
  });

  it('anything that the field cannot do is a bug, and ends the run', async () => {
    const p = start([group(1)]);
    p.bus.units.set(1, () => ({ after: 5, fail: new TypeError('a bug') }));
    const ended = expect(p.done).rejects.toThrow('a bug');
    await p.clock.advance(10);
    await ended;
  });
});

const down = (): Answer => ({ after: 1, fail: 'BUS_DOWN' });

describe('a bus that is down', () => {
  it('is no unit’s fault: every unit keeps its period, so that all are back with the bus', async () => {
    const p = start([group(1), group(2)]);
    for (const unit of [1, 2]) p.bus.units.set(unit, down);
    await p.clock.advance(60_000);
    for (const unit of [1, 2]) p.bus.units.set(unit, says(1, 1));
    await p.clock.advance(1_100);
    expect([p.last(1), p.last(2)]).toEqual([
      expect.objectContaining({ ok: true }),
      expect.objectContaining({ ok: true }),
    ]);
    expect(p.turns(1).length).toBeGreaterThanOrEqual(61);
  });

  it('does not ask block after block', async () => {
    const p = start([group(1, { blocks: 3 })]);
    p.bus.units.set(1, down);
    await p.clock.advance(10);
    expect(p.bus.asked).toHaveLength(1);
  });
});

const script = (...answers: Answer[]) => {
  const left = [...answers];
  return (): Answer => left.shift() ?? { after: 10, words: [5, 5] };
};
const word = (...words: number[]): Answer => ({ after: 10, words });

describe('after trouble on a line whose answers carry no number', () => {
  it('two answers that agree are good', async () => {
    const p = start([group(1)], { confirm: true });
    p.bus.units.set(1, script(silent(), word(5, 5), word(5, 5)));
    await p.clock.advance(1_100);
    expect(p.bus.asked).toHaveLength(3);
    expect(p.last(1)).toEqual({ ok: true, at: 1_020, words: [5, 5] });
  });

  it('two that do not agree are doubtful: one may be a late answer to another question', async () => {
    const p = start([group(1)], { confirm: true });
    p.bus.units.set(1, script(silent(), word(9, 9), word(5, 5)));
    await p.clock.advance(1_100);
    expect(p.last(1)).toMatchObject({ ok: true, words: [9, 9], doubt: 'unconfirmed' });
  });

  it('a second that does not come is trouble again, so that the next answer is read twice, too', async () => {
    const p = start([group(1)], { confirm: true });
    p.bus.units.set(1, script(silent(), word(5, 5), silent(), word(5, 5), word(5, 5)));
    await p.clock.advance(2_100);
    expect(p.last(1)).toMatchObject({ ok: false, why: 'timeout' });
    await p.clock.advance(1_000);
    expect(p.bus.asked).toHaveLength(5);
    expect(p.last(1)).toMatchObject({ ok: true, words: [5, 5] });
  });

  it('is over after one good turn', async () => {
    const p = start([group(1)], { confirm: true });
    p.bus.units.set(1, script(silent()));
    await p.clock.advance(3_100);
    expect(gaps(p.bus.asked.map((a) => a.at)).slice(1)).toEqual([10, 990, 1_000]);
  });

  it('is not done where answers are numbered', async () => {
    const p = start([group(1)], { confirm: false });
    p.bus.units.set(1, script(silent(), word(9, 9)));
    await p.clock.advance(1_050);
    expect(p.bus.asked).toHaveLength(2);
    expect(p.last(1)).toEqual({ ok: true, at: 1_010, words: [9, 9] });
  });
});

describe('replace', () => {
  it('wakes a poller that had nothing to do', async () => {
    const p = start([]);
    await p.clock.advance(5_000);
    p.polls.replace([group(1)]);
    await p.clock.advance(1);
    expect(p.turns(1)).toEqual([5_000]);
  });

  it('while sleeping: a new unit is asked at once, the others keep their rhythm', async () => {
    const p = start([group(1)]);
    await p.clock.advance(1_400);
    p.polls.replace([group(1), group(2)]);
    await p.clock.advance(1_000);
    expect(p.turns(2)[0]).toBe(1_400);
    expect(p.turns(1)).toEqual([0, 1_000, 2_000]);
  });

  it('while sleeping: a unit that goes is not asked again', async () => {
    const p = start([group(1), group(2)]);
    await p.clock.advance(1_400);
    p.polls.replace([group(2)]);
    await p.clock.advance(5_000);
    expect(p.turns(1)).toEqual([0, 1_000]);
    expect(p.turns(2).length).toBeGreaterThan(5);
  });

  it('keeps the back-off of a dead unit that stays', async () => {
    const p = start([group(1)]);
    p.bus.units.set(1, silent);
    await p.clock.advance(20_000);
    const before = p.turns(1).length;
    p.polls.replace([group(1), group(2)]);
    await p.clock.advance(9_000);
    expect(p.turns(1).length).toBe(before);
  });

  it('in the middle of a turn: asks the new groups next, and delivers the old turn under its old group', async () => {
    const p = start([group(1), group(2)]);
    p.bus.units.set(1, () => ({ after: 500, words: [1, 1] }));
    await p.clock.advance(100);
    p.polls.replace([group(1, { blocks: 2 }), group(3)]);
    await p.clock.advance(2_000);
    expect(p.delivered[0]).toMatchObject({ unit: 1, at: 500, answers: [{ ok: true }] });
    expect(p.delivered.filter((d) => d.unit === 1)[1]?.answers).toHaveLength(2);
    expect(p.turns(2)).toEqual([]);
    expect(p.turns(3).length).toBeGreaterThan(0);
  });
});

describe('abort', () => {
  it('while sleeping ends the run at once and leaves nothing that wakes', async () => {
    const p = start([group(1)]);
    await p.clock.advance(100);
    p.stopping.abort(new Error('stop'));
    await p.done;
    await p.clock.advance(5_000);
    expect(p.turns(1)).toEqual([0]);
  });

  it('with nothing to do ends the run, too', async () => {
    const p = start([]);
    await settled();
    p.stopping.abort(new Error('stop'));
    await expect(p.done).resolves.toBeUndefined();
  });

  it('in the middle of a turn tells nobody a loss that was none', async () => {
    const p = start([group(1)]);
    p.bus.units.set(1, () => ({ after: 500, words: [1, 1] }));
    await p.clock.advance(100);
    p.stopping.abort(new Error('stop'));
    await p.done;
    expect(p.delivered).toEqual([]);
  });

  it('before the run begins: nothing is asked', async () => {
    const clock = fakeClock();
    const bus = fakeBus(clock);
    const polls = poller(bus, { clock, confirm: true, deliver: () => undefined });
    polls.replace([group(1)]);
    await polls.run(AbortSignal.abort(new Error('stop')));
    expect(bus.asked).toEqual([]);
  });
});
