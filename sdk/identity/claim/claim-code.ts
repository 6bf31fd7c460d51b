import { randomBytes } from 'node:crypto';
import { FengsuiError } from '../../model/errors.ts';
import { checkSymbols, withCheckSymbols } from './check-symbols.ts';

/** What an installer types: 20 characters, of which 18 are random (90 bits) and 2 are a check. */
export type ClaimCode = {
  /** Capitals, without hyphens. */
  readonly characters: string;
};

/** Crockford’s base 32: no I, L, O and U, which are taken for others. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const randomSymbols = 18;
const length = randomSymbols + 2;
const groupOf = 5;
/** More than anybody types. */
const longest = 200;

/** A code that nobody can guess. @param random as many bytes as asked for */
export function newClaimCode(random: (count: number) => Uint8Array = randomBytes): ClaimCode {
  const symbols = [...random(randomSymbols)].map((byte) => byte & 31);
  return minted(withCheckSymbols(symbols));
}

/** In groups of five, as it is shown: `7K2QM-9XD4T-0BVHW-E3RZ6`. */
export const claimCodeText = (code: ClaimCode): string => code.characters.replaceAll(/.{5}(?=.)/g, '$&-');

/**
 * The code that somebody has typed. Capitals or not, blanks and hyphens do not matter, nor full-width characters of a
 * Chinese input; O is read as 0, I and L as 1.
 * @throws FengsuiError INVALID with the group that is wrong, where that can be known
 */
export function parseClaimCode(typed: string): ClaimCode {
  if (typed.length > longest) throw wrong(`it has ${typed.length} characters`);
  const groups = typed
    .normalize('NFKC')
    .toUpperCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((group) => group !== '');
  const text = groups.join('').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  const characters = Array.from(text);
  const foreign = characters.findIndex((character) => !alphabet.includes(character));
  if (foreign >= 0) throw wrong(`“${characters[foreign]}” is in no code (${groupAt(foreign)})`);
  if (characters.length !== length) throw wrong(lengthTrouble(groups, characters.length));
  const symbols = characters.map((character) => alphabet.indexOf(character));
  const checked = checkSymbols(symbols);
  if (checked === 'ok') return minted(symbols);
  throw wrong(
    checked.wrongAt === undefined
      ? 'more than one character is wrong, or two are swapped'
      : `a character is wrong, most likely in ${groupAt(checked.wrongAt)}`,
  );
}

const groupAt = (place: number): string => `group ${Math.floor(place / groupOf) + 1}`;

function lengthTrouble(groups: readonly string[], found: number): string {
  const odd = groups.length === length / groupOf ? groups.findIndex((group) => group.length !== groupOf) : -1;
  return odd >= 0
    ? `group ${odd + 1} has ${groups[odd]?.length} characters of ${groupOf}`
    : `it has ${found} characters of ${length}`;
}

const minted = (symbols: readonly number[]): ClaimCode => ({
  characters: symbols.map((symbol) => alphabet[symbol]).join(''),
});

const wrong = (why: string): FengsuiError =>
  new FengsuiError('INVALID', `this is no claim code: ${why}. It has four groups of five, as 7K2QM-9XD4T-0BVHW-E3RZ6`);
