import { FengsuiError } from '../model/errors.ts';
import { doubts, losses, type PointValue, type Scalar } from '../model/point.ts';
import {
  type ClockTrust,
  clockTrusts,
  type Millis,
  type MonoTime,
  millis,
  monoTime,
  type WallTime,
  wallTime,
} from '../model/time.ts';
import { type Cbor, decodeCbor, encodeCbor } from './cbor.ts';
import { byColumn, columnAt, packScalar, unpackScalar } from './column-value.ts';
import { type Fields, fieldsOf, isCount, isList, isNumber, mapOf } from './parse.ts';
import type { PointColumn, PointTable } from './point-table.ts';
import { readSpans, type Span, spanBlock } from './span.ts';
import { joinWall, splitWall } from './stamp.ts';

/**
 * One value on its way: which column, when by the wall clock, and what. Where the batch tells its `offset`, `value.at` is
 * the gateway's monotonic time; elsewhere it means nothing.
 */
export type Sample = { readonly column: number; readonly wall: WallTime; readonly value: PointValue };

/** Where readings come from. */
export type TelemetryBatch = {
  readonly log: number;
  readonly seq: number;
  readonly boot: number;
  readonly trust: ClockTrust;
  /** Hash of the point table that gives columns their meaning. */
  readonly table: number;
  /** Wall time less monotonic time of the gateway when the batch was made, ms: with it times can be put right later. */
  readonly offset?: number;
};

/** What is left of readings for which there was no room: each point summed up over spans of `every` ms since 1970. */
export type SummaryBatch = TelemetryBatch & { readonly first: number; readonly every: Millis };

/** What is left of entries that had to be given up: nothing but when they were. */
export type Gone = {
  readonly log: number;
  readonly first: number;
  readonly seq: number;
  readonly from: WallTime;
  readonly to: WallTime;
};

/** The second in which the earliest of it was. */
type Since = { readonly since: WallTime };

/** What is made of one value; `column` is what the table says of its `index`. */
export type OfSample<T> = (value: PointValue, wall: WallTime, column: PointColumn, index: number) => T;

/** The values of a batch. @throws FengsuiError PROTOCOL when one of them cannot be read, or the table is another */
type Samples = {
  samples(table: PointTable): Sample[];
  /** As `samples`, made into something else at once: every reading of a district comes through here. */
  mapSamples<T>(table: PointTable, make: OfSample<T>): T[];
};

/** A message of the telemetry channel. It stands for the numbers `first` to `seq` of the lane; all but a snapshot. */
export type TelemetryMessage =
  | (TelemetryBatch & Since & Samples & { readonly kind: 'readings'; readonly first: number })
  /** The present value of points, not an entry of the lane: what is known after entry `seq`. */
  | (TelemetryBatch & Samples & { readonly kind: 'snapshot' })
  | (SummaryBatch & Since & { readonly kind: 'summary'; spans(table: PointTable): Span[] })
  | (Gone & { readonly kind: 'gone' })
  /** Of a later version. */
  | { readonly kind: 'other'; readonly log: number; readonly first: number; readonly seq: number };

const key = {
  type: 0, // may lack: readings
  log: 1,
  seq: 2,
  base: 3,
  table: 4,
  boot: 5,
  trust: 6,
  blocks: 7,
  first: 8, // may lack: seq alone
  every: 9,
  mono: 10, // may lack: monotonic ms at the base
  fromS: 11,
  fromMs: 12,
  toS: 13,
  toMs: 14,
} as const;

const type = { readings: 1, snapshot: 2, summary: 3, gone: 4 } as const;

/** Checked against docs/contract/fengsui.cddl. */
export { key as telemetryKeys, type as telemetryTypes };

const firstDoubt = 1;
const firstLoss = 16;

/** Columns of whole numbers: a point's index once, then its times (ms from the base second), values and, if any is not good, qualities. */
export const encodeTelemetry = (batch: TelemetryBatch, table: PointTable, samples: readonly Sample[]): Uint8Array =>
  encodeCbor(mapOf(readingFields(batch, table, samples)));

/** As readings; `seq` is the number of the last entry before it. */
export const encodeSnapshot = (batch: TelemetryBatch, table: PointTable, samples: readonly Sample[]): Uint8Array =>
  encodeCbor(mapOf([[key.type, type.snapshot], ...readingFields(batch, table, samples)]));

export function encodeSummary(batch: SummaryBatch, table: PointTable, spans: readonly Span[]): Uint8Array {
  const base = Math.floor(Math.min(...spans.map((span) => span.from)) / 1_000);
  return encodeCbor(
    mapOf([
      [key.type, type.summary],
      ...headFields(batch, base),
      [key.first, batch.first],
      [key.every, batch.every],
      [
        key.blocks,
        [...byColumn(spans)].map(([index, list]) => spanBlock(columnAt(table, index), list, base, batch.every)),
      ],
    ]),
  );
}

export const encodeGone = ({ log, first, seq, from, to }: Gone): Uint8Array =>
  encodeCbor(
    mapOf([
      [key.type, type.gone],
      [key.log, log],
      [key.seq, seq],
      [key.first, first],
      [key.fromS, splitWall(from)[0]],
      [key.fromMs, splitWall(from)[1]],
      [key.toS, splitWall(to)[0]],
      [key.toMs, splitWall(to)[1]],
    ]),
  );

type FieldList = readonly (readonly [number, Cbor | undefined])[];

function readingFields(batch: TelemetryBatch, table: PointTable, samples: readonly Sample[]): FieldList {
  const base = Math.floor(Math.min(...samples.map((s) => s.wall)) / 1_000);
  const blocks = [...byColumn(samples)].map(([index, list]): Cbor => {
    const column = columnAt(table, index);
    const qualities = list.map((s) => qualityCode(s.value));
    const times = list.map((s) => Math.round(s.wall - base * 1_000));
    const values = list.map((s) => (s.value.quality === 'lost' ? null : packScalar(column, s.value.value)));
    return qualities.some((q) => q !== 0) ? [index, times, values, qualities] : [index, times, values];
  });
  return [...headFields(batch, base), [key.blocks, blocks]];
}

const headFields = ({ log, seq, boot, trust, table, offset }: TelemetryBatch, base: number): FieldList => [
  [key.log, log],
  [key.seq, seq],
  [key.base, base],
  [key.table, table],
  [key.boot, boot],
  [key.trust, clockTrusts.indexOf(trust)],
  [key.mono, offset === undefined ? undefined : Math.round(base * 1_000 - offset)],
];

/** The head alone, so that a reader can find the table before it decodes the values. @throws FengsuiError PROTOCOL */
export function openTelemetry(bytes: Uint8Array): TelemetryMessage {
  const fields = fieldsOf(decodeCbor(bytes), 'telemetry');
  const place = { log: fields.count(key.log), seq: fields.count(key.seq) };
  const first = fields.has(key.first) ? fields.count(key.first) : place.seq;
  if (first > place.seq) throw new FengsuiError('PROTOCOL', `telemetry: numbers ${first} to ${place.seq} are none`);
  switch (fields.has(key.type) ? fields.count(key.type) : type.readings) {
    case type.readings:
      return {
        kind: 'readings',
        ...place,
        first,
        ...readHead(fields),
        since: sinceOf(fields),
        ...samplesOf(fields),
      };
    case type.snapshot:
      return { kind: 'snapshot', ...place, ...readHead(fields), ...samplesOf(fields) };
    case type.summary: {
      const every = readEvery(fields);
      const since = sinceOf(fields);
      return { kind: 'summary', ...place, first, ...readHead(fields), since, every, spans: spansOf(fields, every) };
    }
    case type.gone: {
      const from = joinWall(fields.count(key.fromS), fields.count(key.fromMs));
      return { kind: 'gone', ...place, first, from, to: joinWall(fields.count(key.toS), fields.count(key.toMs)) };
    }
    default:
      return { kind: 'other', ...place, first };
  }
}

/** For who expects readings, and nothing that stands for them. @throws FengsuiError PROTOCOL */
export function openReadings(bytes: Uint8Array): Extract<TelemetryMessage, { kind: 'readings' }> {
  const message = openTelemetry(bytes);
  if (message.kind === 'readings') return message;
  throw new FengsuiError('PROTOCOL', `telemetry ${message.seq}: expected readings, got ${message.kind}`);
}

const readHead = (fields: Fields): Omit<TelemetryBatch, 'log' | 'seq'> => ({
  boot: fields.count(key.boot),
  trust: fields.one(key.trust, clockTrusts),
  table: fields.count(key.table),
  ...(fields.has(key.mono) && { offset: fields.count(key.base) * 1_000 - fields.number(key.mono) }),
});

const sinceOf = (fields: Fields): WallTime => wallTime(fields.count(key.base) * 1_000);

function readEvery(fields: Fields): Millis {
  const every = fields.count(key.every);
  if (every >= 1_000) return millis(every);
  throw new FengsuiError('PROTOCOL', `telemetry: a summary of every ${every} ms is none`);
}

const blocksFor = (fields: Fields, table: PointTable): readonly unknown[] => {
  if (table.hash === fields.count(key.table)) return fields.list(key.blocks);
  throw new FengsuiError('PROTOCOL', `telemetry needs point table ${fields.count(key.table)}, not ${table.hash}`);
};

function samplesOf(fields: Fields): Samples {
  fields.list(key.blocks);
  const base = fields.count(key.base) * 1_000;
  const mono = fields.has(key.mono) ? fields.number(key.mono) : undefined;
  const mapSamples = <T>(table: PointTable, make: OfSample<T>): T[] => {
    const made: T[] = [];
    for (const block of blocksFor(fields, table)) readBlock(block, { base, mono, table }, make, made);
    return made;
  };
  return { mapSamples, samples: (table) => mapSamples(table, (value, wall, _, column) => ({ column, wall, value })) };
}

function spansOf(fields: Fields, every: Millis): (table: PointTable) => Span[] {
  fields.list(key.blocks);
  const base = fields.count(key.base) * 1_000;
  return (table) => blocksFor(fields, table).flatMap((block) => readSpans(block, { base, every, table }));
}

type Place = { readonly base: number; readonly mono: number | undefined; readonly table: PointTable };

function readBlock<T>(block: unknown, { base, mono, table }: Place, make: OfSample<T>, made: T[]): void {
  if (!isList(block)) throw new FengsuiError('PROTOCOL', 'telemetry block: expected a list');
  const [index, times, values, qualities] = block;
  if (!isCount(index) || !isList(times) || !isList(values) || times.length !== values.length) {
    throw new FengsuiError(
      'PROTOCOL',
      'telemetry block: expected [column, times, values] with as many times as values',
    );
  }
  const column = columnAt(table, index);
  for (let i = 0; i < times.length; i++) {
    const ms = times[i];
    if (!isNumber(ms)) throw new FengsuiError('PROTOCOL', `telemetry block ${index}: a time is not a number`);
    const code = isList(qualities) ? qualities[i] : 0;
    const at = mono === undefined ? nowhere : monoTime(mono + ms);
    made.push(make(readValue(column, values[i], code, at), wallTime(base + ms), column, index));
  }
}

/** Quality as a number: 0 good, from 1 a doubt, from 16 a loss. */
export function qualityCode(value: PointValue): number {
  if (value.quality === 'good') return 0;
  return value.quality === 'doubtful' ? firstDoubt + doubts.indexOf(value.why) : firstLoss + losses.indexOf(value.why);
}

/** For readings whose batch does not tell: they are placed by their wall time. */
const nowhere = monoTime(0);

function readValue(column: PointColumn, raw: unknown, code: unknown, at: MonoTime): PointValue {
  if (!isCount(code))
    throw new FengsuiError('PROTOCOL', `quality code of ${column.device}/${column.point} is not a number`);
  return ofQuality(code, code >= firstLoss ? null : unpackScalar(column, raw), at);
}

/** What {@link qualityCode} gave the code of. A code of a later version is a doubt or a loss of some kind. */
export function ofQuality(code: number, value: Scalar | null, at = nowhere): PointValue {
  if (code >= firstLoss || value === null) return { quality: 'lost', at, why: losses[code - firstLoss] ?? 'bad-reply' };
  if (code === 0) return { quality: 'good', at, value };
  return { quality: 'doubtful', at, value, why: doubts[code - firstDoubt] ?? 'unconfirmed' };
}
