import { describe, expect, it } from 'vitest';
import { quietTime } from '../../../../edge/bus/modbus/quiet-time.ts';
import { millis } from '../../../../sdk/model/time.ts';

/** `1!`: unit 1 times out; `1`: it answers. */
function after(story: string): number {
  const quiet = quietTime(millis(100));
  for (const step of story.split(' ')) {
    if (step.endsWith('!')) quiet.timedOut(Number.parseInt(step, 10));
    else quiet.answered(Number.parseInt(step, 10));
  }
  return quiet.length();
}

const proof = '1! 2! 3 2';

describe('the silence after a time-out', () => {
  it.each([
    ['stays while the next unit answers', '1! 2 1! 2 1! 2', 100],
    ['stays when it was missed once', proof, 100],
    ['is doubled when the same unit missed it twice and answered when asked again', `${proof} ${proof}`, 200],
    ['stays when the unit is heard after a time-out in between', `${proof} 1! 2 ${proof}`, 100],
    ['stays when the unit is dead itself', '1! 2! 2! 2! 1! 2! 2!', 100],
    ['stays when another unit missed it', `${proof} 1! 4! 3 4`, 100],
    ['stays when one unit times out again and again', '1! 1! 1! 1 1! 1! 1', 100],
    ['grows up to 500 ms', Array.from({ length: 20 }, () => proof).join(' '), 500],
  ])('%s', (_, story, length) => expect(after(story)).toBe(length));

  it('that is longer than 500 ms from the beginning stays', () => {
    const quiet = quietTime(millis(800));
    for (let i = 0; i < 9; i++) {
      quiet.timedOut(1);
      quiet.timedOut(2);
      quiet.answered(3);
      quiet.answered(2);
    }
    expect(quiet.length()).toBe(800);
  });
});
