import { expect, it } from 'vitest';
import { isMet } from '../../../../edge/runtime/identify/identity-check.ts';
import type { IdentityCheck } from '../../../../sdk/model/profile.ts';

const check: IdentityCheck = { from: 'holding', at: 0, words: [3, [5, 6], { min: 10, max: 20 }, 'unit'] };

it.each<[consequence: string, words: readonly number[], isMet: boolean]>([
  ['every word as wanted, ranges with their ends', [3, 5, 10, 9], true],
  ['the other choice, the other end', [3, 6, 20, 9], true],
  ['another number', [4, 5, 10, 9], false],
  ['none of the choices', [3, 7, 10, 9], false],
  ['below the range', [3, 5, 9, 9], false],
  ['above the range', [3, 5, 21, 9], false],
  ['the address of another unit', [3, 5, 10, 8], false],
  ['an answer that is too short', [3, 5, 10], false],
])('%s: %j', (_, words, met) => expect(isMet(check, words, 9)).toBe(met));
