import { FengsuiError } from '../model/errors.ts';
import { corrected, type RunClock } from '../model/run-clock.ts';
import { isWall, monoTime, type WallTime } from '../model/time.ts';
import { columnAt } from '../wire/column-value.ts';
import type { PointTable } from '../wire/point-table.ts';
import type { Span } from '../wire/span.ts';
import type { Gone, TelemetryBatch, TelemetryMessage } from '../wire/telemetry.ts';
import type { ToldBucket } from './history-bucket.ts';
import type { Corrected } from './reading.ts';
import { noTime, wallOf } from './results.ts';
import type { Order, Sighting } from './value-cache.ts';

/** One value that came in. */
export type Arrival = Sighting & { readonly device: string; readonly point: string };

/** What is left of the readings of one point and span of `every` ms. */
export type SpanArrival = Corrected & {
  readonly device: string;
  readonly point: string;
  readonly told: ToldBucket;
  readonly every: number;
};

type Samples = Extract<TelemetryMessage, { kind: 'readings' | 'snapshot' }>;
type Summary = Extract<TelemetryMessage, { kind: 'summary' }>;

/** What is known of the gateway that a message came from. */
export type Origin = { readonly table: PointTable; readonly clocks: readonly RunClock[] };

/**
 * All or nothing, like spans: a batch with one unreadable value is not to be trusted in the others. Pure.
 * @throws FengsuiError PROTOCOL
 */
export function arrivalsOf(message: Samples, { table, clocks }: Origin): readonly Arrival[] {
  const order = orderOf(message);
  // Written out: this is done for every reading, and copying parts together takes several times as long.
  return message.mapSamples(table, (value, stamped, { device, point, unit }) => {
    const { wall, isCorrected } = timeOf(message, stamped, clocks);
    if (!isWall(wall)) throw noTime(`telemetry of ${device}/${point}`);
    return isCorrected
      ? { device, point, value, wall, unit, order, isCorrected }
      : { device, point, value, wall, unit, order };
  });
}

/** The spans, and the time that they take up together. @throws FengsuiError PROTOCOL */
export function spansOf(message: Summary, origin: Origin) {
  const spans = message.spans(origin.table).map((span) => spanArrival(message, span, origin));
  if (spans.length === 0) throw new FengsuiError('PROTOCOL', `telemetry summary ${message.seq} has no spans`);
  const starts = spans.map(({ told }) => told.from);
  const [since, last] = [starts.reduce(least), starts.reduce(most)];
  return { spans, since: new Date(since), until: new Date(last + message.every) };
}

/** @throws FengsuiError PROTOCOL */
export const goneBetween = ({ seq, from, to }: Gone): { readonly since: Date; readonly until: Date } => {
  const where = `telemetry ${seq}, given up`;
  return { since: new Date(wallOf(from, where)), until: new Date(wallOf(to, where)) };
};

function spanArrival(message: Summary, span: Span, { table, clocks }: Origin): SpanArrival {
  const { device, point, unit } = columnAt(table, span.column);
  const { every } = message;
  const { wall, isCorrected } = timeOf(message, span.from, clocks);
  if (!isWall(wall) || !isWall(wall + every)) throw noTime(`summary of ${device}/${point}`);
  const { count, leftOut, last, figures } = span;
  const told = {
    point,
    from: wall,
    count,
    leftOut,
    last,
    min: figures?.min,
    max: figures?.max,
    mean: figures?.mean,
    ...(unit !== undefined && { unit }),
  };
  return { device, point, told, every, ...(isCorrected && { isCorrected }) };
}

const least = (a: number, b: number): number => Math.min(a, b);
const most = (a: number, b: number): number => Math.max(a, b);

const orderOf = ({ log, seq, boot, offset }: TelemetryBatch): Order => ({
  log,
  seq,
  ...(offset !== undefined && { boot }),
});

type Time = Corrected & { readonly wall: number };

/** Where the batch tells its monotonic times and its clock was not right, the time is worked out from when it was. */
function timeOf({ boot, trust, offset }: TelemetryBatch, wall: WallTime, clocks: readonly RunClock[]): Time {
  if (offset === undefined || trust === 'synced') return { wall };
  return corrected({ boot, trust, wall, mono: monoTime(wall - offset) }, clocks);
}
