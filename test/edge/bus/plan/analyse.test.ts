import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyse, type BusLoad, type UnitReads } from '../../../../edge/bus/plan/analyse.ts';
import type { LineCost } from '../../../../edge/bus/plan/line-cost.ts';
import type { PlannedRead } from '../../../../edge/bus/plan/planned-read.ts';
import { millis } from '../../../../sdk/model/time.ts';
import { type SimulatedUnit, simulateLine } from './simulated-line.ts';

/** A register costs a millisecond; a unit that does not answer a hundred. */
const cost: LineCost = { read: ({ count }) => millis(count), dead: () => millis(100) };

const read = (count: number, every: number, urgency: PlannedRead['urgency'] = 'telemetry'): PlannedRead => ({
  block: { unit: 0, table: 'holding', address: 0, count },
  every: millis(every),
  urgency,
});
const unit = (address: number, ...reads: PlannedRead[]): UnitReads => ({ unit: address, probe: millis(5_000), reads });

describe('analyse', () => {
  it('an empty line carries nothing', () => expect(analyse([], cost)).toEqual({ cycle: 0, utilisation: 0, worst: [] }));

  it('a unit of which nothing is wanted waits for nothing and holds up nobody', () => {
    const { worst } = analyse([unit(1), unit(2, read(10, 1_000))], cost);
    expect(worst).toEqual([
      { unit: 1, response: 0, withOneDead: 0, withOthersDead: 0, meets: true },
      { unit: 2, response: 10, withOneDead: 10, withOthersDead: 10, meets: true },
    ]);
  });

  it('adds up what everything takes once, and what share of the time', () => {
    const { cycle, utilisation } = analyse([unit(1, read(10, 100), read(50, 1_000)), unit(2, read(40, 1_000))], cost);
    expect(cycle).toBe(100);
    expect(utilisation).toBeCloseTo(0.19, 12);
  });

  const responses = (load: BusLoad): readonly (number | undefined)[] => load.worst.map(({ response }) => response);

  it.each<[consequence: string, units: UnitReads[], expected: (number | undefined)[]]>([
    ['who is alone waits for nobody', [unit(1, read(10, 1_000))], [10]],
    ['equals wait for each other', [unit(1, read(10, 1_000)), unit(2, read(30, 1_000))], [40, 40]],
    [
      'an alarm read waits for one request that is on the line at most',
      [unit(1, read(10, 1_000, 'alarm')), unit(2, read(30, 1_000), read(20, 1_000))],
      [40, 60],
    ],
    [
      'telemetry lets every alarm read go first that comes meanwhile',
      [unit(1, read(60, 100, 'alarm')), unit(2, read(50, 2_000), read(50, 2_000))],
      [110, 220],
    ],
    [
      'a read with a short period waits for one slow read, not for all',
      [unit(1, read(10, 100)), unit(2, ...Array.from({ length: 20 }, () => read(30, 60_000)))],
      [40, 670],
    ],
    ['on an overloaded line everybody still has a turn', [unit(1, read(60, 100)), unit(2, read(70, 100))], [130, 130]],
    [
      'telemetry starves where alarm reads take all',
      [unit(1, read(60, 50, 'alarm')), unit(2, read(10, 1_000))],
      [70, undefined],
    ],
  ])('%s', (_, units, expected) => expect(responses(analyse(units, cost))).toEqual(expected));

  it('one silent unit costs an alarm read one attempt', () => {
    const { worst } = analyse(
      [1, 2, 3].map((n) => unit(n, read(10, 1_000, 'alarm'))),
      cost,
    );
    expect(worst[0]).toEqual({ unit: 1, response: 30, withOneDead: 130, withOthersDead: 230, meets: true });
  });

  it.each<[consequence: string, every: number, meets: boolean]>([
    ['meets its period, one unit silent', 130, true],
    ['does not, one unit silent', 129, false],
  ])('%s with %i ms', (_, every, meets) => {
    const { worst } = analyse(
      [1, 2, 3].map((n) => unit(n, read(10, every, 'alarm'))),
      cost,
    );
    expect(worst.map((load) => load.meets)).toEqual([meets, meets, meets]);
  });

  it('is done in no time for a full line', () => {
    const reads = [read(5, 2_000, 'alarm'), read(4, 10_000), read(3, 60_000)];
    const units = Array.from({ length: 247 }, (_, i) => unit(i + 1, ...reads));
    expect(analyse(units, cost).worst).toHaveLength(247);
  }, 5_000);
});

const periods = [50, 100, 120, 300, 1_000] as const;
const anyRead = fc.record({
  count: fc.integer({ min: 1, max: 40 }),
  every: fc.constantFrom(...periods),
  urgency: fc.constantFrom<PlannedRead['urgency']>('alarm', 'supervision', 'telemetry'),
  offset: fc.oneof(fc.constantFrom(0, 1), fc.integer({ min: 0, max: 999 })),
});
const anyUnits = fc
  .array(
    fc.record({
      probe: fc.constantFrom(100, 400, 2_000),
      reads: fc.array(anyRead, { minLength: 1, maxLength: 3 }),
      silent: fc.record({ from: fc.integer({ min: 0, max: 3_000 }), lasts: fc.integer({ min: 1, max: 6_000 }) }),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((units) =>
    units.map(
      ({ probe, reads, silent }, i): SimulatedUnit => ({
        unit: i + 1,
        probe: millis(probe),
        reads: reads.map(({ count, every, urgency }) => read(count, every, urgency)),
        offsets: reads.map(({ offset, every }) => offset % every),
        silent: { from: silent.from, to: silent.from + silent.lasts },
      }),
    ),
  );
const anyDead = fc.constantFrom(5, 60, 250);

const answering = ({ unit, probe, reads, offsets }: SimulatedUnit): SimulatedUnit => ({ unit, probe, reads, offsets });

/** No simulated time of the units that answer may be above what was promised. */
function holds(
  units: readonly SimulatedUnit[],
  dead: number,
  promised: (load: BusLoad['worst'][number]) => number | undefined,
): void {
  const line: LineCost = { ...cost, dead: () => millis(dead) };
  const worst = simulateLine(units, line, 12_000);
  const { worst: loads } = analyse(units, line);
  for (const load of loads) {
    if (units.find(({ unit }) => unit === load.unit)?.silent) continue;
    expect(worst.get(load.unit) ?? 0).toBeLessThanOrEqual((promised(load) ?? Number.POSITIVE_INFINITY) + 1e-6);
  }
}

describe('analyse, beside a simulated line', () => {
  it('never promises less than what happens while all answer', () => {
    fc.assert(
      fc.property(anyUnits, (units) => holds(units.map(answering), 100, ({ response }) => response)),
      { numRuns: 400 },
    );
  });

  it('never promises less than what happens when one falls silent and comes back', () => {
    fc.assert(
      fc.property(anyUnits, anyDead, (units, dead) =>
        holds(
          units.map((unit, i) => (i === 0 ? unit : answering(unit))),
          dead,
          ({ withOneDead }) => withOneDead,
        ),
      ),
      { numRuns: 400 },
    );
  });

  it('never promises less than what happens when all others fall silent and come back', () => {
    fc.assert(
      fc.property(anyUnits, anyDead, (units, dead) =>
        holds(
          units.map((unit, i) => (i === 0 ? answering(unit) : unit)),
          dead,
          ({ withOthersDead }) => withOthersDead,
        ),
      ),
      { numRuns: 400 },
    );
  });

  it('promises just what happens where all is due at once behind a read that has just begun', () => {
    const units: SimulatedUnit[] = [
      { ...unit(1, read(10, 1_000, 'alarm')), offsets: [0.001] },
      { ...unit(2, read(20, 1_000, 'alarm')), offsets: [0.001] },
      { ...unit(3, read(40, 1_000)), offsets: [0] },
    ];
    const { worst } = analyse(units, cost);
    const seen = simulateLine(units, cost, 10_000);
    expect(Math.max(seen.get(1) ?? 0, seen.get(2) ?? 0)).toBeCloseTo(worst[0]?.response ?? 0, 2);
  });
});
