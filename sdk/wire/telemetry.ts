import { FengsuiError } from '../model/errors.ts';
import { doubts, losses, type PointValue, type Scalar } from '../model/point.ts';
import { type ClockTrust, clockTrusts, monoTime, type WallTime, wallTime } from '../model/time.ts';
import { type Cbor, decodeCbor, encodeCbor } from './cbor.ts';
import { fieldsOf, isCount, isList, isNumber, mapOf } from './parse.ts';
import type { PointColumn, PointTable } from './point-table.ts';

/** One value on its way: which column, when by the wall clock, and what. */
export type Sample = { readonly column: number; readonly wall: WallTime; readonly value: PointValue };

export type TelemetryBatch = {
  readonly log: number;
  readonly seq: number;
  readonly boot: number;
  readonly trust: ClockTrust;
  /** Hash of the point table that gives columns their meaning. */
  readonly table: number;
};

const key = { log: 1, seq: 2, base: 3, table: 4, boot: 5, trust: 6, blocks: 7 } as const;

const firstDoubt = 1;
const firstLoss = 16;

/** Columns of whole numbers: a point's index once, then its times (ms from the base second), values and, if any is not good, qualities. */
export function encodeTelemetry(batch: TelemetryBatch, table: PointTable, samples: readonly Sample[]): Uint8Array {
  const base = Math.floor(Math.min(...samples.map((s) => s.wall)) / 1_000);
  const byColumn = new Map<number, Sample[]>();
  for (const sample of samples) {
    const list = byColumn.get(sample.column);
    if (list) list.push(sample);
    else byColumn.set(sample.column, [sample]);
  }
  const blocks = [...byColumn].map(([index, list]): Cbor => {
    const column = columnAt(table, index);
    const qualities = list.map((s) => qualityCode(s.value));
    const times = list.map((s) => Math.round(s.wall - base * 1_000));
    const values = list.map((s) => packValue(column, s.value));
    return qualities.some((q) => q !== 0) ? [index, times, values, qualities] : [index, times, values];
  });
  return encodeCbor(
    mapOf([
      [key.log, batch.log],
      [key.seq, batch.seq],
      [key.base, base],
      [key.table, batch.table],
      [key.boot, batch.boot],
      [key.trust, clockTrusts.indexOf(batch.trust)],
      [key.blocks, blocks],
    ]),
  );
}

/** The head alone, so that a reader can find the table before it decodes the samples. @throws FengsuiError PROTOCOL */
export function openTelemetry(bytes: Uint8Array): TelemetryBatch & { samples(table: PointTable): Sample[] } {
  const fields = fieldsOf(decodeCbor(bytes), 'telemetry');
  const base = fields.count(key.base) * 1_000;
  const blocks = fields.list(key.blocks);
  return {
    log: fields.count(key.log),
    seq: fields.count(key.seq),
    boot: fields.count(key.boot),
    trust: fields.one(key.trust, clockTrusts),
    table: fields.count(key.table),
    samples: (table) => {
      if (table.hash !== fields.count(key.table)) {
        throw new FengsuiError('PROTOCOL', `telemetry needs point table ${fields.count(key.table)}, not ${table.hash}`);
      }
      return blocks.flatMap((block) => readBlock(block, base, table));
    },
  };
}

function readBlock(block: unknown, base: number, table: PointTable): Sample[] {
  if (!isList(block)) throw new FengsuiError('PROTOCOL', 'telemetry block: expected a list');
  const [index, times, values, qualities] = block;
  if (!isCount(index) || !isList(times) || !isList(values) || times.length !== values.length) {
    throw new FengsuiError(
      'PROTOCOL',
      'telemetry block: expected [column, times, values] with as many times as values',
    );
  }
  const column = columnAt(table, index);
  return times.map((ms, i) => {
    if (!isNumber(ms)) throw new FengsuiError('PROTOCOL', `telemetry block ${index}: a time is not a number`);
    const quality = isList(qualities) ? qualities[i] : 0;
    return { column: index, wall: wallTime(base + ms), value: readValue(column, values[i], quality) };
  });
}

const columnAt = (table: PointTable, index: number): PointColumn => {
  const column = table.columns[index];
  if (!column) throw new FengsuiError('PROTOCOL', `point table ${table.hash} has no column ${index}`);
  return column;
};

/** Quality as a number: 0 good, from 1 a doubt, from 16 a loss. */
export function qualityCode(value: PointValue): number {
  if (value.quality === 'good') return 0;
  return value.quality === 'doubtful' ? firstDoubt + doubts.indexOf(value.why) : firstLoss + losses.indexOf(value.why);
}

function packValue(column: PointColumn, value: PointValue): Cbor {
  if (value.quality === 'lost') return null;
  if (typeof value.value === 'number' && column.resolution) return inSteps(value.value, column.resolution);
  if (typeof value.value === 'string' && column.choices) {
    const position = column.choices.indexOf(value.value);
    return position < 0 ? value.value : position;
  }
  return value.value;
}

/** Monotonic times do not travel: what is decoded is placed by its wall time. */
const nowhere = monoTime(0);

function readValue(column: PointColumn, raw: unknown, code: unknown): PointValue {
  if (!isCount(code))
    throw new FengsuiError('PROTOCOL', `quality code of ${column.device}/${column.point} is not a number`);
  return ofQuality(code, code >= firstLoss ? null : unpackValue(column, raw));
}

/** What {@link qualityCode} gave the code of. A code of a later version is a doubt or a loss of some kind. */
export function ofQuality(code: number, value: Scalar | null): PointValue {
  if (code >= firstLoss || value === null)
    return { quality: 'lost', at: nowhere, why: losses[code - firstLoss] ?? 'bad-reply' };
  if (code === 0) return { quality: 'good', at: nowhere, value };
  return { quality: 'doubtful', at: nowhere, value, why: doubts[code - firstDoubt] ?? 'unconfirmed' };
}

function unpackValue(column: PointColumn, raw: unknown): Scalar {
  if (isNumber(raw) && column.resolution) return ofSteps(raw, column.resolution);
  if (isCount(raw) && column.choices) {
    const name = column.choices[raw];
    if (name !== undefined) return name;
  } else if (typeof raw === 'boolean' || typeof raw === 'string' || isNumber(raw)) return raw;
  throw new FengsuiError('PROTOCOL', `value of ${column.device}/${column.point} cannot be read: ${String(raw)}`);
}

export const inSteps = (value: number, resolution: number): number => Math.round(value / resolution);

/** `n` steps of `resolution` without the dirt of binary fractions: 421 steps of 0.001 are 0.421. */
export function ofSteps(n: number, resolution: number): number {
  const steps = 1 / resolution;
  return Number.isInteger(steps) ? n / steps : n * resolution;
}
