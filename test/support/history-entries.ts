import type { Journal, Seq } from '../../edge/journal/journal.ts';
import { deviceId } from '../../sdk/model/ids.ts';
import type { ClockTrust } from '../../sdk/model/time.ts';
import { monoTime, wallTime } from '../../sdk/model/time.ts';
import { encodePointTable, pointTable } from '../../sdk/wire/point-table.ts';
import { encodeTelemetry, type Sample } from '../../sdk/wire/telemetry.ts';

/** Points `p-0`, `p-1` … of device `gate`, with three digits behind the point. */
export const tableOf = (points: number) =>
  pointTable(
    Array.from({ length: points }, (_, i) => ({ device: deviceId('gate'), point: `p-${i}`, resolution: 0.001 })),
  );

/** Values that look like those of a sensor: a slow wave and some noise, the same every time. */
export const valueAt = (column: number, i: number): number =>
  Math.round(400 + 50 * Math.sin(i / 500 + column) + ((i * 7_919 + column * 31) % 9)) / 1_000;

export function samplesAt(points: number, at: number, i: number): readonly Sample[] {
  return Array.from({ length: points }, (_, column) => ({
    column,
    wall: wallTime(at + ((i * 13 + column) % 40)),
    value: { quality: 'good', at: monoTime(0), value: valueAt(column, i) },
  }));
}

/** The table, and a way to append what was read at some time, one sample a point. */
export async function telemetryInto(journal: Journal, points: number, trust: ClockTrust = 'synced') {
  const table = tableOf(points);
  await journal.keep({ key: `table/${table.hash}`, value: encodePointTable(table) });
  return (at: number, i: number): Promise<Seq> =>
    journal.append('telemetry', wallTime(at), (seq) =>
      encodeTelemetry({ log: journal.id, seq, boot: 1, trust, table: table.hash }, table, samplesAt(points, at, i)),
    );
}
