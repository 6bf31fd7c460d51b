import type { Entry } from '../../edge/journal/journal.ts';
import { deviceId } from '../../sdk/model/ids.ts';
import { monoTime, type WallTime, wallTime } from '../../sdk/model/time.ts';
import { type PointTable, pointTable } from '../../sdk/wire/point-table.ts';
import type { Span } from '../../sdk/wire/span.ts';
import { encodeTelemetry, openTelemetry, type Sample } from '../../sdk/wire/telemetry.ts';

/** Readings that tell the number of their entry: of any sum it can be seen which entries are in it, and whether it is right. */
export type NumberedReadings = {
  readonly table: PointTable;
  entry(seq: number): Entry;
  /** Everything that is wrong with what was read from a lane, and which numbers each column was told of. */
  check(rows: readonly Entry[]): { readonly wrong: readonly string[]; readonly told: readonly Told[] };
};

/** Up to which number there is nothing of this column any more, and how many rows of each kind there are. */
export type Told = { readonly column: number; readonly first: number; readonly last: number };

type Options = {
  readonly log: number;
  readonly columns: number;
  readonly stepMs: number;
  readonly boot?: (seq: number) => number;
};

export const numberedStart = 1_767_225_600_000;

export function numberedReadings({ log, columns, stepMs, boot = () => 1 }: Options): NumberedReadings {
  const table = pointTable(
    Array.from({ length: columns }, (_, i) => ({ device: deviceId('gate'), point: `p-${i}`, resolution: 1 })),
  );
  const wallOf = (seq: number): WallTime => wallTime(numberedStart + seq * stepMs);
  const samplesOf = (seq: number): readonly Sample[] =>
    table.columns.map((_, column) => ({
      column,
      wall: wallOf(seq),
      value: { quality: 'good', at: monoTime(0), value: seq },
    }));
  const entry = (seq: number): Entry => {
    const batch = { log, seq, boot: boot(seq), trust: 'synced', table: table.hash } as const;
    return { seq, at: wallOf(seq), body: encodeTelemetry(batch, table, samplesOf(seq)) };
  };
  return {
    table,
    entry,
    check(rows) {
      const wrong: string[] = [];
      const ranges = new Map<number, { first: number; last: number }>();
      const tell = (column: number, first: number, last: number): void => {
        const known = ranges.get(column);
        if (known && first !== known.last + 1) wrong.push(`column ${column}: ${known.last} is followed by ${first}`);
        ranges.set(column, { first: known?.first ?? first, last });
      };
      let before: number | undefined;
      for (const row of rows) {
        const message = openTelemetry(row.body);
        if (message.kind === 'snapshot' || message.seq !== row.seq) wrong.push(`row ${row.seq} says ${message.seq}`);
        else if (before !== undefined && message.first !== before + 1)
          wrong.push(`number ${before} is followed by ${message.first}`);
        before = row.seq;
        if (message.kind === 'readings') {
          if (Buffer.compare(row.body, entry(row.seq).body) !== 0)
            wrong.push(`readings ${row.seq} are not what they were`);
          for (const { column } of message.samples(table)) tell(column, row.seq, row.seq);
        }
        if (message.kind !== 'summary') continue;
        for (const span of message.spans(table)) {
          const range = rangeOf(span, message.every, wallOf);
          if (range) tell(span.column, range.first, range.last);
          else wrong.push(`a span of row ${row.seq}: ${JSON.stringify(span)}`);
        }
      }
      return { wrong, told: [...ranges].map(([column, range]) => ({ column, ...range })) };
    },
  };
}

/** The numbers that were summed up; undefined when there are none that would give this sum. */
function rangeOf(span: Span, every: number, wallOf: (seq: number) => number) {
  const { count, leftOut, last, figures, from } = span;
  if (!figures || leftOut !== 0) return undefined;
  const { min, max, mean } = figures;
  const isWhole = max - min + 1 === count && mean === (min + max) / 2 && last === max;
  const isInside = wallOf(min) >= from && wallOf(max) < from + every && from % every === 0;
  return isWhole && isInside ? { first: min, last: max } : undefined;
}
