import type { Doubt, Loss, PointValue, Scalar } from '../../../sdk/model/point.ts';
import { type Millis, monoTime, type WallTime } from '../../../sdk/model/time.ts';
import type { PointTable } from '../../../sdk/wire/point-table.ts';
import type { Span } from '../../../sdk/wire/span.ts';
import {
  encodeGone,
  encodeSnapshot,
  encodeSummary,
  encodeTelemetry,
  type Gone,
  openTelemetry,
  type Sample,
  type TelemetryBatch,
} from '../../../sdk/wire/telemetry.ts';

type Point = { readonly device: string; readonly point: string };
/** A reading by the name of its point; `mono` where the batch tells its offset. */
type NamedSample = Point & {
  readonly at: WallTime;
  readonly mono?: number;
  readonly quality: PointValue['quality'];
  readonly value?: Scalar;
  readonly why?: Doubt | Loss;
};
type NamedSpan = Point & Omit<Span, 'column'>;
/** What a telemetry message says, in plain words and numbers. */
type TelemetryMeaning =
  | (TelemetryBatch & { readonly kind: 'readings' | 'snapshot'; readonly samples: readonly NamedSample[] })
  | (TelemetryBatch & {
      readonly kind: 'summary';
      readonly first: number;
      readonly every: Millis;
      readonly spans: readonly NamedSpan[];
    })
  | (Gone & { readonly kind: 'gone' })
  | { readonly kind: 'other'; readonly log: number; readonly first: number; readonly seq: number };

export function telemetryMeaning(bytes: Uint8Array, table: PointTable): TelemetryMeaning {
  const message = openTelemetry(bytes);
  const named = (column: number): Point => {
    const { device = '', point = '' } = table.columns[column] ?? {};
    return { device, point };
  };
  const namedSamples = (samples: readonly Sample[], hasMono: boolean): NamedSample[] =>
    samples.map(({ column, wall, value: { at, ...value } }) => ({
      ...named(column),
      at: wall,
      ...(hasMono && { mono: at }),
      ...value,
    }));
  switch (message.kind) {
    case 'readings': {
      const { since: _, ...told } = message; // worked out from the rest
      return { ...told, samples: namedSamples(message.samples(table), message.offset !== undefined) };
    }
    case 'snapshot':
      return { ...message, samples: namedSamples(message.samples(table), message.offset !== undefined) };
    case 'summary': {
      const { since: _, ...told } = message;
      return { ...told, spans: message.spans(table).map(({ column, ...span }) => ({ ...named(column), ...span })) };
    }
    case 'gone':
    case 'other':
      return message;
  }
}

export function telemetryBytes(meaning: TelemetryMeaning, table: PointTable): Uint8Array {
  const column = ({ device, point }: Point): number =>
    table.columns.findIndex((each) => each.device === device && each.point === point);
  switch (meaning.kind) {
    case 'readings':
      return encodeTelemetry(
        meaning,
        table,
        meaning.samples.map((each) => sampleOf(each, column(each))),
      );
    case 'snapshot':
      return encodeSnapshot(
        meaning,
        table,
        meaning.samples.map((each) => sampleOf(each, column(each))),
      );
    case 'summary':
      return encodeSummary(
        meaning,
        table,
        meaning.spans.map((each) => ({ ...each, column: column(each) })),
      );
    case 'gone':
      return encodeGone(meaning);
    case 'other':
      throw new Error('a message of a later version cannot be written');
  }
}

function sampleOf({ at, mono = 0, quality, value, why }: NamedSample, column: number): Sample {
  return { column, wall: at, value: { at: monoTime(mono), quality, value, why } as PointValue };
}
