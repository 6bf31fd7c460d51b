import { expect, it } from 'vitest';
import { conditionAt, hasLimit } from '../../../sdk/model/condition-at.ts';
import type { Condition, When } from '../../../sdk/model/profile.ts';

const condition = (when: When): Condition => ({
  kind: 'supervisory',
  point: 'pressure',
  when,
  onDelayMs: 5_000,
  offDelayMs: 5_000,
  source: 'a test',
});

it.each<[when: When, changed: When, hasLimit: boolean]>([
  [{ below: 1, deadband: 0 }, { below: 7, deadband: 0 }, true],
  [{ above: 1, deadband: 0 }, { above: 7, deadband: 0 }, true],
  [{ rises: 1, withinMs: 9 }, { rises: 7, withinMs: 9 }, true],
  [{ falls: 1, withinMs: 9 }, { falls: 7, withinMs: 9 }, true],
  [{ stuckMs: 1 }, { stuckMs: 7 }, true],
  [{ is: true }, { is: true }, false],
  [{ bad: 'out-of-range' }, { bad: 'out-of-range' }, false],
])('a limit takes the place of the number of %j, where there is one', (when, changed, has) => {
  expect(conditionAt(condition(when), { limit: 7 }).when).toEqual(changed);
  expect(hasLimit(condition(when))).toBe(has);
});

it('a deadband is changed where there is one, and delays always', () => {
  const change = { deadband: 3, onDelayMs: 1, offDelayMs: 2 };
  expect(conditionAt(condition({ below: 1, deadband: 0 }), change)).toMatchObject({
    when: { below: 1, deadband: 3 },
    onDelayMs: 1,
    offDelayMs: 2,
  });
  expect(conditionAt(condition({ is: true }), change).when).toEqual({ is: true });
});
