/**
 * CBOR (RFC 8949) as it stands on the wire: unlike a decoder's result it still tells 1 from 1.0, and the width of a
 * float. It shares no line with the codec of the product, so that a mistake of that is not repeated here.
 */
export type Item =
  | { readonly kind: 'int' | 'float16' | 'float32' | 'float64'; readonly value: number }
  | { readonly kind: 'bytes'; readonly value: Uint8Array }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'list'; readonly items: readonly Item[] }
  | { readonly kind: 'map'; readonly pairs: readonly (readonly [key: Item, value: Item])[] }
  | { readonly kind: 'tag'; readonly tag: number; readonly item: Item }
  | { readonly kind: 'simple'; readonly value: number };

/** @throws Error for anything but one complete item of definite length. */
export function readItem(bytes: Uint8Array): Item {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), at: 0 };
  const item = next(reader);
  if (reader.at !== bytes.length) throw new Error(`${bytes.length - reader.at} bytes follow the item`);
  return item;
}

type Reader = { readonly view: DataView; at: number };

function next(reader: Reader): Item {
  const head = reader.view.getUint8(reader.at++);
  const [major, info] = [head >> 5, head & 0x1f];
  if (major === 7) return simple(reader, info);
  const n = argument(reader, info);
  switch (major) {
    case 0:
      return { kind: 'int', value: n };
    case 1:
      return { kind: 'int', value: -1 - n };
    case 2:
      return { kind: 'bytes', value: take(reader, n) };
    case 3:
      return { kind: 'text', value: new TextDecoder('utf-8', { fatal: true }).decode(take(reader, n)) };
    case 4:
      return { kind: 'list', items: Array.from({ length: n }, () => next(reader)) };
    case 5:
      return { kind: 'map', pairs: Array.from({ length: n }, () => [next(reader), next(reader)] as const) };
    default:
      return { kind: 'tag', tag: n, item: next(reader) };
  }
}

function argument(reader: Reader, info: number): number {
  if (info < 24) return info;
  const { view, at } = reader;
  reader.at += 2 ** (info - 24);
  if (info === 24) return view.getUint8(at);
  if (info === 25) return view.getUint16(at);
  if (info === 26) return view.getUint32(at);
  if (info === 27) return Number(view.getBigUint64(at));
  throw new Error(`a length of kind ${info} is indefinite or reserved`);
}

function simple(reader: Reader, info: number): Item {
  const { view, at } = reader;
  if (info === 25) return { kind: 'float16', value: argument(reader, info) }; // its bits: nobody here needs the number
  if (info === 26) {
    reader.at += 4;
    return { kind: 'float32', value: view.getFloat32(at) };
  }
  if (info === 27) {
    reader.at += 8;
    return { kind: 'float64', value: view.getFloat64(at) };
  }
  return { kind: 'simple', value: argument(reader, info) };
}

function take(reader: Reader, length: number): Uint8Array {
  const from = reader.view.byteOffset + reader.at;
  if (reader.at + length > reader.view.byteLength) throw new Error('it ends before it is complete');
  reader.at += length;
  return new Uint8Array(reader.view.buffer, from, length);
}
