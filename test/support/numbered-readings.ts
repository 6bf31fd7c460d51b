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
  /** Looks at what was read from a lane, in its order. */
  check(rows: readonly Entry[]): Checked;
};

export type Checked = {
  /** What is not true. */
  readonly wrong: readonly string[];
  /** Numbers of which nothing is said, of the lane or of a column. */
  readonly missing: readonly string[];
  /** The numbers that something is left of, by column. */
  readonly told: readonly { readonly column: number; readonly first: number; readonly last: number }[];
};

type Options = {
  readonly log: number;
  readonly columns: number;
  readonly stepMs: number;
  /** Bodies of entries that are something else. */
  readonly other?: (seq: number) => Uint8Array | undefined;
};

export const numberedStart = 1_767_225_600_000;

export function numberedReadings({ log, columns, stepMs, other = () => undefined }: Options): NumberedReadings {
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
    const batch = { log, seq, boot: 1, trust: 'synced', table: table.hash } as const;
    return { seq, at: wallOf(seq), body: other(seq) ?? encodeTelemetry(batch, table, samplesOf(seq)) };
  };
  /** The next number of readings after this one. */
  const next = (seq: number): number => (other(seq + 1) ? next(seq + 1) : seq + 1);
  return {
    table,
    entry,
    check(rows) {
      const found = findings(next);
      for (const row of rows) {
        // One that is something else may be as it was, or its number that of a row that stands for it.
        if (other(row.seq) && Buffer.compare(row.body, entry(row.seq).body) === 0) found.number(row.seq, row.seq);
        else checkMessage(row, { table, wallOf, entry, found });
      }
      return found.all();
    },
  };
}

type Findings = ReturnType<typeof findings>;
type Known = Pick<NumberedReadings, 'table' | 'entry'> & {
  readonly wallOf: (seq: number) => number;
  readonly found: Findings;
};

function checkMessage(row: Entry, { table, wallOf, entry, found }: Known): void {
  const message = openTelemetry(row.body);
  if (message.kind === 'snapshot' || message.seq !== row.seq) return found.wrong(`row ${row.seq} says ${message.seq}`);
  found.number(message.first, message.seq);
  if (message.kind === 'readings') {
    if (Buffer.compare(row.body, entry(row.seq).body) !== 0) found.wrong(`readings ${row.seq} are not what they were`);
    for (const { column } of message.samples(table)) found.column(column, row.seq, row.seq);
  }
  if (message.kind !== 'summary') return;
  for (const span of message.spans(table)) {
    const range = rangeOf(span, message.every, wallOf);
    if (range) found.column(span.column, range.first, range.last);
    else found.wrong(`a span of row ${row.seq}: ${JSON.stringify(span)}`);
  }
}

function findings(next: (seq: number) => number) {
  const wrong: string[] = [];
  const missing: string[] = [];
  const told = new Map<number, { first: number; last: number }>();
  let lane: number | undefined;
  const follow = (what: string, before: number, first: number, expected: number): void => {
    if (first < expected) wrong.push(`${what}: ${before} is followed by ${first}`);
    if (first > expected) missing.push(`${what}: ${before} is followed by ${first}`);
  };
  return {
    wrong: (what: string): void => void wrong.push(what),
    number(first: number, seq: number): void {
      if (lane !== undefined) follow('lane', lane, first, lane + 1);
      lane = seq;
    },
    column(column: number, first: number, last: number): void {
      const known = told.get(column);
      if (known) follow(`column ${column}`, known.last, first, next(known.last));
      told.set(column, { first: known?.first ?? first, last });
    },
    all: (): Checked => ({ wrong, missing, told: [...told].map(([column, range]) => ({ column, ...range })) }),
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
