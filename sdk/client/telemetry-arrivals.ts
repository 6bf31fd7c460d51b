import { FengsuiError } from '../model/errors.ts';
import { corrected, type RunClock } from '../model/run-clock.ts';
import { isWall, monoTime, type WallTime } from '../model/time.ts';
import { columnAt } from '../wire/column-value.ts';
import type { PointTable } from '../wire/point-table.ts';
import type { Span } from '../wire/span.ts';
import type { Gone, TelemetryBatch, TelemetryMessage } from '../wire/telemetry.ts';
import type { Site } from '../wire/topics.ts';
import type { ToldBucket } from './history-bucket.ts';
import type { Corrected, Observation } from './reading.ts';
import { noTime, wallOf } from './results.ts';
import type { Order, Sighting } from './value-cache.ts';

/** One value that came in. */
export type Arrival = {
  readonly site: Site;
  readonly device: string;
  readonly point: string;
  readonly seen: Observation;
};

/** What is left of the readings of one point and span of `every` ms. */
export type SpanArrival = Corrected & {
  readonly site: Site;
  readonly device: string;
  readonly point: string;
  readonly told: ToldBucket;
  readonly every: number;
};

type Samples = Extract<TelemetryMessage, { kind: 'readings' | 'snapshot' }>;
type Summary = Extract<TelemetryMessage, { kind: 'summary' }>;

/** Where a message came from, and what is known there. */
export type Origin = { readonly site: Site; readonly table: PointTable; readonly clocks: readonly RunClock[] };

/**
 * All or nothing, like spans: a batch with one unreadable value is not to be trusted in the others. Pure.
 * @throws FengsuiError PROTOCOL
 */
export function arrivalsOf(message: Samples, origin: Origin): readonly (Arrival & { readonly seen: Sighting })[] {
  const order = orderOf(message);
  return message.samples(origin.table).map(({ column, value, wall }) => {
    const { device, point, unit } = columnAt(origin.table, column);
    const time = timeOf(message, wall, origin.clocks);
    if (!isWall(time.wall)) throw noTime(`telemetry of ${device}/${point}`);
    // Written out: this is done for every reading, and copying parts together takes several times as long.
    const seen = time.isCorrected
      ? { value, wall: time.wall, unit, order, isCorrected: time.isCorrected }
      : { value, wall: time.wall, unit, order };
    return { site: origin.site, device, point, seen };
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

function spanArrival(message: Summary, span: Span, { site, table, clocks }: Origin): SpanArrival {
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
  return { site, device, point, told, every, ...(isCorrected && { isCorrected }) };
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
