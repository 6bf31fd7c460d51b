import type { Table, Unit, WritableTable, Written } from './unit.ts';

/** Exception codes of the Modbus application protocol V1.1b3, clause 7. */
export const exceptions = {
  illegalFunction: 1,
  illegalAddress: 2,
  illegalValue: 3,
  deviceFailure: 4,
  gatewayTarget: 11,
} as const;

export const exceptionPdu = (functionCode: number, code: number): Uint8Array =>
  Uint8Array.of(functionCode | 0x80, code);

const readTables: Readonly<Record<number, Table>> = { 1: 'coil', 2: 'discrete', 3: 'holding', 4: 'input' };

/**
 * What a well-behaved device answers: function code and data, without unit, CRC or header.
 * Checks in the order of the specification: function, quantity (exception 3), address (exception 2), execution.
 * Source: Modbus application protocol V1.1b3, clauses 6.1 to 6.6, 6.11 and 6.12.
 */
export function answerRequest(unit: Unit, request: Uint8Array): Uint8Array {
  const code = request[0] ?? 0;
  const table = readTables[code];
  if (table !== undefined) return read(unit, table, request);
  if (code === 5) return writeCoil(unit, request);
  if (code === 6) return writeOne(unit, { table: 'holding', value: word(request, 3) }, request);
  if (code === 15) return writeMany(unit, 'coil', request);
  if (code === 16) return writeMany(unit, 'holding', request);
  return exceptionPdu(code, exceptions.illegalFunction);
}

function read(unit: Unit, table: Table, request: Uint8Array): Uint8Array {
  const code = request[0] ?? 0;
  const count = word(request, 3);
  const bits = table === 'coil' || table === 'discrete';
  if (request.length !== 5 || count < 1 || count > (bits ? 2_000 : 125))
    return exceptionPdu(code, exceptions.illegalValue);
  const values = readAll(unit, table, { from: word(request, 1), count });
  if (values === undefined) return exceptionPdu(code, exceptions.illegalAddress);
  const data = bits ? packBits(values) : values.flatMap((v) => [v >>> 8, v & 0xff]);
  return Uint8Array.of(code, data.length, ...data);
}

function writeCoil(unit: Unit, request: Uint8Array): Uint8Array {
  const value = word(request, 3);
  const special = unit.writeWord?.(word(request, 1), value);
  if (special !== undefined) return special === 'done' ? request.slice() : refusal(5, special);
  // Only these two words mean anything; 0x5500 toggles on some relay boards, which the standard does not know.
  if (value !== 0xff00 && value !== 0) return exceptionPdu(5, exceptions.illegalValue);
  return writeOne(unit, { table: 'coil', value: value === 0 ? 0 : 1 }, request);
}

type Single = { readonly table: WritableTable; readonly value: number };

function writeOne(unit: Unit, { table, value }: Single, request: Uint8Array): Uint8Array {
  const code = request[0] ?? 0;
  if (request.length !== 5) return exceptionPdu(code, exceptions.illegalValue);
  const written = put(unit, { table, value }, word(request, 1));
  return written === 'done' ? request.slice() : refusal(code, written);
}

function writeMany(unit: Unit, table: WritableTable, request: Uint8Array): Uint8Array {
  const code = request[0] ?? 0;
  const count = word(request, 3);
  const bytes = table === 'coil' ? Math.ceil(count / 8) : count * 2;
  const most = table === 'coil' ? 1_968 : 123;
  if (count < 1 || count > most || request[5] !== bytes || request.length !== 6 + bytes)
    return exceptionPdu(code, exceptions.illegalValue);
  const from = word(request, 1);
  // All addresses first: a refused request must not leave half of itself behind.
  if (readAll(unit, table, { from, count }) === undefined) return exceptionPdu(code, exceptions.illegalAddress);
  for (let i = 0; i < count; i++) {
    const value = table === 'coil' ? ((request[6 + (i >> 3)] ?? 0) >> (i & 7)) & 1 : word(request, 6 + i * 2);
    const written = put(unit, { table, value }, from + i);
    if (written !== 'done') return refusal(code, written);
  }
  return request.slice(0, 5);
}

const put = (unit: Unit, { table, value }: Single, address: number): Written =>
  unit.write?.(table, address, value) ?? 'no-such-address';

const refusal = (code: number, why: Exclude<Written, 'done'>): Uint8Array =>
  exceptionPdu(code, why === 'no-such-address' ? exceptions.illegalAddress : exceptions.illegalValue);

function readAll(unit: Unit, table: Table, { from, count }: { from: number; count: number }): number[] | undefined {
  const values: number[] = [];
  for (let address = from; address < from + count; address++) {
    const value = address > 0xffff ? undefined : unit.read(table, address);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

/** First bit in the lowest place of the first byte. */
function packBits(values: readonly number[]): number[] {
  const bytes = Array.from({ length: Math.ceil(values.length / 8) }, () => 0);
  values.forEach((value, i) => {
    if (value !== 0) bytes[i >> 3] = (bytes[i >> 3] ?? 0) | (1 << (i & 7));
  });
  return bytes;
}

const word = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
