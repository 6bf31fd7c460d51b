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

  const silentFor = (habits: ReturnType<typeof known>, attempts: number): number[] =>
    Array.from({ length: attempts }, () => {
      noteTimeOut(habits, ceiling);
      return answerLimit(habits, ceiling);
    });

  it('stays as learnt for a unit that fell silent, but for the fourth attempt, and then one in sixteen', () => {
    const limits = silentFor(known(5), 64);
    expect(limits.filter((limit) => limit === 1_000)).toHaveLength(4);
    expect(limits.filter((limit) => limit === 50)).toHaveLength(60);
    expect(limits.indexOf(1_000)).toBe(2); // after the third attempt
  });

  it('is as learnt again once a silent unit is back', () => {
    const habits = known(5);
    silentFor(habits, 15);
    noteAnswer(habits, millis(5));
    expect(answerLimit(habits, ceiling)).toBe(50);
  });

  it('doubles with each time-out while it would miss an answer that came late, and is halved after 32 in a row', () => {
    const habits = known(5, 128);
    silentFor(habits, 1);
    habits.turnarounds.add(millis(300)); // late; one of 128 alone is left out of what is usual
    expect(silentFor(habits, 5)).toEqual([100, 1_000, 200, 400, 400]); // the fourth attempt has the full time;
    for (let i = 0; i < 31; i++) noteAnswer(habits, millis(5));
    expect(answerLimit(habits, ceiling)).toBe(400);
    noteAnswer(habits, millis(5));
    expect(answerLimit(habits, ceiling)).toBe(200);
  });

  it('follows a unit that answers later from one moment on', () => {
    const habits = known(5, 128);
    for (let late = 0; late < 2; late++) {
      silentFor(habits, 1);
      habits.turnarounds.add(millis(300));
    }
    expect(answerLimit(habits, ceiling)).toBeGreaterThanOrEqual(616);
  });

  it('is never more than the full time, and never less than 50 ms', () =>
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat({ max: 3_000 })), { maxLength: 300 }), (story) => {
        const habits = newHabits();
        for (const turnaround of story) {
          if (turnaround === null) noteTimeOut(habits, ceiling);
          else noteAnswer(habits, millis(turnaround));
          const after = answerLimit(habits, ceiling);
          expect(after).toBeGreaterThanOrEqual(50);
          expect(after).toBeLessThanOrEqual(ceiling);
        }
      }),
    ));
});
