import { expect, it } from 'vitest';
import { isDamage, isFull } from '../../../sdk/sqlite/errors.ts';

it('knows damage and lack of room by their codes, and by their words where the driver gives no code', () => {
  const coded = (errcode: number) => Object.assign(new Error('words of any kind'), { errcode });
  expect([coded(11), coded(26), coded(522), coded(13), coded(5)].map(isDamage)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
  expect(isDamage(new Error('database disk image is malformed'))).toBe(true);
  expect(isFull(new Error('database or disk is full'))).toBe(true);
  expect(isDamage(new Error('something else'))).toBe(false);
});
