import { FengsuiError } from '../../sdk/model/errors.ts';
import type { Address, Factor } from '../../sdk/model/profile.ts';

/** Numbers a site gave, completed by the profile's defaults. */
export type Settings = Readonly<Record<string, number>>;

/** @throws FengsuiError CONFIG when a profile names a setting that it does not declare. */
export function factorOf(factor: Factor, settings: Settings): number {
  if (typeof factor === 'number') return factor;
  const value = settings[factor];
  if (value === undefined)
    throw new FengsuiError('CONFIG', `the profile uses a setting “${factor}” that it does not declare`);
  return value;
}

/** @throws FengsuiError CONFIG when the sum is no register address (0–65535). */
export function resolveAddress(address: Address, settings: Settings): number {
  const terms = typeof address === 'number' ? [address] : address;
  const sum = terms.reduce<number>((total, term) => {
    if (typeof term === 'number' || typeof term === 'string') return total + factorOf(term, settings);
    return total + factorOf(term[0], settings) * factorOf(term[1], settings);
  }, 0);
  if (!Number.isInteger(sum) || sum < 0 || sum > 0xffff) {
    throw new FengsuiError(
      'CONFIG',
      `address ${sum} is not a whole number from 0 to 65535; check the offsets in “settings”`,
    );
  }
  return sum;
}
