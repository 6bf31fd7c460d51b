import { wallTime } from '../../sdk/model/time.ts';
import type { PointTable } from '../../sdk/wire/point-table.ts';
import { encodeSnapshot, type TelemetryBatch } from '../../sdk/wire/telemetry.ts';
import type { Clock } from '../platform/clock.ts';
import { bundles, type StampedSample } from './telemetry-messages.ts';
import type { LivePoint } from './telemetry-recorder.ts';

/** The present value of every point that has one, as messages for the telemetry channel. */
export function presentMessages(
  place: Pick<TelemetryBatch, 'log' | 'seq' | 'boot'>,
  table: PointTable,
  points: ReadonlyMap<string, readonly LivePoint[]>,
  clock: Clock,
): readonly Uint8Array[] {
  const trust = clock.trust();
  const offset = clock.wall() - clock.mono();
  const samples = [...points.values()].flat().flatMap(({ column, value }): StampedSample[] => {
    return value ? [{ sample: { column, wall: wallTime(offset + value.at), value }, trust, offset }] : [];
  });
  return bundles(samples).map((bundle) =>
    encodeSnapshot({ ...place, trust, table: table.hash, offset: Math.round(offset) }, table, bundle.samples),
  );
}
