import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { registerNumber } from '../../../edge/point/register-value.ts';
import type { ByteOrder, NumberPoint } from '../../../sdk/model/profile.ts';

const orders: Readonly<Record<number, readonly ByteOrder[]>> = {
  2: ['AB', 'BA'],
  4: ['ABCD', 'CDAB', 'BADC', 'DCBA'],
  8: ['ABCDEFGH', 'GHEFCDAB', 'BADCFEHG', 'HGFEDCBA'],
};

/** The registers in which a device sends these bytes, most significant first, in an order of its own. */
function sent(bytes: Uint8Array, order: ByteOrder): number[] {
  const arriving = Array.from<string>(order).map((letter) => bytes['ABCDEFGH'.indexOf(letter)] ?? 0);
  return Array.from({ length: bytes.length / 2 }, (_, i) => ((arriving[2 * i] ?? 0) << 8) | (arriving[2 * i + 1] ?? 0));
}

/** What a DataView makes of the bytes: Node’s word for each type. */
const meaning: Readonly<Record<string, (view: DataView) => number | bigint>> = {
  u16: (view) => view.getUint16(0),
  i16: (view) => view.getInt16(0),
  u32: (view) => view.getUint32(0),
  i32: (view) => view.getInt32(0),
  f32: (view) => view.getFloat32(0),
  u64: (view) => view.getBigUint64(0),
  i64: (view) => view.getBigInt64(0),
  f64: (view) => view.getFloat64(0),
};

describe.each<[as: NumberPoint['as'], size: number]>([
  ['u16', 2],
  ['i16', 2],
  ['u32', 4],
  ['i32', 4],
  ['f32', 4],
  ['u64', 8],
  ['i64', 8],
  ['f64', 8],
])('%s', (as, size) => {
  it.each(orders[size] ?? [])('%s: any bytes mean what they mean in their natural order', (order) => {
    const { number, bits } = registerNumber({ as, order });
    fc.assert(
      fc.property(fc.uint8Array({ minLength: size, maxLength: size }), fc.nat(3), (bytes, offset) => {
        const words = [...Array.from({ length: offset }, () => 0xdead), ...sent(bytes, order), 0xbeef];
        const view = new DataView(bytes.buffer, bytes.byteOffset);
        expect(number(words, offset)).toBe(Number(meaning[as]?.(view)));
        expect(bits(words, offset)).toBe(Number(`0x${Buffer.from(bytes).toString('hex')}`));
      }),
    );
  });
});

describe.each<[as: 'bcd16' | 'bcd32', digits: number]>([
  ['bcd16', 4],
  ['bcd32', 8],
])('%s', (as, digits) => {
  it.each(orders[digits / 2] ?? [])('%s: any digits are the number that they read as', (order) => {
    const { number } = registerNumber({ as, order });
    fc.assert(
      fc.property(fc.nat(10 ** digits - 1), (value) => {
        const bytes = Uint8Array.from(Buffer.from(String(value).padStart(digits, '0'), 'hex'));
        expect(number(sent(bytes, order), 0)).toBe(value);
      }),
    );
  });
});
