import { FengsuiError } from '../model/errors.ts';
import type { CborLimits } from './cbor-limits.ts';

/**
 * Reads one complete, modest, plain CBOR value from a wire, and nothing that could hurt: other lengths than announced,
 * deep nesting, too many items, indefinite lengths, tags, bignums are refused where they are met. Lists become arrays,
 * maps become Maps, bytes are a view into the message. In one pass, since every message goes through it.
 * @throws FengsuiError PROTOCOL
 */
export function readCbor(bytes: Uint8Array, limits: CborLimits): unknown {
  if (bytes.length > limits.bytes) refuse(`${bytes.length} bytes are more than the ${limits.bytes} allowed`, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cursor: Cursor = { bytes, view, limits, at: 0, items: 1, depth: 0 };
  const value = read(cursor);
  if (cursor.at !== bytes.length) refuse(`${bytes.length - cursor.at} bytes follow the end of the value`, cursor.at);
  return value;
}

type Cursor = {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly limits: CborLimits;
  at: number;
  /** Announced so far, the value itself included. */
  items: number;
  /** Arrays and maps that are open. */
  depth: number;
};

function read(c: Cursor): unknown {
  const first = c.bytes[c.at];
  if (first === undefined) return cutOff(c);
  const info = first & 0x1f;
  switch (first >> 5) {
    case 0:
      return count(c, info);
    case 1: {
      const n = count(c, info);
      return typeof n === 'bigint' ? -1n - n : -1 - n;
    }
    case 2:
      return take(c, length(c, info));
    case 3:
      return text(c, length(c, info));
    case 4:
      return list(c, length(c, info));
    case 5:
      return map(c, length(c, info));
    case 7:
      return simple(c, info);
    default:
      return refuse('a tag is not allowed', c.at);
  }
}

/** The number behind a head, which is read with it. One that is not exact is no plain number. */
function count(c: Cursor, info: number): number | bigint {
  if (info < 24) {
    c.at++;
    return info;
  }
  const at = c.at + 1;
  if (info > 27) refuse('indefinite or reserved length', c.at);
  c.at = at + 2 ** (info - 24);
  if (c.at > c.bytes.length) cutOff(c);
  if (info === 24) return c.view.getUint8(at);
  if (info === 25) return c.view.getUint16(at);
  if (info === 26) return c.view.getUint32(at);
  const big = c.view.getBigUint64(at);
  return big > Number.MAX_SAFE_INTEGER ? big : Number(big);
}

const length = (c: Cursor, info: number): number => Number(count(c, info));

function take(c: Cursor, size: number): Uint8Array {
  const from = c.at;
  if (size > c.bytes.length - from) cutOff(c);
  c.at += size;
  return c.bytes.subarray(from, c.at);
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

const text = (c: Cursor, size: number): string => utf8.decode(take(c, size));

function list(c: Cursor, size: number): unknown[] {
  open(c, size);
  // As long as it will be: one that grows takes room for 17 items with the first, and most lists hold one.
  const items = Array<unknown>(size);
  for (let i = 0; i < size; i++) items[i] = read(c);
  if (size > 0) c.depth--;
  return items;
}

function map(c: Cursor, size: number): Map<unknown, unknown> {
  open(c, size * 2);
  const entries = new Map<unknown, unknown>();
  for (let i = 0; i < size; i++) {
    const key = read(c);
    entries.set(key, read(c));
  }
  if (size > 0) c.depth--;
  return entries;
}

/**
 * Each item takes a byte at least: what announces more than there are, or more than may be in all, is refused before
 * anything is made for it. Lists within lists would else take their bytes many times over.
 */
function open(c: Cursor, items: number): void {
  if (items > c.bytes.length - c.at) cutOff(c);
  c.items += items;
  if (c.items > c.limits.items) refuse(`more than ${c.limits.items} items`, c.at);
  if (items > 0 && ++c.depth > c.limits.depth) refuse(`nested deeper than ${c.limits.depth}`, c.at);
}

function simple(c: Cursor, info: number): unknown {
  const at = c.at;
  if (info < 20) refuse(`simple value ${info} is not allowed`, at);
  if (info === 24) refuse('simple values in two bytes are not allowed', at);
  count(c, info); // moves on
  if (info === 20 || info === 21) return info === 21;
  if (info === 22) return null;
  if (info === 23) return undefined;
  if (info === 25) return half(c.view.getUint16(at + 1));
  return info === 26 ? c.view.getFloat32(at + 1) : c.view.getFloat64(at + 1);
}

/** RFC 8949, appendix D. */
function half(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const size =
    exponent === 0
      ? fraction * 2 ** -24
      : exponent === 31
        ? fraction === 0
          ? Number.POSITIVE_INFINITY
          : Number.NaN
        : (1_024 + fraction) * 2 ** (exponent - 25);
  return bits & 0x8000 ? -size : size;
}

const cutOff = (c: Cursor): never => refuse('it ends before it is complete', c.at);

function refuse(why: string, at: number): never {
  throw new FengsuiError('PROTOCOL', `CBOR refused at byte ${at}: ${why}`);
}
