import { describe, expect, it } from 'vitest';
import { resolveAddress } from '../../../edge/point/resolve-address.ts';
import type { Address } from '../../../sdk/model/profile.ts';

const settings = { table: 100, slot: 3, size: 4, half: 0.5 };

describe('resolveAddress', () => {
  it.each<[address: Address, register: number]>([
    [0, 0],
    [65_535, 65_535],
    [[], 0],
    [[7, 'table'], 107],
    [['table', ['slot', 'size'], 2], 114],
    [
      [
        ['slot', 10],
        [2, 'size'],
      ],
      38,
    ],
  ])('%j is register %i', (address, register) => expect(resolveAddress(address, settings)).toBe(register));

  it.each<[address: Address, sum: string]>([
    [-1, '-1'],
    [65_536, '65536'],
    [['half'], '0.5'],
    [[65_535, 'slot'], '65538'],
  ])('%j is refused, because %s is no register', (address, sum) => {
    expect(() => resolveAddress(address, settings)).toThrow(
      expect.objectContaining({
        code: 'CONFIG',
        message: `address ${sum} is not a whole number from 0 to 65535; check the offsets in “settings”`,
      }),
    );
  });

  it.each<[Address]>([[['offset']], [[['slot', 'offset']]]])('%j names the setting that is not declared', (address) => {
    expect(() => resolveAddress(address, settings)).toThrow('a setting “offset” that it does not declare');
  });
});
