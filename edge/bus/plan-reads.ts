import { FengsuiError } from '../../sdk/model/errors.ts';
import type { Block, Table } from './reading.ts';

export type ReadLimits = {
  /** Most registers in one request; at most 125 by the Modbus specification, less for some devices. */
  readonly registers: number;
  /** Most bits in one request; at most 2000. */
  readonly bits: number;
  /** How many unwanted registers or bits between two wanted ranges are read along rather than asked for apart. */
  readonly maxGap: number;
};

const tables = ['coil', 'discrete', 'input', 'holding'] as const satisfies readonly Table[];

/**
 * Few requests that read everything wanted, by unit, table and address. Each want lies whole in one request, so that
 * a value of several registers is never put together from two moments.
 * @throws FengsuiError INVALID when one want alone is longer than its limit.
 */
export function planReads(wants: readonly Block[], limits: ReadLimits): readonly Block[] {
  const plan: Block[] = [];
  let last: Block | undefined;
  for (const want of wants.toSorted(inReadingOrder)) {
    checkLength(want, limits);
    const joined = last && join(last, want, limits);
    if (joined) plan.pop();
    last = joined ?? want;
    plan.push(last);
  }
  return plan;
}

const inReadingOrder = (a: Block, b: Block): number =>
  a.unit - b.unit || tables.indexOf(a.table) - tables.indexOf(b.table) || a.address - b.address;

const limitOf = (table: Table, limits: ReadLimits): number =>
  table === 'coil' || table === 'discrete' ? limits.bits : limits.registers;

/** One block for both, or `undefined` if they are better or can only be read apart. `b` begins at or after `a`. */
function join(a: Block, b: Block, limits: ReadLimits): Block | undefined {
  if (a.unit !== b.unit || a.table !== b.table) return undefined;
  const end = a.address + a.count;
  if (b.address - end > limits.maxGap) return undefined;
  const count = Math.max(end, b.address + b.count) - a.address;
  if (count > limitOf(a.table, limits)) return undefined;
  return { unit: a.unit, table: a.table, address: a.address, count };
}

function checkLength(want: Block, limits: ReadLimits): void {
  const limit = limitOf(want.table, limits);
  if (Number.isInteger(want.count) && want.count >= 1 && want.count <= limit) return;
  throw new FengsuiError(
    'INVALID',
    `unit ${want.unit}, ${want.table} ${want.address}: ${want.count} cannot be read in one request: want 1 to ${limit}`,
    { details: { ...want } },
  );
}
