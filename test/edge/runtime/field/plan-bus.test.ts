import { describe, expect, it } from 'vitest';
import { mostOf } from '../../../../edge/bus/plan/plan-reads.ts';
import type { PlannedRead } from '../../../../edge/bus/plan/planned-read.ts';
import { planBus } from '../../../../edge/runtime/field/plan-bus.ts';
import type { PointSpec, ProfileSpec } from '../../../../sdk/model/profile.ts';
import { millis } from '../../../../sdk/model/time.ts';
import { cost, device, number, profile } from './devices.ts';

const readsOf = (points: Record<string, PointSpec>, more: Partial<ProfileSpec> = {}): readonly PlannedRead[] =>
  planBus([device('d', 1, profile(points, more))], cost).units.flatMap(({ reads }) => reads);
const spans = (reads: readonly PlannedRead[]) => reads.map(({ block: { address, count } }) => [address, count]);

describe('periods', () => {
  it('are those of the device, and of a point that may be slower its own', () => {
    const reads = readsOf({ fast: number(0), slow: { ...number(500), everyMs: 60_000 } });
    expect(reads.map(({ block, every }) => [block.address, every])).toEqual([
      [0, 1_000],
      [500, 60_000],
    ]);
  });

  it('a device that the site polls even less often stays as slow with all its points', () => {
    const slow = device('d', 1, profile({ a: { ...number(0), everyMs: 2_000 } }), { pollMs: 5_000 });
    expect(planBus([slow], cost).units[0]?.reads[0]?.every).toBe(5_000);
  });

  it('the decimal places of a point are read as often as the point', () => {
    const reads = readsOf({ p: { ...number(0), decimals: 900, everyMs: 60_000 }, q: number(500) });
    expect(reads.map(({ block, every }) => [block.address, every])).toEqual([
      [500, 1_000],
      [0, 60_000],
      [900, 60_000],
    ]);
  });
});

describe('urgency', () => {
  const judged: Partial<ProfileSpec> = {
    conditions: {
      high: {
        kind: 'supervisory',
        point: 'a',
        when: { above: 1, deadband: 0 },
        onDelayMs: 0,
        offDelayMs: 0,
        source: 'a test',
      },
    },
  };

  it('what a condition judges is read as an alarm, with its decimal places; the rest is telemetry', () => {
    const reads = readsOf({ a: { ...number(0), decimals: 300 }, b: number(600) }, judged);
    expect(Object.fromEntries(reads.map(({ block, urgency }) => [block.address, urgency]))).toEqual({
      0: 'alarm',
      300: 'alarm',
      600: 'telemetry',
    });
  });

  it('an output is read back as an alarm: whether it follows is judged', () => {
    const [output] = readsOf({ out: { from: 'coil', at: 0, as: 'bool', writable: true } });
    const [input] = readsOf({ in: { from: 'coil', at: 0, as: 'bool' } });
    expect([output?.urgency, input?.urgency]).toEqual(['alarm', 'telemetry']);
  });
});

describe('blocks', () => {
  it('never go beyond what the device answers at once', () => {
    const points = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`p${i}`, number(i)]));
    expect(spans(readsOf(points))).toEqual([[0, 10]]);
    for (const [, count = 0] of spans(readsOf(points, { maxBlock: 4 }))) expect(count).toBeLessThanOrEqual(4);
  });

  it('nor beyond what the protocol allows', () => {
    const points = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`p${i}`, number(i)]));
    for (const [, count = 0] of spans(readsOf(points))) expect(count).toBeLessThanOrEqual(mostOf.registers);
  });

  it('never go across a range that the profile forbids, or that the unit was found to refuse', () => {
    const points = { a: number(0), b: number(4) };
    expect(spans(readsOf(points))).toEqual([[0, 5]]);
    expect(spans(readsOf(points, { forbidden: [{ from: 'holding', at: 2, count: 1, why: 'a test' }] }))).toEqual([
      [0, 1],
      [4, 1],
    ]);
    const refused = [{ unit: 1, table: 'holding', address: 1, count: 3 }] as const;
    const { units } = planBus([device('d', 1, profile(points)), device('e', 2, profile(points))], cost, refused);
    expect(units.map(({ reads }) => spans(reads))).toEqual([
      [
        [0, 1],
        [4, 1],
      ],
      [[0, 5]],
    ]);
  });

  it('the slots of one receiver are read together, and each finds its own registers', () => {
    const slot = (n: number) => device(`slot-${n}`, 1, profile({ status: number(4 * n) }));
    const { units } = planBus([slot(0), slot(1), slot(2)], cost);
    expect(units).toHaveLength(1);
    expect(spans(units[0]?.reads ?? [])).toEqual([[0, 9]]);
    expect(units[0]?.devices.map(({ device: { id }, points }) => [id, points[0]?.value])).toEqual([
      ['slot-0', { block: 0, offset: 0 }],
      ['slot-1', { block: 0, offset: 4 }],
      ['slot-2', { block: 0, offset: 8 }],
    ]);
  });
});

describe('probes', () => {
  it('leave a tenth of the shortest promise of the unit for a line that is busy', () => {
    const { units } = planBus(
      [
        device('d', 1, profile({ a: number(0) }, { silenceMs: 60_000 })),
        device('e', 1, profile({ b: number(1) }, { silenceMs: 10_000 })),
      ],
      cost,
    );
    expect(units[0]?.probe).toBe(millis(2_250));
  });
});

describe('who is expected', () => {
  const certain: ProfileSpec['identification'] = {
    certain: [{ from: 'holding', at: 900, words: [42, [1, 2], { min: 5, max: 7 }, 'unit'] }],
  };
  const identified = profile({ a: number(0) }, { identification: certain });
  const [identity] = planBus([device('d', 9, identified)], cost).units[0]?.identity ?? [];

  it('is one read of the identity registers, told in words', () => {
    expect(identity?.block).toEqual({ unit: 9, table: 'holding', address: 900, count: 4 });
    expect(identity?.expects).toBe('test/device holds 42, 1 or 2, 5–7, 9 from holding 900 on');
  });

  it.each<[words: number[], fits: boolean]>([
    [[42, 1, 5, 9], true],
    [[42, 2, 7, 9], true],
    [[41, 2, 7, 9], false],
    [[42, 3, 7, 9], false],
    [[42, 2, 8, 9], false],
    [[42, 2, 4, 9], false],
    [[42, 2, 7, 1], false],
    [[42, 2, 7], false],
  ])('%j: %s', (words, fits) => expect(identity?.fits(words)).toBe(fits));

  it('slots of one profile are asked for once, and a guess is no identity', () => {
    const { units } = planBus([device('d', 9, identified), device('e', 9, identified)], cost);
    expect(units[0]?.identity).toHaveLength(1);
    const guessed = profile({ a: number(0) }, { identification: { plausible: certain?.certain ?? [] } });
    expect(planBus([device('d', 9, guessed)], cost).units[0]?.identity).toEqual([]);
  });
});
