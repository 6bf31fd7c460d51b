import { describe, expect, it } from 'vitest';
import { answerRequest } from '../../../simulators/modbus/answer-request.ts';
import { type Cell, float32, int16, type Unit, unitOf } from '../../../simulators/modbus/unit.ts';
import { hex, toHex } from './hex.ts';

/** Addresses that hold the bits or words of the specification's examples. */
const from = (start: number, values: readonly Cell[]): Record<number, Cell> =>
  Object.fromEntries(values.map((value, i) => [start + i, value]));
const bits = (text: string): number[] =>
  text.split(' ').flatMap((byte) => Array.from({ length: 8 }, (_, bit) => (Number.parseInt(byte, 16) >> bit) & 1));

type Memory = Unit & { readonly writes: [string, number, number][] };
function memory(): Memory {
  const writes: [string, number, number][] = [];
  const cell = (table: string, address: number): Cell => ({
    get: () => 0,
    set: (value) => {
      if (value === 0xbad) return 'illegal-value';
      writes.push([table, address, value]);
      return 'done';
    },
  });
  const range = (table: string, start: number, count: number): Record<number, Cell> =>
    from(
      start,
      Array.from({ length: count }, (_, i) => cell(table, start + i)),
    );
  const unit = unitOf({
    coil: { ...from(0x13, bits('CD 6B 05')), ...range('coil', 0xac, 1), ...range('coil', 0x200, 10) },
    discrete: from(0xc4, bits('AC DB 35')),
    holding: { ...from(0x6b, [0x022b, 0, 0x64]), ...range('holding', 1, 2) },
    input: from(8, [0x0a]),
  });
  return { ...unit, writes };
}

describe('requests and answers printed in the Modbus application protocol V1.1b3', () => {
  it.each<[clause: string, request: string, answer: string]>([
    ['6.1 read coils', '01 00 13 00 13', '01 03 CD 6B 05'],
    ['6.2 read discrete inputs', '02 00 C4 00 16', '02 03 AC DB 35'],
    ['6.3 read holding registers', '03 00 6B 00 03', '03 06 02 2B 00 00 00 64'],
    ['6.4 read input registers', '04 00 08 00 01', '04 02 00 0A'],
    ['6.5 write one coil', '05 00 AC FF 00', '05 00 AC FF 00'],
    ['6.6 write one register', '06 00 01 00 03', '06 00 01 00 03'],
    ['6.12 write registers', '10 00 01 00 02 04 00 0A 01 02', '10 00 01 00 02'],
  ])('%s', (_clause, request, answer) => {
    expect(toHex(answerRequest(memory(), hex(request)))).toBe(answer);
  });

  it('6.11 write coils puts the first bit into the lowest place of the first byte', () => {
    const unit = memory();
    expect(toHex(answerRequest(unit, hex('0F 02 00 00 0A 02 CD 01')))).toBe('0F 02 00 00 0A');
    expect(unit.writes.map(([, , value]) => value)).toEqual([1, 0, 1, 1, 0, 0, 1, 1, 1, 0]);
  });
});

describe('what cannot be answered is refused with the right exception', () => {
  it.each<[why: string, request: string, answer: string]>([
    ['function 43 is unknown: 1', '2B 0E 01 00', 'AB 01'],
    ['an address with nothing behind it: 2', '03 00 70 00 01', '83 02'],
    ['a range that runs out of the table: 2', '03 00 6B 00 04', '83 02'],
    ['a range beyond 65535: 2', '03 FF FF 00 02', '83 02'],
    ['no registers at all: 3', '03 00 6B 00 00', '83 03'],
    ['126 registers: 3', '03 00 6B 00 7E', '83 03'],
    ['2001 bits: 3', '01 00 13 07 D1', '81 03'],
    ['a request that is cut short: 3', '03 00 6B 00', '83 03'],
    ['a coil value that is neither on nor off: 3', '05 00 AC 55 00', '85 03'],
    ['a coil that cannot be written: 2', '05 00 13 FF 00', '85 02'],
    ['a register value the device refuses: 3', '06 00 01 0B AD', '86 03'],
    ['a byte count that does not fit: 3', '10 00 01 00 02 03 00 0A 01', '90 03'],
    ['124 registers to write: 3', '10 00 01 00 7C F8', '90 03'],
  ])('%s', (_why, request, answer) => {
    expect(toHex(answerRequest(memory(), hex(request)))).toBe(answer);
  });

  it('a block of which one address is missing leaves nothing written', () => {
    const unit = memory();
    expect(toHex(answerRequest(unit, hex('10 00 02 00 02 04 00 0A 01 02')))).toBe('90 02');
    expect(unit.writes).toEqual([]);
  });

  it('a unit without write refuses every write', () => {
    expect(toHex(answerRequest({ read: () => 0 }, hex('06 00 01 00 03')))).toBe('86 02');
  });
});

describe('numbers in registers', () => {
  it.each([
    [0, 0x0000],
    [-1, 0xffff],
    [-100, 0xff9c],
    [40_000, 0x7fff],
    [-40_000, 0x8000],
  ])('%d is held as int16 %d', (value, word) => expect(int16(value)).toBe(word));

  // 230.0 in IEEE 754: sign 0, exponent 134, mantissa 0x660000.
  it('230 V are 43 66 00 00, high word first', () => expect(float32(230)).toEqual([0x4366, 0x0000]));
});
