/** Distinguished encoding (X.690) of the few kinds of value that a certificate request is made of. */
const tag = { integer: 0x02, bits: 0x03, oid: 0x06, utf8: 0x0c, sequence: 0x30, set: 0x31, context0: 0xa0 } as const;

function value(head: number, body: Uint8Array): Uint8Array {
  const n = body.length;
  const length = n < 0x80 ? [n] : n < 0x100 ? [0x81, n] : [0x82, n >> 8, n & 0xff];
  return Uint8Array.of(head, ...length, ...body);
}

const joined = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));

/** Of values of at most 64 KiB, as all of these. */
export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => value(tag.sequence, joined(parts));
export const setOf = (part: Uint8Array): Uint8Array => value(tag.set, part);
export const zero = (): Uint8Array => value(tag.integer, Uint8Array.of(0));
export const utf8 = (text: string): Uint8Array => value(tag.utf8, Buffer.from(text));
export const bits = (bytes: Uint8Array): Uint8Array => value(tag.bits, Uint8Array.of(0, ...bytes));
/** A context-specific set without members: [0]. */
export const emptyContext0 = (): Uint8Array => value(tag.context0, new Uint8Array());

/** @param dotted as in `2.5.4.3` */
export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return value(tag.oid, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(n: number): readonly number[] {
  const low = n & 0x7f;
  const high: number[] = [];
  for (let left = n >> 7; left > 0; left >>= 7) high.unshift((left & 0x7f) | 0x80);
  return [...high, low];
}
