import { describe, expect, it } from 'vitest';
import { afterAnswer, afterFailure, firstPace, type Pace, restMs } from '../../../../sdk/store/keep/pace.ts';

const times = <T>(n: number, step: (x: T) => T, x: T): T => (n === 0 ? x : times(n - 1, step, step(x)));

describe('how fast holes are filled', () => {
  it('asks for more of who answers quickly, up to a bound', () => {
    const pace = times(20, (p) => afterAnswer(p, 5), firstPace);
    expect(pace).toMatchObject({ entries: 16, windowMs: 3_600_000 });
  });

  it('asks for one entry at a time on a line that takes long for it', () => {
    const pace = times(20, (p) => afterAnswer(p, 2_000), firstPace);
    expect(pace).toMatchObject({ entries: 1, windowMs: 10_000 });
    expect(afterAnswer(pace, 300)).toEqual(pace);
  });

  it('takes a tenth of a line', () => {
    expect([0, 100, 1_000, 60_000].map(restMs)).toEqual([20, 900, 9_000, 30_000]);
  });

  it('waits twice as long after each failure, up to five minutes, and not any more after an answer', () => {
    const waits: number[] = [];
    const failed = times(
      8,
      (p: Pace) => {
        waits.push(p.afterFailureMs / 1_000);
        return afterFailure(p);
      },
      firstPace,
    );
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 300, 300]);
    expect(failed).toMatchObject({ entries: 1, windowMs: 10_000 });
    expect(afterAnswer(failed, 5).afterFailureMs).toBe(5_000);
  });
});
