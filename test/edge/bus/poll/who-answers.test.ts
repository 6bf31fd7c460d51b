import { describe, expect, it } from 'vitest';
import type { Block } from '../../../../edge/bus/reading.ts';
import { type Answer, silent } from '../../../support/fake-bus.ts';
import { down, gaps, mustHold, pollUnit, read, refusing, script, startPolling, word } from './polling.ts';

/** A device that tells who it is at 900. */
const device =
  (identity: number, value = 1) =>
  ({ address, count }: Block): Answer =>
    address >= 900 ? word(identity) : word(...Array.from({ length: count }, () => value));
const alarm = [read(1, 0, { urgency: 'alarm' })];

describe('a unit that can be recognised', () => {
  it('is asked who it is before anything else, as urgently as what is wanted of it', async () => {
    const p = startPolling([pollUnit(1, { reads: alarm, identity: [mustHold(1, 42), mustHold(1, 42, 910)] })]);
    p.bus.units.set(1, device(42));
    await p.clock.advance(100);
    expect(p.bus.asked.map(({ address, urgency }) => [address, urgency])).toEqual([
      [900, 'alarm'],
      [910, 'alarm'],
      [0, 'alarm'],
    ]);
    expect(p.last(1)).toMatchObject({ ok: true, words: [1, 1] });
  });

  it('and is somebody else: nothing it says is believed, and why is told with what was expected', async () => {
    const p = startPolling([pollUnit(1, { reads: 2, identity: [mustHold(1, 42)] })]);
    p.bus.units.set(1, device(7));
    await p.clock.advance(100);
    for (const address of [0, 100])
      expect(p.last(1, address)).toMatchObject({
        ok: false,
        why: 'other-device',
        detail: 'unit 1: test/device holds 42 in holding 900, but there stands 7',
      });
    expect(p.askedAt(1)).toEqual([]);
    expect(p.polls.states().get(1)).toBe('other-device');
  });

  it('and is somebody else: is looked at again with every probe, until the right one is there', async () => {
    const p = startPolling([pollUnit(1, { probe: 4_000, identity: [mustHold(1, 42)] })]);
    p.bus.units.set(1, device(7));
    await p.clock.advance(39_000);
    expect(p.askedAt(1, 900)).toHaveLength(10);
    expect(new Set(gaps(p.askedAt(1, 900)))).toEqual(new Set([4_000]));
    p.bus.units.set(1, device(42, 9));
    await p.clock.advance(4_020);
    expect(p.last(1)).toMatchObject({ ok: true, words: [9, 9] });
    expect(p.polls.states().get(1)).toBe('answering');
  });

  it('refuses to tell: the profile’s claim cannot be checked, and it is believed', async () => {
    const p = startPolling([pollUnit(1, { identity: [mustHold(1, 42)] })]);
    p.bus.units.set(1, (block) => (block.address === 900 ? refusing() : word(3, 3)));
    await p.clock.advance(5_500);
    expect(p.last(1)).toMatchObject({ ok: true, words: [3, 3] });
    expect(p.askedAt(1, 900)).toHaveLength(1);
  });

  it.each([1, 2])('has had those registers before: with exception %i it is somebody else', async (exception) => {
    const p = startPolling([pollUnit(1, { identity: [mustHold(1, 42)] })], { confirm: true });
    p.bus.units.set(1, device(42));
    await p.clock.advance(5_500);
    p.bus.reopen();
    p.bus.units.set(1, (block) => (block.address === 900 ? refusing(exception) : word(3, 3)));
    await p.clock.advance(2_000);
    expect(p.last(1)).toMatchObject({
      ok: false,
      why: 'other-device',
      detail: `unit 1: test/device holds 42 in holding 900, but it has no such registers (exception ${exception})`,
    });
  });

  it.each([3, 4, 5, 6])('answers exception %i: it is asked again each turn, and not believed', async (exception) => {
    const p = startPolling([pollUnit(1, { reads: 2, identity: [mustHold(1, 42)] })]);
    p.bus.units.set(1, (block) => (block.address === 900 ? refusing(exception) : word(3, 3)));
    await p.clock.advance(10_500);
    expect(p.askedAt(1, 900)).toHaveLength(11);
    expect(p.askedAt(1)).toEqual([]);
    for (const address of [0, 100]) expect(p.last(1, address)).toMatchObject({ ok: false, why: 'refused' });
    expect(p.polls.states().get(1)).toBe('refusing');
    p.bus.units.set(1, device(42));
    await p.clock.advance(1_100);
    expect(p.last(1, 100)).toMatchObject({ ok: true, words: [1, 1] });
    expect(p.polls.states().get(1)).toBe('answering');
  });

  it('is checked anew after it was silent: it may have been exchanged', async () => {
    const p = startPolling([pollUnit(1, { identity: [mustHold(1, 42)] })]);
    p.bus.units.set(1, device(42));
    await p.clock.advance(5_500);
    p.bus.units.set(1, silent);
    await p.clock.advance(30_000);
    p.bus.units.set(1, device(7));
    await p.clock.advance(15_100);
    expect(p.last(1)).toMatchObject({ ok: false, why: 'other-device' });
  });

  it('whose first read after that is silent again is a silent one, not somebody else', async () => {
    const p = startPolling([pollUnit(1, { identity: [mustHold(1, 42)] })]);
    p.bus.units.set(1, silent);
    await p.clock.advance(5_500);
    expect(p.last(1)).toMatchObject({ ok: false, why: 'timeout' });
    expect(p.askedAt(1)).toEqual([]);
  });

  it('on a line whose answers carry no number: one wrong answer may be a late one to something else', async () => {
    const p = startPolling([pollUnit(1, { identity: [mustHold(1, 42)] })], { confirm: true });
    const identity = script(word(7), word(42));
    p.bus.units.set(1, (block) => (block.address === 900 ? identity() : word(3, 3)));
    await p.clock.advance(100);
    expect(p.askedAt(1, 900)).toHaveLength(2);
    expect(p.last(1)).toMatchObject({ ok: true, words: [3, 3] });
  });

  it('on such a line two wrong answers are no accident', async () => {
    const p = startPolling([pollUnit(1, { identity: [mustHold(1, 42)] })], { confirm: true });
    p.bus.units.set(1, device(7));
    await p.clock.advance(100);
    expect(p.askedAt(1, 900)).toHaveLength(2);
    expect(p.last(1)).toMatchObject({ ok: false, why: 'other-device' });
  });
});

describe('a bus that was opened anew', () => {
  it('between two reads: an answer is dropped until it is known who gave it', async () => {
    const p = startPolling([pollUnit(1, { identity: [mustHold(1, 42)] })]);
    p.bus.units.set(1, device(42));
    await p.clock.advance(5_500);
    p.bus.reopen();
    p.bus.units.set(1, device(7, 666));
    await p.clock.advance(1_100);
    expect(p.delivered.filter(({ answer }) => answer.ok && answer.words.includes(666))).toEqual([]);
    expect(p.last(1)).toMatchObject({ ok: false, why: 'other-device' });
  });

  it('and the same device is there: its values go on in the same period', async () => {
    const p = startPolling([pollUnit(1, { identity: [mustHold(1, 42)] })]);
    p.bus.units.set(1, device(42));
    await p.clock.advance(5_500);
    p.bus.reopen();
    p.bus.units.set(1, device(42, 8));
    await p.clock.advance(1_000);
    expect(p.last(1)).toMatchObject({ ok: true, words: [8, 8] });
    expect(p.askedAt(1, 900)).toHaveLength(2);
  });

  it('makes every unit of it show who it is, with its next turn', async () => {
    const units = [1, 2, 3].map((unit) => pollUnit(unit, { identity: [mustHold(unit, 42)] }));
    const p = startPolling(units);
    for (const unit of [1, 2, 3]) p.bus.units.set(unit, device(42));
    await p.clock.advance(5_500);
    p.bus.reopen();
    await p.clock.advance(1_100);
    for (const unit of [1, 2, 3]) expect(p.askedAt(unit, 900)).toHaveLength(2);
  });

  it('with every request, by a server that closes after each answer, is heard all the same', async () => {
    const p = startPolling([
      pollUnit(1, { reads: 2, identity: [mustHold(1, 42)] }),
      pollUnit(2, { identity: [mustHold(2, 42)] }),
    ]);
    for (const unit of [1, 2])
      p.bus.units.set(unit, (block) => {
        p.bus.reopen();
        return device(42, 5)(block);
      });
    await p.clock.advance(60_000);
    for (const unit of [1, 2])
      expect(p.delivered.filter((d) => d.unit === unit && d.address === 0 && d.answer.ok).length).toBeGreaterThan(55);
    expect(p.bus.asked.length).toBeLessThan(61 * 12);
  });

  it('with every request, on a line whose answers carry no number, is heard all the same', async () => {
    const p = startPolling([pollUnit(1)], { confirm: true });
    p.bus.units.set(1, (block) => {
      p.bus.reopen();
      return device(42, 5)(block);
    });
    await p.clock.advance(10_500);
    expect(p.delivered.filter(({ answer }) => answer.ok && !answer.doubt).length).toBeGreaterThanOrEqual(10);
  });

  it('does not matter where nothing tells devices apart and answers are numbered', async () => {
    const p = startPolling([pollUnit(1)]);
    await p.clock.advance(5_500);
    const before = p.bus.asked.length;
    p.bus.reopen();
    await p.clock.advance(5_000);
    expect(p.bus.asked.length - before).toBe(5);
  });

  it('by a request that was lost then: the loss is told', async () => {
    const p = startPolling([pollUnit(1, { identity: [mustHold(1, 42)] })]);
    p.bus.units.set(1, device(42));
    await p.clock.advance(5_500);
    p.bus.units.set(1, () => {
      p.bus.reopen();
      return down();
    });
    await p.clock.advance(1_000);
    expect(p.last(1)).toMatchObject({ ok: false, why: 'bus-down' });
  });
});
