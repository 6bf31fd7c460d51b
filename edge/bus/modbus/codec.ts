import type { Words } from '../reading.ts';
import type { Request } from './request.ts';

/** Unit, function, and two words (Modbus Application Protocol V1.1b3, clauses 6.1 to 6.6). */
export const requestLength = 6;

/** Puts the {@link requestLength} bytes of the request into `into` from `at` on. */
export function putRequest({ unit, code, address, amount }: Request, into: Uint8Array, at: number): void {
  into[at] = unit;
  into[at + 1] = code;
  into[at + 2] = address >> 8;
  into[at + 3] = address & 0xff;
  into[at + 4] = amount >> 8;
  into[at + 5] = amount & 0xff;
}

/** The exception code of the answer that begins at `at` with the unit; `undefined` if it is no exception. */
export const exceptionIn = (bytes: Uint8Array, at: number): number | undefined =>
  byteAt(bytes, at + 1) & 0x80 ? byteAt(bytes, at + 2) : undefined;

/** What the answer to `request` that begins at `at` with the unit carries: none for a write. It must be known to fit. */
export function wordsIn(bytes: Uint8Array, at: number, request: Request): Words {
  if (request.bytes === 0) return [];
  const data = at + 3;
  const words: number[] = [];
  for (let i = 0; i < request.amount; i++) {
    words.push(request.code <= 2 ? bitAt(bytes, data, i) : wordAt(bytes, data + 2 * i));
  }
  return words;
}

const byteAt = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0;
const wordAt = (bytes: Uint8Array, at: number): number => (byteAt(bytes, at) << 8) | byteAt(bytes, at + 1);
/** The first bit is the least significant of the first byte. */
const bitAt = (bytes: Uint8Array, data: number, bit: number): number =>
  (byteAt(bytes, data + (bit >> 3)) >> (bit & 7)) & 1;
