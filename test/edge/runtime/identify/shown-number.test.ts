import { describe, expect, it } from 'vitest';
import { shownNumber, showsAs } from '../../../../edge/runtime/identify/shown-number.ts';

describe('a number on a dial', () => {
  it.each<[text: string, value: number, decimals: number]>([
    ['0.421', 0.421, 3],
    ['0.420', 0.42, 3],
    ['-12.5', -12.5, 1],
    [' 230 ', 230, 0],
    ['+1', 1, 0],
  ])('%s is read with its resolution', (text, value, decimals) => {
    expect(shownNumber(text)).toEqual({ value, decimals });
  });

  it.each(['', 'abc', '1,5', '1e3', '.', '1.', '0x10', 'NaN', '1.2.3', '9'.repeat(40)])('“%s” is refused', (text) => {
    expect(() => shownNumber(text)).toThrow('is no number as a dial shows it');
  });

  it.each<[value: number, shown: string, fits: boolean]>([
    [0.421, '0.421', true],
    [0.4205, '0.421', true],
    [0.42049, '0.421', false],
    [0.42199, '0.421', true], // cut off
    [0.422, '0.421', false],
    [-12.5, '-12.5', true],
    [-12.59, '-12.5', true],
    [-12.6, '-12.5', false],
    [-12.44, '-12.5', false],
    [12.5, '-12.5', false],
    [0.09, '0.0', true],
    [-0.09, '0.0', true],
    [0.1, '0.0', false],
    [Number.NaN, '0.0', false],
  ])('%d shows as %s: %s', (value, shown, fits) => {
    expect(showsAs(value, shownNumber(shown))).toBe(fits);
  });
});
