import { FengsuiError } from '../../../sdk/model/errors.ts';

export type ByteWriter = {
  byte(n: number): void;
  /** A whole number from 0: seven bits a byte, the low ones first. */
  count(n: number): void;
  /** A whole number of either sign, near 0: the sign goes into the lowest bit. */
  difference(n: number): void;
  float(x: number): void;
  text(text: string): void;
  bytes(): Uint8Array;
};

export type ByteReader = {
  byte(): number;
  count(): number;
  difference(): number;
  float(): number;
  text(): string;
};

export function byteWriter(): ByteWriter {
  let buffer = new Uint8Array(1_024);
  let length = 0;
  const reserve = (more: number): void => {
    if (length + more <= buffer.length) return;
    const larger = new Uint8Array(Math.max(buffer.length * 2, length + more));
    larger.set(buffer);
    buffer = larger;
  };
  const byte = (n: number): void => {
    reserve(1);
    buffer[length++] = n;
  };
  const count = (n: number): void => {
    let rest = n;
    for (; rest >= 128; rest = Math.floor(rest / 128)) byte((rest % 128) + 128);
    byte(rest);
  };
  return {
    byte,
    count,
    difference: (n) => count(n < 0 ? -2 * n - 1 : 2 * n),
    float(x) {
      reserve(8);
      new DataView(buffer.buffer).setFloat64(length, x, true);
      length += 8;
    },
    text(text) {
      const encoded = new TextEncoder().encode(text);
      count(encoded.length);
      reserve(encoded.length);
      buffer.set(encoded, length);
      length += encoded.length;
    },
    bytes: () => buffer.subarray(0, length),
  };
}

/** Throws JOURNAL beyond the end. */
export function byteReader(bytes: Uint8Array): ByteReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const take = (size: number): number => {
    if (at + size > bytes.length) throw new FengsuiError('JOURNAL', 'a body of the history ends too early');
    at += size;
    return at - size;
  };
  const byte = (): number => bytes[take(1)] ?? 0;
  const count = (): number => {
    let n = 0;
    for (let scale = 1; ; scale *= 128) {
      const next = byte();
      n += (next % 128) * scale;
      if (next < 128) return n;
    }
  };
  return {
    byte,
    count,
    difference() {
      const n = count();
      return n % 2 === 0 ? n / 2 : -(n + 1) / 2;
    },
    float: () => view.getFloat64(take(8), true),
    text() {
      const size = count();
      const from = take(size);
      return new TextDecoder().decode(bytes.subarray(from, from + size));
    },
  };
}
