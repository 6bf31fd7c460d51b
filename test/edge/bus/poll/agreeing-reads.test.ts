import { describe, expect, it } from 'vitest';
import { type Answer, silent } from '../../../support/fake-bus.ts';
import { pollUnit, refusing, script, startPolling, word } from './polling.ts';

describe('on a line whose answers carry no number, first and after trouble', () => {
  const start = (...answers: readonly Answer[]) => {
    const p = startPolling([pollUnit(1)], { confirm: true });
    p.bus.units.set(1, script(...answers));
    return p;
  };

  it('two answers that agree are good', async () => {
    const p = start(word(5, 5), word(5, 5));
    await p.clock.advance(50);
    expect(p.bus.asked).toHaveLength(2);
    expect(p.delivered.map(({ answer }) => answer)).toEqual([{ ok: true, at: 20, words: [5, 5] }]);
  });

  /** What was told of each answer, doubtful ones with a question mark. */
  const told = (p: ReturnType<typeof start>): readonly string[] =>
    p.delivered.map(({ answer }) => (answer.ok ? `${answer.words[0]}${answer.doubt ? '?' : ''}` : answer.why));

  it('two that do not agree are doubtful, until two in a row do: one may be a late answer to another question', async () => {
    const p = start(word(9, 9), word(5, 5), word(7, 7), word(7, 7), word(8, 8));
    await p.clock.advance(3_500);
    expect(told(p)).toEqual(['5?', '7?', '7', '8']);
    expect(p.bus.asked).toHaveLength(5);
  });

  it('a value that is another one with each answer is believed with the fourth', async () => {
    const p = start(...[1, 2, 3, 4, 5, 6].map((n) => word(n, n)));
    await p.clock.advance(4_500);
    expect(told(p)).toEqual(['2?', '3?', '4', '5', '6']);
  });

  it('trouble makes all doubts new', async () => {
    const p = start(word(1, 1), word(2, 2), silent(), word(3, 3), word(4, 4), word(5, 5), word(6, 6));
    await p.clock.advance(8_000);
    expect(told(p).slice(0, 5)).toEqual(['2?', 'timeout', '4?', '5?', '6']);
  });

  it('what was answered before a refusal confirms nothing', async () => {
    const p = start(word(5, 5), refusing(6), word(5, 5), word(5, 5));
    await p.clock.advance(1_500);
    expect(told(p)).toEqual(['refused', '5']);
    expect(p.bus.asked).toHaveLength(4);
  });

  it('a second that does not come is trouble again, and both are asked for again', async () => {
    const p = start(word(5, 5), silent());
    await p.clock.advance(1_050);
    expect(p.last(1)).toMatchObject({ ok: false, why: 'timeout' });
    await p.clock.advance(1_000);
    expect(p.bus.asked).toHaveLength(4);
    expect(p.last(1)).toEqual({ ok: true, at: expect.any(Number), words: [5, 5] });
  });

  it('each read of the unit is made twice, and then no more', async () => {
    const p = startPolling([pollUnit(1, { reads: 2 })], { confirm: true });
    p.bus.units.set(1, script(silent()));
    await p.clock.advance(1_700);
    expect(
      p.bus.asked
        .slice(1)
        .map(({ address }) => address)
        .toSorted((a, b) => a - b),
    ).toEqual([0, 0, 100, 100]);
    await p.clock.advance(1_000);
    expect(p.bus.asked).toHaveLength(7);
  });

  it('an exception needs no second', async () => {
    const p = start(refusing());
    await p.clock.advance(50);
    expect(p.bus.asked).toHaveLength(1);
    expect(p.last(1)).toMatchObject({ ok: false, why: 'refused' });
  });
});
