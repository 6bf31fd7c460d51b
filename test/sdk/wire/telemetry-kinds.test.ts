import { describe, expect, it } from 'vitest';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { deviceId } from '../../../sdk/model/ids.ts';
import { millis, monoTime, wallTime } from '../../../sdk/model/time.ts';
import { encodeCbor } from '../../../sdk/wire/cbor.ts';
import { mapOf } from '../../../sdk/wire/parse.ts';
import { pointTable } from '../../../sdk/wire/point-table.ts';
import type { Span } from '../../../sdk/wire/span.ts';
import {
  encodeGone,
  encodeSnapshot,
  encodeSummary,
  encodeTelemetry,
  openReadings,
  openTelemetry,
} from '../../../sdk/wire/telemetry.ts';
import { sample } from '../../support/fake-gateway.ts';

const wall = wallTime(1_790_000_040_250);
const table = pointTable([
  { device: deviceId('hydrant-1'), point: 'pressure', unit: 'MPa', resolution: 0.001 },
  { device: deviceId('smoke-1'), point: 'status', choices: ['normal', 'smoke'] },
  { device: deviceId('meter-1'), point: 'energy', unit: 'kWh' },
]);
const head = { log: 7, seq: 9, boot: 1, trust: 'synced', table: table.hash } as const;
const minute = millis(60_000);
const from = wallTime(1_790_000_040_000);
const spans: readonly Span[] = [
  { column: 0, from, count: 6, leftOut: 0, last: 0.421, figures: { min: 0.4, max: 0.43, mean: 0.4167 } },
  {
    column: 0,
    from: wallTime(from + minute),
    count: 1,
    leftOut: 2,
    last: 0.4,
    figures: { min: 0.4, max: 0.4, mean: 0.4 },
  },
  { column: 1, from, count: 1, leftOut: 0, last: 'smoke' },
  { column: 1, from: wallTime(from + minute), count: 0, leftOut: 3 },
  { column: 2, from, count: 2, leftOut: 0, last: 3.5, figures: { min: 3.25, max: 3.5, mean: 3.375 } },
];

describe('a summary', () => {
  const bytes = encodeSummary({ ...head, first: 4, every: minute }, table, spans);
  it('comes back as it was', () => {
    const opened = openTelemetry(bytes);
    expect(opened).toMatchObject({ kind: 'summary', ...head, first: 4, every: minute });
    expect(opened.kind === 'summary' && opened.spans(table)).toEqual(spans);
  });
  it.each([
    [
      'without a span of time',
      mapOf([
        [0, 3],
        [1, 7],
        [2, 9],
        [9, 10],
      ]),
    ],
    [
      'with numbers that run backwards',
      mapOf([
        [0, 3],
        [1, 7],
        [2, 9],
        [8, 10],
        [9, 60_000],
      ]),
    ],
  ])('%s is refused', (_, raw) => {
    expect(() => openTelemetry(encodeCbor(raw))).toThrow(FengsuiError);
  });
  it.each([
    ['columns of different lengths', [0, [0, 1], [1], 0, [1]]],
    ['a count that is none', [0, [0], [-1], 0, [1]]],
    ['figures that are none', [0, [0], [1], 0, [1], ['x']]],
    ['a column that the table does not have', [9, [0], [1], 0, [1]]],
  ])('with %s is refused', (_, block) => {
    const fields = mapOf([
      [0, 3],
      [1, 7],
      [2, 9],
      [3, 1],
      [4, table.hash],
      [5, 1],
      [6, 0],
      [7, [block]],
      [9, 60_000],
    ]);
    const opened = openTelemetry(encodeCbor(fields));
    expect(() => opened.kind === 'summary' && opened.spans(table)).toThrow(FengsuiError);
  });
});

describe('what had to be given up', () => {
  const gone = { log: 7, first: 1, seq: 900, from: wallTime(1_789_000_000_007), to: wall };
  it('comes back as it was', () => {
    expect(openTelemetry(encodeGone(gone))).toEqual({ kind: 'gone', ...gone });
  });
});

describe('readings', () => {
  it('tell the monotonic time of each where the batch tells its offset', () => {
    const offset = 1_789_999_940_000;
    const at = monoTime(wall - offset);
    const [read] = openReadings(encodeTelemetry({ ...head, offset }, table, [sample(0, 0.4, wall)])).samples(table);
    expect(read).toEqual({ column: 0, wall, value: { quality: 'good', at, value: 0.4 } });
  });
  it('of a snapshot come back, and are not taken for an entry', () => {
    const bytes = encodeSnapshot(head, table, [sample(1, 'smoke', wall)]);
    const opened = openTelemetry(bytes);
    expect(opened).toMatchObject({ kind: 'snapshot', ...head });
    expect(opened.kind === 'snapshot' && opened.samples(table)).toEqual([sample(1, 'smoke', wall)]);
    expect(() => openReadings(bytes)).toThrow('expected readings, got snapshot');
  });
  it('of a later version are known by their numbers alone', () => {
    const later = mapOf([
      [0, 99],
      [1, 7],
      [2, 9],
      [8, 5],
    ]);
    expect(openTelemetry(encodeCbor(later))).toEqual({ kind: 'other', log: 7, first: 5, seq: 9 });
  });
});
