import { numberWidth } from '../../device-profiles/point-width.ts';
import type { NumberPoint } from '../../sdk/model/profile.ts';
import type { Words } from '../bus/reading.ts';

/** How the registers of one number are read: the bits as they are, and what they mean. All of its words must be there. */
export type RegisterNumber = {
  /** The bits as an unsigned whole number; of 64 bits, rounded to what a double holds. */
  readonly bits: (words: Words, offset: number) => number;
  /** What the registers mean; NaN where they mean no number. */
  readonly number: (words: Words, offset: number) => number;
};

export function registerNumber({ as, order, bits }: Pick<NumberPoint, 'as' | 'order' | 'bits'>): RegisterNumber {
  const letters = order ?? 'ABCDEFGH'.slice(0, 2 * numberWidth[as]);
  if (numberWidth[as] === 4) return wide(as, letters);
  const whole = unsigned(letters, 0, letters.length);
  const read = bits ? field(whole, bits) : whole;
  const meaning = meanings[as];
  return { bits: read, number: meaning ? (words, offset) => meaning(read(words, offset)) : read };
}

/** The field of some bits of a word, lowest and highest, 0–15. */
export function field(read: RegisterNumber['bits'], [low, high]: readonly [number, number]): RegisterNumber['bits'] {
  const mask = 2 ** (high - low + 1) - 1;
  return (words, offset) => (read(words, offset) >> low) & mask;
}

export const wordAt: RegisterNumber['bits'] = (words, offset) => words[offset] ?? Number.NaN;

/** Printable ASCII from registers, two characters each, up to the first NUL, without trailing blanks; `undefined` if there is anything else. */
export function registerText(words: Words, offset: number, count: number, order: 'AB' | 'BA'): string | undefined {
  let text = '';
  for (let i = 0; i < 2 * count; i++) {
    const word = wordAt(words, offset + (i >> 1));
    const isHigh = (i % 2 === 0) === (order === 'AB');
    const code = isHigh ? word >> 8 : word & 0xff;
    if (code === 0) break;
    if (code < 0x20 || code > 0x7e) return undefined;
    text += String.fromCharCode(code);
  }
  return text.trimEnd();
}

/** Of up to 32 bits, what they mean; unsigned numbers mean themselves. */
const meanings: { readonly [As in NumberPoint['as']]?: (bits: number) => number } = {
  i16: (bits) => (bits > 0x7fff ? bits - 0x1_0000 : bits),
  i32: (bits) => bits | 0,
  f32: (bits) => {
    scratch.setUint32(0, bits);
    return scratch.getFloat32(0);
  },
  bcd16: decimal,
  bcd32: decimal,
};

const scratch = new DataView(new ArrayBuffer(8));

/** Four decimal digits a word; NaN if a digit is more than 9. */
function decimal(bits: number): number {
  let value = 0;
  for (let shift = 28; shift >= 0; shift -= 4) {
    const digit = (bits >>> shift) & 0xf;
    if (digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** 64 bits as two halves, so that no step rounds a number that a double can hold. */
function wide(as: NumberPoint['as'], letters: string): RegisterNumber {
  const high = unsigned(letters, 0, 4);
  const low = unsigned(letters, 4, 4);
  const bits: RegisterNumber['bits'] = (words, offset) => high(words, offset) * 2 ** 32 + low(words, offset);
  if (as === 'u64') return { bits, number: bits };
  if (as === 'i64') {
    return { bits, number: (words, offset) => (high(words, offset) | 0) * 2 ** 32 + low(words, offset) };
  }
  return {
    bits,
    number: (words, offset) => {
      scratch.setUint32(0, high(words, offset));
      scratch.setUint32(4, low(words, offset));
      return scratch.getFloat64(0);
    },
  };
}

/** The unsigned number of `count` bytes (1–4), the most significant of which is letter `first` of the order (A is 0). */
function unsigned(letters: string, first: number, count: number): RegisterNumber['bits'] {
  if (letters === 'AB') return wordAt;
  // What each byte is worth, in the order of arrival; 0 if it belongs to another part of the value.
  const worths = Array.from(letters, (letter) => {
    const place = letter.charCodeAt(0) - 65 - first;
    return place >= 0 && place < count ? 256 ** (count - 1 - place) : 0;
  });
  return (words, offset) => {
    let sum = 0;
    for (let i = 0; i < worths.length; i += 2) {
      const word = wordAt(words, offset + (i >> 1));
      sum += (word >> 8) * (worths[i] ?? 0) + (word & 0xff) * (worths[i + 1] ?? 0);
    }
    return sum;
  };
}
