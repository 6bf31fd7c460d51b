import { describe, expect, it } from 'vitest';
import { bundles, type StampedSample } from '../../../edge/runtime/telemetry-messages.ts';
import { deviceId } from '../../../sdk/model/ids.ts';
import type { PointValue } from '../../../sdk/model/point.ts';
import { monoTime, wallTime } from '../../../sdk/model/time.ts';
import { pointTable } from '../../../sdk/wire/point-table.ts';
import { encodeTelemetry } from '../../../sdk/wire/telemetry.ts';

const start = Date.UTC(2026, 0, 1);
const table = pointTable(
  Array.from({ length: 2_000 }, (_, i) => ({ device: deviceId(`dev-${i}`), point: 'p', resolution: 0.001 })),
);
const sample = (column: number, ms: number, of: Partial<StampedSample> = {}, value?: PointValue): StampedSample => ({
  sample: {
    column,
    wall: wallTime(start + ms),
    value: value ?? { quality: 'good', at: monoTime(ms), value: ((column * 37 + ms) % 60_000) / 1_000 },
  },
  trust: 'synced',
  offset: start,
  ...of,
});
const bytesOf = (samples: readonly StampedSample[]): number[] =>
  bundles(samples).map(
    (bundle) =>
      encodeTelemetry(
        {
          log: 4_000_000_000,
          seq: 1_000_000,
          boot: 4_000_000_000,
          trust: bundle.trust,
          table: table.hash,
          offset: start,
        },
        table,
        bundle.samples,
      ).length,
  );

describe('samples cut into messages', () => {
  it.each([
    ['one of each of many points', (i: number) => sample(i, i % 10_000)],
    ['many of a few points', (i: number) => sample(i % 5, i * 5)],
    ['some of some', (i: number) => sample(i % 60, i * 7)],
    ['lost ones', (i: number) => sample(i, i, {}, { quality: 'lost', at: monoTime(i), why: 'timeout' })],
    [
      'doubtful ones',
      (i: number) => sample(i, i, {}, { quality: 'doubtful', at: monoTime(i), value: 3e9, why: 'out-of-range' }),
    ],
    [
      'texts',
      (i: number) => sample(i, i, {}, { quality: 'good', at: monoTime(i), value: `泵房${i}`.repeat(1 + (i % 9)) }),
    ],
  ] as const)('%s: each fits into a segment of TCP, and is worth its head', (_, make) => {
    const samples = Array.from({ length: 1_900 }, (_, i) => make(i));
    const bytes = bytesOf(samples);
    expect(Math.max(...bytes)).toBeLessThan(1_330);
    expect(bytes.reduce((sum, b) => sum + b, 0) / bytes.length).toBeGreaterThan(600);
  });

  it('keeps every sample, in order', () => {
    const samples = Array.from({ length: 1_000 }, (_, i) => sample(i % 300, i));
    expect(bundles(samples).flatMap((bundle) => bundle.samples)).toEqual(samples.map((s) => s.sample));
  });

  it('begins anew where the clock was stepped or is trusted otherwise, and not for a drift', () => {
    const cut = bundles([
      sample(0, 0),
      sample(0, 1, { offset: start + 400 }),
      sample(0, 2, { offset: start + 3_600_000 }),
      sample(0, 3, { offset: start + 3_600_000, trust: 'unknown' }),
      sample(0, 4, { offset: start + 3_600_000, trust: 'unknown' }),
    ]);
    expect(cut.map(({ trust, offset, samples }) => [trust, offset - start, samples.length])).toEqual([
      ['synced', 0, 2],
      ['synced', 3_600_000, 1],
      ['unknown', 3_600_000, 2],
    ]);
  });

  it('one that is larger than a message is a message of its own', () => {
    const large = sample(1, 1, {}, { quality: 'good', at: monoTime(1), value: 'x'.repeat(3_000) });
    expect(bundles([sample(0, 0), large, sample(2, 2)]).map((b) => b.samples.length)).toEqual([1, 1, 1]);
    expect(bundles([])).toEqual([]);
  });
});
