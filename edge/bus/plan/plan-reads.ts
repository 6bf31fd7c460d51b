import { FengsuiError } from '../../../sdk/model/errors.ts';
import { millis } from '../../../sdk/model/time.ts';
import type { Block, Table } from '../reading.ts';
import { cheapestCover, type Span } from './cheapest-cover.ts';
import type { LineCost } from './line-cost.ts';
import type { PlannedRead } from './planned-read.ts';

export type PlanOptions = {
  readonly cost: LineCost;
  /** Largest request that the devices answer; never more than {@link mostOf} allows. */
  readonly limits: { readonly registers: number; readonly bits: number };
  /** Ranges that must not be read on the way to others: forbidden by a profile, or refused by a device. */
  readonly barriers: readonly Block[];
};

/**
 * The reads that keep everything wanted as fresh as wanted for the least bus time a second: the sum of cost / period,
 * by unit and table, over all sets of reads in which each want lies whole in one read that is repeated at least as
 * often. So a value of several registers is never put together from two moments, a hole is read along where that is
 * cheaper than another request, and a slow want rides with a fast one where that is cheaper than a read of its own.
 * The most urgent want makes the urgency of its read. Optimal with one period in a table, and with several unless the
 * table is very large, see {@link cheapestCover}; `cost.read` must not fall with the count nor depend on the address.
 *
 * No read touches a barrier, but for a want that does so itself: that one is read alone, exactly as wanted, and no other
 * want relies on it.
 *
 * By unit and table; within, a want is served by the first read that holds it whole: faster ones come before slower
 * ones, those that touch a barrier come last. The order of the wants does not matter.
 * @throws FengsuiError INVALID for a want that no request can read, or that has no period
 */
export function planReads(wants: readonly PlannedRead[], options: PlanOptions): readonly PlannedRead[] {
  for (const want of wants) check(want, options);
  return groupBy(wants.toSorted(inAddressOrder), tableKey).flatMap((together) => {
    const walls = options.barriers.filter((wall) => together.some(({ block }) => sameTable(wall, block)));
    const touches = ({ block }: PlannedRead): boolean => walls.some((wall) => overlap(wall, block));
    // The smallest first, so that a want is served by the read of just itself and never by one that lies around it.
    const smallestFirst = together.filter(touches).toSorted((a, b) => a.block.count - b.block.count);
    const alone = groupBy(smallestFirst, ({ block }) => `${block.address} ${block.count}`);
    return [
      ...cover(
        together.filter((want) => !touches(want)),
        walls,
        options,
      ),
      ...alone.flatMap((same) => cover(same, [], options)),
    ];
  });
}

/** MODBUS Application Protocol V1.1b3, clauses 6.1 to 6.4. */
export const mostOf = { registers: 125, bits: 2_000 } as const;

/** The cheapest reads for wants of one table, none of which touches a wall; fastest first. */
function cover(wants: readonly PlannedRead[], walls: readonly Block[], options: PlanOptions): readonly PlannedRead[] {
  const [first] = wants;
  if (!first) return [];
  const { unit, table } = first.block;
  const limit = limitOf(table, options);
  const reads = cheapestCover(wants.map(spanOf), {
    price: (count) => options.cost.read({ unit, table, address: first.block.address, count }),
    reach: (from) => walls.reduce((to, { address }) => (address < from ? to : Math.min(to, address)), from + limit),
  }).toSorted((a, b) => a.every - b.every || a.from - b.from);

  const served = reads.map((): Urgency[] => []);
  for (const want of wants) served[reads.findIndex((read) => holds(read, spanOf(want)))]?.push(want.urgency);
  return reads.flatMap(({ from, to, every }, i) => {
    const urgency = fromMostUrgent.find((each) => served[i]?.includes(each));
    return urgency ? [{ block: { unit, table, address: from, count: to - from }, every: millis(every), urgency }] : [];
  });
}

type Urgency = PlannedRead['urgency'];
const fromMostUrgent = ['alarm', 'supervision', 'telemetry'] as const satisfies readonly Urgency[];
const tables = ['coil', 'discrete', 'input', 'holding'] as const satisfies readonly Table[];

const tableKey = ({ block }: PlannedRead): string => `${block.unit} ${block.table}`;
const sameTable = (a: Block, b: Block): boolean => a.unit === b.unit && a.table === b.table;
const overlap = (a: Block, b: Block): boolean => a.address < b.address + b.count && b.address < a.address + a.count;
const spanOf = ({ block, every }: PlannedRead): Span => ({
  from: block.address,
  to: block.address + block.count,
  every,
});
const holds = (read: Span, want: Span): boolean => read.from <= want.from && want.to <= read.to;

const inAddressOrder = ({ block: a }: PlannedRead, { block: b }: PlannedRead): number =>
  a.unit - b.unit || tables.indexOf(a.table) - tables.indexOf(b.table) || a.address - b.address || a.count - b.count;

function groupBy<T>(all: readonly T[], keyOf: (item: T) => string): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const item of all) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return [...groups.values()];
}

const limitOf = (table: Table, { limits }: PlanOptions): number =>
  table === 'coil' || table === 'discrete'
    ? Math.min(mostOf.bits, limits.bits)
    : Math.min(mostOf.registers, limits.registers);

function check({ block, every }: PlannedRead, options: PlanOptions): void {
  const { unit, table, address, count } = block;
  const refuse = (why: string): FengsuiError =>
    new FengsuiError('INVALID', `unit ${unit}, ${table} ${address}: ${why}`, { details: { ...block, every } });
  const limit = limitOf(table, options);
  if (!Number.isInteger(count) || count < 1 || count > limit)
    throw refuse(`${count} cannot be read in one request: want 1 to ${limit}`);
  if (!Number.isInteger(address) || address < 0 || address + count > 65_536)
    throw refuse(`${count} from here do not lie within the addresses 0 to 65535`);
  if (!(every > 0 && every < Number.POSITIVE_INFINITY))
    throw refuse(`a period of ${every} ms makes no sense: want more than 0`);
}
