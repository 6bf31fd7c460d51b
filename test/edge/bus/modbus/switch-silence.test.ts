import { describe, expect, it } from 'vitest';
import { switchSilence } from '../../../../edge/bus/modbus/switch-silence.ts';
import { millis } from '../../../../sdk/model/time.ts';

/**
 * What unit 2 is given before it is asked, after it was asked like this: `s`, `S` right after unit 1 has answered; `p`,
 * `P` after a pause. Capital: it answers.
 */
function after(script: string): number {
  const silence = switchSilence();
  silence.answered(1);
  for (const turn of script) {
    silence.asked(2, millis(turn.toLowerCase() === 'p' ? 500 : silence.before(2)));
    if (turn === turn.toUpperCase()) silence.answered(2);
    else silence.timedOut(2);
    silence.answered(1);
  }
  return silence.before(2);
}

describe('the silence before another unit is asked', () => {
  it.each<[consequence: string, script: string, silence: number]>([
    ['is none by default', '', 0],
    ['is none for who answers', 'SSSSPPSSSS', 0],
    ['is none after two misses: they may be noise', 'ss', 0],
    ['begins with three misses in a row', 'sss', 20],
    ['though answers after a pause come between', 'sPsPs', 20],
    ['is none if an answer at once comes between', 'ssSss', 0],
    ['is none if pauses do not help: the unit is silent', 'spspspspsp', 0],
    ['stays while it helps', 'sssSSsSSPpS', 20],
    ['becomes more if it does not help', 'ssssss', 80],
    ['is none again if nothing helps', 'sssssssss', 0],
    ['and stays none for a silent unit', 'sssssssssssssss', 0],
    ['is learnt anew once the unit was heard', 'sssssssssPsss', 20],
  ])('%s (%s)', (_, script, silence) => expect(after(script)).toBe(silence));

  it('is for one unit alone, and only where another one has answered just before', () => {
    const silence = switchSilence();
    for (let i = 0; i < 3; i++) {
      silence.answered(1);
      silence.asked(2, millis(0));
      silence.timedOut(2);
    }
    expect(silence.before(2)).toBe(0);
    silence.answered(1);
    expect([silence.before(1), silence.before(2), silence.before(3)]).toEqual([0, 20, 0]);
    silence.answered(2);
    expect([silence.before(1), silence.before(2), silence.before(3)]).toEqual([0, 0, 0]);
  });
});
