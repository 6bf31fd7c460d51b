import { describe, expect, it } from 'vitest';
import { silent } from '../../../support/fake-bus.ts';
import { gaps, mustHold, pollUnit, read, startPolling, word } from './polling.ts';

describe('other units and reads, while polling', () => {
  it('wakes a poller that had nothing to do', async () => {
    const p = startPolling([]);
    await p.clock.advance(5_000);
    p.polls.replace([pollUnit(1)]);
    await p.clock.advance(1);
    expect(p.askedAt(1)).toEqual([5_000]);
  });

  it('a new unit is asked at once, the others keep their rhythm', async () => {
    const p = startPolling([pollUnit(1)]);
    await p.clock.advance(5_100);
    const before = p.askedAt(1);
    p.polls.replace([pollUnit(1), pollUnit(2)]);
    await p.clock.advance(5_000);
    expect(p.askedAt(2)[0]).toBe(5_100);
    expect(p.askedAt(1).length).toBe(before.length + 5);
    expect(new Set(gaps(p.askedAt(1).slice(1)))).toEqual(new Set([1_000]));
  });

  it('a unit that goes is not asked again, and has no state', async () => {
    const p = startPolling([pollUnit(1), pollUnit(2)]);
    await p.clock.advance(1_400);
    const before = p.askedAt(1).length;
    p.polls.replace([pollUnit(2)]);
    await p.clock.advance(5_000);
    expect(p.askedAt(1).length).toBe(before);
    expect([...p.polls.states().keys()]).toEqual([2]);
  });

  it('a read that stays keeps its rhythm beside new ones of its unit', async () => {
    const p = startPolling([pollUnit(1, { reads: [read(1, 0)] })]);
    await p.clock.advance(5_100);
    p.polls.replace([pollUnit(1, { reads: [read(1, 0), read(1, 100)] })]);
    await p.clock.advance(5_000);
    expect(p.askedAt(1, 100)[0]).toBe(5_100);
    expect(new Set(gaps(p.askedAt(1).slice(1)))).toEqual(new Set([1_000]));
  });

  it('a read that is on the line and stays is not made twice, and its answer counts', async () => {
    const p = startPolling([pollUnit(1)]);
    p.bus.units.set(1, () => ({ after: 100, words: [7, 7] }));
    await p.clock.advance(50);
    p.polls.replace([pollUnit(1)]);
    await p.clock.advance(100);
    expect(p.askedAt(1)).toEqual([0]);
    expect(p.last(1)).toMatchObject({ ok: true, words: [7, 7] });
  });

  it('the answer of a unit that is gone meanwhile is dropped', async () => {
    const p = startPolling([pollUnit(1)]);
    p.bus.units.set(1, () => ({ after: 100, words: [7, 7] }));
    await p.clock.advance(50);
    p.polls.replace([pollUnit(2)]);
    await p.clock.advance(200);
    expect(p.delivered.filter(({ unit }) => unit === 1)).toEqual([]);
    expect(p.askedAt(2)[0]).toBe(100);
  });

  it('keeps the back-off of a dead unit, also when more is wanted of it', async () => {
    const p = startPolling([pollUnit(1)]);
    p.bus.units.set(1, silent);
    await p.clock.advance(32_000);
    const before = p.bus.asked.length;
    p.polls.replace([pollUnit(1, { reads: 2 })]);
    await p.clock.advance(9_000);
    expect(p.bus.asked.length).toBe(before);
    await p.clock.advance(5_000);
    expect(p.bus.asked.length).toBe(before + 1);
  });

  it('a unit whose profile was changed has to show anew who it is', async () => {
    const p = startPolling([pollUnit(1, { identity: [mustHold(1, 42)] })]);
    p.bus.units.set(1, ({ address }) => (address === 900 ? word(42) : word(1, 1)));
    await p.clock.advance(5_100);
    expect(p.polls.states().get(1)).toBe('answering');
    p.polls.replace([pollUnit(1, { identity: [mustHold(1, 43)] })]);
    await p.clock.advance(1_000);
    expect(p.polls.states().get(1)).toBe('other-device');
    p.polls.replace([pollUnit(1, { identity: [mustHold(1, 42)] })]);
    await p.clock.advance(100);
    expect(p.polls.states().get(1)).toBe('answering');
  });

  it('an identity that was asked for by the old profile says nothing about the new one', async () => {
    const p = startPolling([pollUnit(1, { identity: [mustHold(1, 42)] })]);
    p.bus.units.set(1, ({ address }) => (address === 900 ? word(42) : word(1, 1)));
    await p.clock.advance(5);
    p.polls.replace([pollUnit(1, { identity: [mustHold(1, 7, 901)] })]);
    await p.clock.advance(50);
    expect(p.askedAt(1, 901)).toHaveLength(1);
    expect(p.polls.states().get(1)).toBe('other-device');
    expect(p.askedAt(1)).toEqual([]);
  });

  it('a unit that nothing is wanted of is left alone, and is itself again when there is', async () => {
    const p = startPolling([pollUnit(1)]);
    p.bus.units.set(1, silent);
    await p.clock.advance(500);
    p.polls.replace([pollUnit(1, { reads: [] })]);
    await p.clock.advance(60_000);
    expect(p.askedAt(1)).toEqual([0]);
    expect(p.polls.states().size).toBe(0);
    p.polls.replace([pollUnit(1)]);
    await p.clock.advance(60_000);
    expect(p.askedAt(1).length).toBeGreaterThan(5);
  });

  it('does not grow, however often the list is given', async () => {
    const p = startPolling([]);
    for (let i = 0; i < 200; i++) {
      p.polls.replace([pollUnit(1 + (i % 7)), pollUnit(20)]);
      await p.clock.advance(100);
    }
    expect(p.polls.states().size).toBe(2);
    const period = p.askedAt(20).filter((t) => t >= 10_000 && t < 20_000);
    expect(period).toHaveLength(10);
  });
});
