import { expect, it } from 'vitest';
import { summaryRows } from '../../../../edge/journal/ageing/summary-rows.ts';
import { millis, wallTime } from '../../../../sdk/model/time.ts';
import type { Span } from '../../../../sdk/wire/span.ts';
import { openTelemetry } from '../../../../sdk/wire/telemetry.ts';
import { tableOf } from '../../../support/history-entries.ts';

const columns = 200;
const table = tableOf(columns);
const every = millis(60_000);
const head = { log: 7, boot: 1, trust: 'synced', table: table.hash, every } as const;
const spans = table.columns.flatMap((_, column): Span[] =>
  Array.from({ length: 5 }, (_, i) => ({
    column,
    from: wallTime(1_790_000_040_000 + i * every),
    count: 6,
    leftOut: 0,
    last: 0.421,
    figures: { min: 0.4, max: 0.43, mean: 0.4167 },
  })),
);
const told = (first: number, seq: number) => {
  const rows = summaryRows({ ...head, first, seq }, table, spans);
  const read = rows.flatMap(({ body }) => {
    const message = openTelemetry(body);
    return message.kind === 'summary' ? [{ ...message, all: message.spans(table) }] : [];
  });
  expect(read.flatMap(({ all }) => all)).toEqual(spans);
  expect(read.map((m) => [m.first, m.seq])).toEqual(rows.map((row) => [row.first, row.seq]));
  for (const [i, row] of rows.entries()) expect(row.first).toBe(i === 0 ? first : (rows[i - 1]?.seq ?? 0) + 1);
  expect(rows.at(-1)?.seq).toBe(seq);
  return rows;
};

it('each message fits into a segment, and together they stand for the whole range', () => {
  const rows = told(101, 400);
  expect(rows.length).toBeGreaterThan(8);
  for (const { body } of rows) expect(body.length).toBeLessThan(1_260);
});

it.each([1, 2, 5])('of %i numbers there are no more messages than that, if larger ones', (numbers) => {
  expect(told(101, 100 + numbers).length).toBeLessThanOrEqual(numbers);
});
