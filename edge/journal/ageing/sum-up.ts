import { type Millis, minutes } from '../../../sdk/model/time.ts';
import type { PointTable } from '../../../sdk/wire/point-table.ts';
import { openTelemetry, type TelemetryBatch } from '../../../sdk/wire/telemetry.ts';
import { readable } from '../history/known-tables.ts';
import type { Entry } from '../journal.ts';
import type { RowHead } from './level-rows.ts';
import { type SpanSums, spanSums } from './span-sums.ts';
import { type SummaryRow, summaryRows } from './summary-rows.ts';

/** Length of the spans that a level is summed up by. */
export const spanOfLevel = { 1: minutes(1), 2: minutes(15) } as const;

/** So many ms may the gateway's offset differ within what is summed up: times are put right with one for all. */
const sameOffset = 500;

/** Takes entries one after the other, as long as they can become one. */
export type Summing = {
  /** False: it does not belong to those before, or cannot be read, and was not taken. */
  take(entry: Entry, head: RowHead): boolean;
  /** What was taken. */
  readonly heads: readonly RowHead[];
  /** In messages, summed up by `every`. */
  rows(every: Millis): readonly SummaryRow[];
};

export function summing(level: 1 | 2, tableOf: (hash: number) => PointTable | undefined): Summing {
  const sums = spanSums(spanOfLevel[level]);
  const heads: RowHead[] = [];
  let begun: { readonly batch: TelemetryBatch; readonly table: PointTable } | undefined;
  return {
    heads,
    take(entry, head) {
      const read = readable(() => readInto(entry, tableOf));
      if (!read || (begun && !isAlike(begun.batch, read.batch))) return false;
      begun ??= read;
      read.addTo(sums);
      heads.push(head);
      return true;
    },
    rows(every) {
      const [oldest] = heads;
      const newest = heads.at(-1);
      if (!begun || !oldest || !newest) return [];
      const coarser = spanSums(every);
      coarser.addSpans(sums.spans());
      const batch = { ...begun.batch, first: oldest.first, seq: newest.seq, every };
      return summaryRows(batch, begun.table, coarser.spans());
    },
  };
}

function readInto(entry: Entry, tableOf: (hash: number) => PointTable | undefined) {
  const message = openTelemetry(entry.body);
  if (message.kind !== 'readings' && message.kind !== 'summary') return undefined;
  const table = tableOf(message.table);
  if (!table) return undefined;
  const { log, seq, boot, trust, offset } = message;
  const batch: TelemetryBatch = { log, seq, boot, trust, table: table.hash, ...(offset !== undefined && { offset }) };
  if (message.kind === 'summary') {
    const spans = message.spans(table);
    return { batch, table, addTo: (sums: SpanSums) => sums.addSpans(spans) };
  }
  const samples = message.samples(table);
  return { batch, table, addTo: (sums: SpanSums) => sums.addSamples(samples) };
}

function isAlike(a: TelemetryBatch, b: TelemetryBatch): boolean {
  const apart = a.offset === b.offset ? 0 : Math.abs((a.offset ?? Number.NaN) - (b.offset ?? Number.NaN));
  return a.log === b.log && a.boot === b.boot && a.trust === b.trust && a.table === b.table && apart <= sameOffset;
}
