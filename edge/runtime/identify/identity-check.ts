import type { IdentityCheck } from '../../../sdk/model/profile.ts';
import type { Words } from '../../bus/reading.ts';

/** What one register has to hold. */
export type WantedWord = IdentityCheck['words'][number];

/** Whether the registers of a check, read from the device at `unit`, hold what it wants. A register that is missing does not. */
export const isMet = ({ words }: IdentityCheck, found: Words, unit: number): boolean =>
  words.every((want, i) => isWanted(want, found[i] ?? Number.NaN, unit));

function isWanted(want: WantedWord, word: number, unit: number): boolean {
  if (want === 'unit') return word === unit;
  if (typeof want === 'number') return word === want;
  return 'min' in want ? word >= want.min && word <= want.max : want.includes(word);
}
