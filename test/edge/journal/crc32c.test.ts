import { expect, it } from 'vitest';
import { crc32c } from '../../../edge/journal/crc32c.ts';
import { seal, unseal } from '../../../edge/journal/seal.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

it.each([
  [bytes(''), 0],
  [bytes('123456789'), 0xe3069283],
  [new Uint8Array(32), 0x8a9136aa], // RFC 3720, appendix B.4
  [new Uint8Array(32).fill(0xff), 0x62a8ab43],
])('the checksum is that of other implementations (%#)', (input, expected) => {
  expect(crc32c(input)).toBe(expected);
});

it('a checksum can be taken piece by piece', () => {
  expect(crc32c(bytes('56789'), crc32c(bytes('1234')))).toBe(crc32c(bytes('123456789')));
});

it('any flipped bit of a sealed body, or another label, is seen', () => {
  const sealed = seal('7 1', bytes('alarm'));
  expect(unseal('7 1', sealed)).toEqual(bytes('alarm'));
  expect(unseal('8 1', sealed)).toBeUndefined();
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const damaged = Uint8Array.from(sealed, (byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
    expect(unseal('7 1', damaged)).toBeUndefined();
  }
});

it.each([undefined, null, 'text', new Uint8Array(3)])('what was never sealed is not returned: %s', (column) => {
  expect(unseal('', column)).toBeUndefined();
});
