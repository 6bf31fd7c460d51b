import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exceptionIn, putRequest, wordsIn } from '../../../../edge/bus/modbus/codec.ts';
import { readRequest, writeRequest } from '../../../../edge/bus/modbus/request.ts';
import { registers } from '../../../support/scripted-slave.ts';

const read = (table: 'coil' | 'holding', count: number) =>
  readRequest({ unit: 17, table, address: 0x13, count }, 'tcp');

describe('putRequest', () => {
  // Modbus Application Protocol V1.1b3: the examples of clauses 6.1 to 6.6, behind unit 17.
  it.each([
    [readRequest({ unit: 17, table: 'coil', address: 0x13, count: 0x13 }, 'tcp'), '110100130013'],
    [readRequest({ unit: 17, table: 'discrete', address: 0xc4, count: 0x16 }, 'tcp'), '110200c40016'],
    [readRequest({ unit: 17, table: 'holding', address: 0x6b, count: 3 }, 'tcp'), '1103006b0003'],
    [readRequest({ unit: 17, table: 'input', address: 8, count: 1 }, 'tcp'), '110400080001'],
    [writeRequest({ unit: 17, table: 'coil', address: 0xac, value: true }, 'tcp'), '110500acff00'],
    [writeRequest({ unit: 17, table: 'holding', address: 1, value: 3 }, 'tcp'), '110600010003'],
  ])('%# is the example of the specification', (request, hex) => {
    const bytes = Buffer.alloc(8);
    putRequest(request, bytes, 1);
    expect(bytes.toString('hex')).toBe(`00${hex}00`);
  });
});

describe('wordsIn', () => {
  it('gives the coils of the example: 27 to 20, 35 to 28, 38 to 36, lowest bit first', () => {
    const answer = Buffer.from('110103cd6b05', 'hex');
    expect(wordsIn(answer, 0, read('coil', 19)).join('')).toBe('1011001111010110101');
  });

  it('gives every register as it was put in, wherever the answer begins', () =>
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 65_535 }), { minLength: 1, maxLength: 125 }),
        fc.nat({ max: 9 }),
        (words, at) => {
          const answer = Buffer.concat([Buffer.alloc(at, 255), Buffer.from(registers(17, 3, ...words))]);
          expect(wordsIn(answer, at, read('holding', words.length))).toEqual(words);
        },
      ),
    ));

  it('of a write there are none', () => {
    const write = writeRequest({ unit: 17, table: 'holding', address: 1, value: 3 }, 'tcp');
    expect(wordsIn(Buffer.from('110600010003', 'hex'), 0, write)).toEqual([]);
  });
});

it.each([
  ['00118302', 1, 2],
  ['118300', 0, 0],
  ['11030200ff', 0, undefined],
])('exceptionIn %s from %i on is %s', (hex, at, exception) =>
  expect(exceptionIn(Buffer.from(hex, 'hex'), at)).toBe(exception),
);
