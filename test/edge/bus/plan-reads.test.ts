import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planReads, type ReadLimits } from '../../../edge/bus/plan-reads.ts';
import type { Block } from '../../../edge/bus/reading.ts';

const limits: ReadLimits = { registers: 125, bits: 2000, maxGap: 8 };
const holding = (address: number, count: number, unit = 1): Block => ({ unit, table: 'holding', address, count });
const coils = (address: number, count: number): Block => ({ unit: 1, table: 'coil', address, count });

describe('planReads', () => {
  it('asks for nothing when nothing is wanted', () => expect(planReads([], limits)).toEqual([]));

  it('reads neighbours, overlaps and repeats in one request', () => {
    expect(planReads([holding(4, 2), holding(0, 4), holding(5, 3), holding(0, 4)], limits)).toEqual([holding(0, 8)]);
  });

  it.each([
    [8, [holding(0, 14)]],
    [7, [holding(0, 4), holding(12, 2)]],
  ])('with a gap of 8 and maxGap %i, reads %j', (maxGap, plan) => {
    expect(planReads([holding(0, 4), holding(12, 2)], { ...limits, maxGap })).toEqual(plan);
  });

  it('fills a request up to the limit and not beyond', () => {
    expect(planReads([holding(0, 120), holding(120, 5)], limits)).toEqual([holding(0, 125)]);
    expect(planReads([holding(0, 120), holding(120, 6)], limits)).toEqual([holding(0, 120), holding(120, 6)]);
  });

  it('keeps a want whole when it overlaps a full request', () => {
    expect(planReads([holding(0, 125), holding(124, 2)], limits)).toEqual([holding(0, 125), holding(124, 2)]);
  });

  it('keeps units and tables apart', () => {
    const input: Block = { unit: 1, table: 'input', address: 2, count: 2 };
    const wants = [holding(0, 2, 2), holding(0, 2, 1), input];
    expect(planReads(wants, limits)).toEqual([input, holding(0, 2, 1), holding(0, 2, 2)]);
  });

  it('bits have a limit of their own', () => {
    expect(planReads([coils(0, 1000), coils(1000, 1000)], limits)).toEqual([coils(0, 2000)]);
  });

  it.each([126, 0, 1.5])('refuses a want of %d registers, naming it', (count) => {
    expect(() => planReads([holding(7, count)], limits)).toThrow(
      expect.objectContaining({ code: 'INVALID', message: expect.stringContaining('unit 1, holding 7') }),
    );
  });
});

const anyLimits = fc.record({
  registers: fc.integer({ min: 8, max: 125 }),
  bits: fc.integer({ min: 8, max: 2000 }),
  maxGap: fc.integer({ min: 0, max: 20 }),
});
const anyWants = fc.array(
  fc.record({
    unit: fc.integer({ min: 1, max: 3 }),
    table: fc.constantFrom('holding' as const, 'input' as const, 'coil' as const, 'discrete' as const),
    address: fc.integer({ min: 0, max: 200 }),
    count: fc.integer({ min: 1, max: 8 }),
  }),
  { maxLength: 40 },
);
const holds = (block: Block, want: Block): boolean =>
  block.unit === want.unit &&
  block.table === want.table &&
  block.address <= want.address &&
  want.address + want.count <= block.address + block.count;

const always = (check: (wants: readonly Block[], limits: ReadLimits, plan: readonly Block[]) => boolean): void =>
  fc.assert(fc.property(anyWants, anyLimits, (wants, limits) => check(wants, limits, planReads(wants, limits))));

describe('planReads, for any wants', () => {
  it('reads every want whole in one request', () =>
    always((wants, _, plan) => wants.every((want) => plan.some((block) => holds(block, want)))));

  it('never asks for more than the limit', () =>
    always((_, limits, plan) =>
      plan.every(
        ({ table, count }) => count <= (table === 'holding' || table === 'input' ? limits.registers : limits.bits),
      ),
    ));

  it('reads nothing unwanted but gaps up to maxGap, and begins and ends with something wanted', () =>
    always((wants, { maxGap }, plan) =>
      plan.every((block) => {
        const wanted = new Set(
          wants.filter((w) => holds(block, w)).flatMap((w) => Array.from({ length: w.count }, (_, i) => w.address + i)),
        );
        let gap = 0;
        for (let address = block.address; address < block.address + block.count; address++) {
          gap = wanted.has(address) ? 0 : gap + 1;
          if (gap > maxGap || (gap > 0 && address === block.address)) return false;
        }
        return gap === 0;
      }),
    ));

  it('does not depend on the order of the wants', () =>
    always((wants, limits, plan) => JSON.stringify(planReads(wants.toReversed(), limits)) === JSON.stringify(plan)));
});
