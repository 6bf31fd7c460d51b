import { describe, expect, it } from 'vitest';
import type { Write } from '../../../../edge/bus/modbus/modbus-bus.ts';
import { answerLength, describeRequest, readRequest, writeRequest } from '../../../../edge/bus/modbus/request.ts';
import type { Block } from '../../../../edge/bus/reading.ts';

const block = (part: Partial<Block>): Block => ({ unit: 1, table: 'holding', address: 0, count: 1, ...part });
const refused = (text: string): unknown =>
  expect.objectContaining({ code: 'INVALID', message: expect.stringContaining(text) });

describe('readRequest', () => {
  it.each([
    ['coil', 1],
    ['discrete', 2],
    ['holding', 3],
    ['input', 4],
  ] as const)('reads %s by function %i', (table, code) =>
    expect(readRequest(block({ table }), 'serial')).toMatchObject({ code }),
  );

  it.each([
    [block({ unit: 1 }), block({ unit: 0 }), 'unit 0'],
    [block({ unit: 247 }), block({ unit: 248 }), 'unit 248'],
    [block({ count: 125 }), block({ count: 126 }), 'count 126'],
    [block({ count: 1 }), block({ count: 0 }), 'count 0'],
    [block({ table: 'coil', count: 2000 }), block({ table: 'coil', count: 2001 }), 'count 2001'],
    [block({ address: 65_535 }), block({ address: 65_536 }), 'holding 65536'],
    [block({ address: 65_534, count: 2 }), block({ address: 65_535, count: 2 }), 'holding 65535'],
    [block({}), block({ address: -1 }), 'holding -1'],
    [block({}), block({ count: Number.NaN }), 'count NaN'],
  ])('%# takes the last legal block and refuses the first illegal one', (good, bad, text) => {
    expect(readRequest(good, 'rtu-over-tcp')).toMatchObject({ unit: good.unit, address: good.address });
    expect(() => readRequest(bad, 'rtu-over-tcp')).toThrow(refused(text));
  });

  it('unit 255 is the server itself, over TCP alone', () => {
    expect(readRequest(block({ unit: 255 }), 'tcp').unit).toBe(255);
    expect(() => readRequest(block({ unit: 255 }), 'serial')).toThrow(refused('unit 255'));
    expect(() => readRequest(block({ unit: 0 }), 'tcp')).toThrow(refused('or 255'));
  });

  it.each([
    [1, 1],
    [8, 1],
    [9, 2],
  ])('%i bits need %i bytes', (count, bytes) =>
    expect(readRequest(block({ table: 'coil', count }), 'serial')).toMatchObject({ bytes, length: 5 + bytes }),
  );
});

describe('writeRequest', () => {
  it.each([
    [{ unit: 1, table: 'coil', address: 9, value: true }, 5, 0xff00],
    [{ unit: 1, table: 'coil', address: 9, value: false }, 5, 0],
    [{ unit: 1, table: 'coil', address: 0x200, value: 10 }, 5, 10],
    [{ unit: 1, table: 'holding', address: 9, value: 65_535 }, 6, 65_535],
  ] as const)('%j is function %i', (write, code, amount) =>
    expect(writeRequest(write, 'serial')).toMatchObject({ code, amount, length: 8 }),
  );

  it.each([-1, 65_536, 1.5])('refuses the value %d, which no register holds', (value) => {
    const write: Write = { unit: 1, table: 'holding', address: 0, value };
    expect(() => writeRequest(write, 'serial')).toThrow(refused(`value ${value}`));
    expect(() => writeRequest({ ...write, table: 'coil' }, 'serial')).toThrow(refused(`value ${value}`));
  });
  it('refuses an address beyond the table', () =>
    expect(() => writeRequest({ unit: 1, table: 'coil', address: 65_536, value: true }, 'serial')).toThrow(
      refused('coil 65536'),
    ));
});

it.each([
  [readRequest(block({ address: 4 }), 'tcp'), 'unit 1, holding 4'],
  [readRequest(block({ address: 4, count: 2 }), 'tcp'), 'unit 1, holding 4..5'],
  [writeRequest({ unit: 3, table: 'coil', address: 2, value: true }, 'tcp'), 'unit 3, write of coil 2'],
])('%# names the request for people', (request, text) => expect(describeRequest(request)).toBe(text));

describe('answerLength', () => {
  const read = readRequest(block({ address: 4, count: 2 }), 'serial');
  const write = writeRequest({ unit: 1, table: 'holding', address: 4, value: 258 }, 'serial');
  it.each([
    ['the answer', read, [1, 3, 4, 0, 0, 0, 0], 9],
    ['an exception', read, [1, 0x83, 2, 0, 0], 5],
    ['another unit', read, [2, 3, 4, 0, 0], 0],
    ['another function', read, [1, 4, 4, 0, 0], 0],
    ['another byte count', read, [1, 3, 2, 0, 0], 0],
    ['the echo of a write', write, [1, 6, 0, 4, 1, 2], 8],
    ['the echo of another address', write, [1, 6, 0, 5, 1, 2], 0],
    ['the echo of another value', write, [1, 6, 0, 4, 1, 3], 0],
    ['a refused write', write, [1, 0x86, 4, 0, 0], 5],
  ] as const)('of %s', (_, request, bytes, length) =>
    expect(answerLength(Uint8Array.from(bytes), 0, request)).toBe(length),
  );
});
