import { expect, it } from 'vitest';
import { need } from '../../../../edge/cli/terminal/need.ts';

it.each([undefined, ''])('asks for what is not there: %j', (value) => {
  expect(() => need(value, 'which authority? Add --folder')).toThrow(
    expect.objectContaining({ code: 'INVALID', message: 'which authority? Add --folder' }),
  );
});

it('takes what was given as it is', () => {
  expect(need(' a b ', 'what?')).toBe(' a b ');
});
