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

/** Noise in 0–1 that is the same every time, and that no compression can foresee. */
function noise(column: number, i: number): number {
  let x = Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(column + 1, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32;
}

/** Values like those of a sensor: a slow wave, and noise over some ten steps. */
const valueAt = (column: number, i: number): number =>
  Math.round(400 + 50 * Math.sin(i / 500 + column) + 10 * noise(column, i)) / 1_000;

export function samplesAt(points: number, at: number, i: number): readonly Sample[] {
  return Array.from({ length: points }, (_, column) => ({
    column,
    wall: wallTime(at + Math.floor(40 * noise(column + 1_000, i))), // a bus is never quite on time
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
