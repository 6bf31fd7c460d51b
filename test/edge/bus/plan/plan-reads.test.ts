import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serialCost, tcpCost } from '../../../../edge/bus/plan/line-cost.ts';
import { type PlanOptions, planReads } from '../../../../edge/bus/plan/plan-reads.ts';
import type { PlannedRead } from '../../../../edge/bus/plan/planned-read.ts';
import type { Block, Table } from '../../../../edge/bus/reading.ts';
import { millis } from '../../../../sdk/model/time.ts';

/** At 9,600 8N1 with 20 ms of turnaround a request costs about as much as 18 registers. */
const cost = serialCost(
  { baud: 9_600, parity: 'none', stopBits: 1 },
  { turnaround: millis(20), timeout: millis(1_000), quiet: millis(300) },
);
const options: PlanOptions = { cost, limits: { registers: 125, bits: 2_000 }, barriers: [] };
const holding = (address: number, count: number, unit = 1): Block => ({ unit, table: 'holding', address, count });
const coils = (address: number, count: number): Block => ({ unit: 1, table: 'coil', address, count });

const want = (block: Block, every = 1_000, urgency: PlannedRead['urgency'] = 'telemetry'): PlannedRead => ({
  block,
  every: millis(every),
  urgency,
});
const blocksOf = (wants: readonly Block[], given: Partial<PlanOptions> = {}): readonly Block[] =>
  planReads(
    wants.map((block) => want(block)),
    { ...options, ...given },
  ).map(({ block }) => block);

describe('planReads', () => {
  it('asks for nothing when nothing is wanted', () => expect(planReads([], options)).toEqual([]));

  it('reads neighbours, overlaps and repeats in one request', () => {
    expect(blocksOf([holding(4, 2), holding(0, 4), holding(5, 3), holding(0, 4)])).toEqual([holding(0, 8)]);
  });

  it('reads a hole along while that is cheaper than another request', () => {
    expect(blocksOf([holding(0, 4), holding(20, 2)])).toEqual([holding(0, 22)]);
    expect(blocksOf([holding(0, 4), holding(30, 2)])).toEqual([holding(0, 4), holding(30, 2)]);
  });

  it('over TCP reads any hole along, and of as few requests takes those that read least', () => {
    const cost = tcpCost({ roundTrip: millis(5), timeout: millis(1_000) });
    expect(blocksOf([holding(0, 1), holding(120, 1)], { cost })).toEqual([holding(0, 121)]);
    expect(blocksOf([holding(0, 1), holding(100, 1), holding(130, 1)], { cost })).toEqual([
      holding(0, 1),
      holding(100, 31),
    ]);
  });

  it('fills a request up to the limit and not beyond', () => {
    expect(blocksOf([holding(0, 120), holding(120, 5)])).toEqual([holding(0, 125)]);
    expect(blocksOf([holding(0, 120), holding(120, 6)])).toEqual([holding(0, 120), holding(120, 6)]);
    expect(blocksOf([holding(0, 4), holding(4, 2)], { limits: { registers: 4, bits: 8 } })).toEqual([
      holding(0, 4),
      holding(4, 2),
    ]);
  });

  it('keeps a want whole when it overlaps a full request', () => {
    expect(blocksOf([holding(0, 125), holding(124, 2)])).toEqual([holding(0, 125), holding(124, 2)]);
  });

  it('keeps units and tables apart', () => {
    const input: Block = { unit: 1, table: 'input', address: 2, count: 2 };
    expect(blocksOf([holding(0, 2, 2), holding(0, 2, 1), input])).toEqual([input, holding(0, 2, 1), holding(0, 2, 2)]);
  });

  it('bits have a limit of their own, and cost an eighth of a character', () => {
    expect(blocksOf([coils(0, 1_000), coils(1_000, 1_000)])).toEqual([coils(0, 2_000)]);
    expect(blocksOf([coils(0, 1), coils(200, 1)])).toEqual([coils(0, 201)]);
  });

  it('never asks for more than the standard allows, whatever the limits', () => {
    expect(blocksOf([holding(0, 120), holding(120, 6)], { limits: { registers: 500, bits: 9_000 } })).toHaveLength(2);
  });

  it('a slow want rides with a fast one where that costs less, and is read with its urgency', () => {
    const wants = [want(holding(0, 2), 1_000, 'alarm'), want(holding(2, 2), 2_000)];
    expect(planReads(wants, options)).toEqual([want(holding(0, 4), 1_000, 'alarm')]);
  });

  it('a slow want is read apart where that costs less; the fast read comes first', () => {
    const wants = [want(holding(0, 40), 60_000), want(holding(7, 1), 1_000, 'alarm'), want(holding(7, 1), 5_000)];
    expect(planReads(wants, options)).toEqual([want(holding(7, 1), 1_000, 'alarm'), want(holding(0, 40), 60_000)]);
  });

  it('the most urgent want makes the urgency', () => {
    const wants = [want(holding(0, 1)), want(holding(1, 1), 1_000, 'supervision'), want(holding(2, 1))];
    expect(planReads(wants, options)).toEqual([want(holding(0, 3), 1_000, 'supervision')]);
  });

  describe('with a barrier', () => {
    const barriers = [holding(4, 2)];
    it.each<[consequence: string, wants: Block[], blocks: Block[]]>([
      ['reads on both sides of it apart', [holding(0, 4), holding(6, 2)], [holding(0, 4), holding(6, 2)]],
      [
        'reads a want that lies there alone, as wanted, and last',
        [holding(0, 4), holding(3, 2), holding(8, 1)],
        [holding(0, 4), holding(8, 1), holding(3, 2)],
      ],
      [
        'does not let another want rely on that',
        [holding(3, 4), holding(3, 1), holding(3, 4)],
        [holding(3, 1), holding(3, 4)],
      ],
      ['bothers no other unit', [holding(0, 4, 2), holding(6, 2, 2)], [holding(0, 8, 2)]],
      ['bothers no other table', [coils(0, 4), coils(6, 2)], [coils(0, 8)]],
    ])('%s', (_, wants, blocks) => expect(blocksOf(wants, { barriers })).toEqual(blocks));
  });

  it.each<[what: string, want: PlannedRead]>([
    ['want 1 to 125', want(holding(7, 126))],
    ['want 1 to 125', want(holding(7, 0))],
    ['want 1 to 125', want(holding(7, 1.5))],
    ['the addresses 0 to 65535', want({ ...holding(7, 2), address: 65_535 })],
    ['the addresses 0 to 65535', want({ ...holding(7, 2), address: -1 })],
    ['want more than 0', want(holding(7, 2), 0)],
    ['want more than 0', want(holding(7, 2), Number.NaN)],
  ])('refuses with “%s” what cannot be read, naming it: %j', (what, wrong) => {
    expect(() => planReads([wrong], options)).toThrow(
      expect.objectContaining({ code: 'INVALID', message: expect.stringContaining(what) }),
    );
    expect(() => planReads([wrong], options)).toThrow(`unit 1, holding ${wrong.block.address}`);
  });

  it('2,000 points of 200 devices are no work', () => {
    const points = Array.from({ length: 2_000 }, (_, i) => {
      const block = holding((i % 10) * 3, 2, 1 + Math.floor(i / 10));
      return want(block, i % 3 === 0 ? 60_000 : 1_000);
    });
    expect(planReads(points, options).length).toBeLessThan(500);
  }, 2_000);

  it('however many periods one table has, the plan ends', () => {
    const points = Array.from({ length: 1_000 }, (_, i) => want(holding((i * 7) % 4_001, 1), 1_000 + (i % 7) * 500));
    const utilisation = utilisationOf(planReads(points, options));
    expect(utilisation).toBeLessThan(utilisationOf(alternatives(points).samePeriod));
  }, 10_000);
});

const utilisationOf = (reads: readonly PlannedRead[]): number =>
  reads.reduce((sum, { block, every }) => sum + cost.read(block) / every, 0);

/** What a plan must not cost more than. */
function alternatives(
  wants: readonly PlannedRead[],
): Readonly<Record<'each' | 'touching' | 'samePeriod', readonly PlannedRead[]>> {
  const keys = new Map(wants.map((each) => [JSON.stringify([each.block, each.every]), each]));
  const byPeriod = new Map<number, PlannedRead[]>();
  for (const each of wants) byPeriod.set(each.every, [...(byPeriod.get(each.every) ?? []), each]);
  return {
    each: [...keys.values()],
    touching: [...byPeriod.values()].flatMap(joinTouching),
    samePeriod: [...byPeriod.values()].flatMap((same) => planReads(same, options)),
  };
}

function joinTouching(wants: readonly PlannedRead[]): readonly PlannedRead[] {
  const joined: PlannedRead[] = [];
  const key = ({ block }: PlannedRead): string => `${block.unit} ${block.table}`;
  for (const next of wants.toSorted((a, b) => key(a).localeCompare(key(b)) || a.block.address - b.block.address)) {
    const last = joined.at(-1);
    const end = last ? last.block.address + last.block.count : 0;
    const to = Math.max(end, next.block.address + next.block.count);
    const fits = last && key(last) === key(next) && next.block.address <= end && to - last.block.address <= 125;
    if (fits) joined[joined.length - 1] = want({ ...last.block, count: to - last.block.address }, last.every);
    else joined.push(next);
  }
  return joined;
}

const anyTable = fc.constantFrom<Table>('holding', 'input', 'coil', 'discrete');
const anyBlock = fc.record({
  unit: fc.integer({ min: 1, max: 2 }),
  table: anyTable,
  address: fc.integer({ min: 0, max: 200 }),
  count: fc.integer({ min: 1, max: 8 }),
});
const anyWants = fc.array(
  fc
    .record({
      block: anyBlock,
      every: fc.constantFrom(1_000, 2_000, 60_000),
      urgency: fc.constantFrom('alarm' as const, 'telemetry' as const),
    })
    .map(({ block, every, urgency }) => want(block, every, urgency)),
  { maxLength: 40 },
);
const anyOptions = fc.record({
  cost: fc.constant(cost),
  limits: fc.record({ registers: fc.integer({ min: 8, max: 125 }), bits: fc.integer({ min: 8, max: 2_000 }) }),
  barriers: fc.array(anyBlock, { maxLength: 4 }),
});
const holds = ({ block }: PlannedRead, want: PlannedRead): boolean =>
  block.unit === want.block.unit &&
  block.table === want.block.table &&
  block.address <= want.block.address &&
  want.block.address + want.block.count <= block.address + block.count;
const overlap = (a: Block, b: Block): boolean =>
  a.unit === b.unit && a.table === b.table && a.address < b.address + b.count && b.address < a.address + a.count;
const isUrgent = ({ urgency }: PlannedRead): boolean => urgency === 'alarm';

const always = (
  check: (wants: readonly PlannedRead[], options: PlanOptions, plan: readonly PlannedRead[]) => boolean,
): void => fc.assert(fc.property(anyWants, anyOptions, (wants, given) => check(wants, given, planReads(wants, given))));

it('of two wants at a barrier that lie within each other, each is served by a read of its own', () => {
  const around = want({ unit: 1, table: 'holding', address: 0, count: 2 }, 1_000);
  const within = want({ unit: 1, table: 'holding', address: 1, count: 1 }, 1_000);
  const plan = planReads([around, within], { ...options, barriers: [around.block] });
  expect(plan.find((read) => holds(read, around))?.block).toEqual(around.block);
  expect(plan.find((read) => holds(read, within))?.block).toEqual(within.block);
});

describe('planReads, for any wants', () => {
  it('the first read that holds a want is as fast and as urgent as it', () =>
    always((wants, _, plan) =>
      wants.every((each) => {
        const read = plan.find((read) => holds(read, each));
        return read !== undefined && read.every <= each.every && (isUrgent(read) || !isUrgent(each));
      }),
    ));

  it('never asks for more than the limit', () =>
    always((_, { limits }, plan) =>
      plan.every(
        ({ block: { table, count } }) =>
          count <= (table === 'holding' || table === 'input' ? limits.registers : limits.bits),
      ),
    ));

  it('never touches a barrier but by a read of just what is wanted there', () =>
    always((wants, { barriers }, plan) =>
      plan.every(
        (read) =>
          !barriers.some((barrier) => overlap(barrier, read.block)) ||
          wants.some((each) => JSON.stringify(each.block) === JSON.stringify(read.block)),
      ),
    ));

  it('reads nothing that serves no want', () =>
    always((wants, _, plan) => plan.every((read) => wants.some((each) => plan.find((r) => holds(r, each)) === read))));

  it('does not depend on the order of the wants', () =>
    always((wants, given, plan) => JSON.stringify(planReads(wants.toReversed(), given)) === JSON.stringify(plan)));

  it('costs no more than a request for each, than touching ones together, or than each period planned apart', () => {
    fc.assert(
      fc.property(anyWants, (wants) => {
        const ours = utilisationOf(planReads(wants, options));
        for (const other of Object.values(alternatives(wants)))
          expect(ours).toBeLessThanOrEqual(utilisationOf(other) + 1e-9);
      }),
    );
  });
});
