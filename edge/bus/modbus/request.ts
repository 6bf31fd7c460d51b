import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { Block, Table } from '../reading.ts';
import type { ModbusEndpoint, Write } from './modbus-bus.ts';

/** One request as it goes on the line, with what its answer must look like. */
export type Request = {
  readonly unit: number;
  /** Function code of the Modbus Application Protocol V1.1b3, clause 6. */
  readonly code: 1 | 2 | 3 | 4 | 5 | 6;
  readonly table: Table;
  readonly address: number;
  /** The second word of the request: how many are wanted, or the value to write as it is sent. */
  readonly amount: number;
  /** Bytes of data that the answer must announce; 0 when the answer repeats the request. */
  readonly bytes: number;
  /** Length of the whole answer as an RTU frame: unit, function, data, CRC. */
  readonly length: number;
};

/** Modbus Application Protocol V1.1b3, clauses 6.1 to 6.4. */
const most = { holding: 125, input: 125, coil: 2000, discrete: 2000 } as const satisfies Record<Table, number>;
const readCodes = { coil: 1, discrete: 2, holding: 3, input: 4 } as const satisfies Record<Table, number>;

const isBits = (table: Table): boolean => table === 'coil' || table === 'discrete';
const within = (n: number, low: number, high: number): boolean => Number.isInteger(n) && n >= low && n <= high;

/** @throws FengsuiError INVALID naming the field that cannot be asked for. */
export function readRequest(block: Block, kind: ModbusEndpoint['kind']): Request {
  const { unit, table, address, count } = block;
  checkUnit(unit, kind);
  if (!within(count, 1, most[table])) {
    throw invalid(`count ${count} of ${table} cannot be read at once: ask for 1 to ${most[table]}`, block);
  }
  if (!within(address, 0, 65_536 - count)) {
    throw invalid(`${table} ${address} and the ${count - 1} after it do not lie within 0 to 65535`, block);
  }
  const bytes = isBits(table) ? Math.ceil(count / 8) : 2 * count;
  return { unit, code: readCodes[table], table, address, amount: count, bytes, length: 5 + bytes };
}

/** @throws FengsuiError INVALID naming the field that cannot be written. */
export function writeRequest(write: Write, kind: ModbusEndpoint['kind']): Request {
  const { unit, table, address } = write;
  checkUnit(unit, kind);
  if (!within(address, 0, 65_535)) throw invalid(`${table} ${address} does not lie within 0 to 65535`, write);
  if (typeof write.value === 'number' && !within(write.value, 0, 65_535)) {
    throw invalid(`value ${write.value} does not fit a register: give an integer from 0 to 65535`, write);
  }
  const amount = typeof write.value === 'number' ? write.value : write.value ? 0xff00 : 0;
  return { unit, code: write.table === 'holding' ? 6 : 5, table, address, amount, bytes: 0, length: 8 };
}

/** For messages: `unit 1, holding 4..5`. */
export function describeRequest(request: Request): string {
  const { unit, table, address, amount, bytes } = request;
  if (bytes === 0) return `unit ${unit}, write of ${table} ${address}`;
  return `unit ${unit}, ${table} ${address}${amount > 1 ? `..${address + amount - 1}` : ''}`;
}

/**
 * The length, with CRC, of the answer to `request` that begins at `at` with the unit, or 0 if what stands there
 * cannot be one. `bytes` must hold at least five bytes from `at` on; those missing beyond do not fit.
 */
export function answerLength(bytes: Uint8Array, at: number, request: Request): number {
  if (bytes[at] !== request.unit) return 0;
  const code = bytes[at + 1];
  if (code === (request.code | 0x80)) return 5;
  if (code !== request.code) return 0;
  if (request.bytes > 0) return bytes[at + 2] === request.bytes ? request.length : 0;
  return repeats(bytes, at + 2, request) ? request.length : 0;
}

/** A write is answered by its own address and value. */
function repeats(bytes: Uint8Array, at: number, { address, amount }: Request): boolean {
  return (
    bytes[at] === address >> 8 &&
    bytes[at + 1] === (address & 0xff) &&
    bytes[at + 2] === amount >> 8 &&
    bytes[at + 3] === (amount & 0xff)
  );
}

/** Serial line: 1 to 247 (MODBUS over Serial Line V1.02, clause 2.2); TCP also 255, the server itself. */
function checkUnit(unit: number, kind: ModbusEndpoint['kind']): void {
  if (within(unit, 1, 247) || (kind === 'tcp' && unit === 255)) return;
  throw invalid(`unit ${unit} cannot be addressed: give 1 to 247${kind === 'tcp' ? ', or 255' : ''}`, { unit });
}

const invalid = (what: string, details: Record<string, unknown>): FengsuiError =>
  new FengsuiError('INVALID', what, { details: { ...details } });
