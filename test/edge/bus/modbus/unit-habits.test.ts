import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerLimit, newHabits, noteAnswer, noteTimeOut } from '../../../../edge/bus/modbus/unit-habits.ts';
import { millis } from '../../../../sdk/model/time.ts';

const ceiling = millis(1_000);
const known = (turnaround: number, answers = 8) => {
  const habits = newHabits();
  for (let i = 0; i < answers; i++) noteAnswer(habits, millis(turnaround));
  return habits;
};

describe('the time a unit is given to begin its answer', () => {
  it.each([
    ['the full time before eight answers', known(5, 7), 1_000],
    ['50 ms at least', known(5), 50],
    ['twice what its answers take, and the 16 ms of an adapter', known(100), 216],
    ['never more than the full time', known(900), 1_000],
    ['what 99 of 100 answers took counts', known(100, 200), 216],
  ])('is %s', (_, habits, limit) => expect(answerLimit(habits, ceiling)).toBe(limit));

  it('doubles with each time-out up to the full time, and is halved after 32 answers in a row', () => {
    const habits = known(5);
    const limits = Array.from({ length: 6 }, () => {
      noteTimeOut(habits, ceiling);
      return answerLimit(habits, ceiling);
    });
    expect(limits).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    for (let i = 0; i < 31; i++) noteAnswer(habits, millis(5));
    expect(answerLimit(habits, ceiling)).toBe(1_000);
    noteAnswer(habits, millis(5));
    expect(answerLimit(habits, ceiling)).toBe(800);
  });

  it('is never more than the full time, never less than 50 ms, and widens with a time-out', () =>
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat({ max: 3_000 })), { maxLength: 300 }), (story) => {
        const habits = newHabits();
        for (const turnaround of story) {
          const before = answerLimit(habits, ceiling);
          if (turnaround === null) noteTimeOut(habits, ceiling);
          else noteAnswer(habits, millis(turnaround));
          const after = answerLimit(habits, ceiling);
          expect(after).toBeGreaterThanOrEqual(turnaround === null ? before : 50);
          expect(after).toBeLessThanOrEqual(ceiling);
        }
      }),
    ));
});
