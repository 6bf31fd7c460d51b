import type { Scalar } from '../../../sdk/model/point.ts';
import type { PointTable } from '../../../sdk/wire/point-table.ts';
import { openReadings, qualityCode, type Sample as Read } from '../../../sdk/wire/telemetry.ts';
import type { Entry } from '../journal.ts';
import type { HistoryBuffer } from './buffer.ts';
import { knownTables, readable } from './known-tables.ts';

/** `unread`: it is no telemetry that can be read. `no-table`: its point table is not stored, or not stored yet. */
export type Taken = { readonly isTrusted: boolean } | 'unread' | 'no-table';

/** Puts what an entry of the lane holds into the buffer, all of it or nothing. */
export function sampleTaker(
  buffer: HistoryBuffer,
  tableBytes: (hash: number) => Uint8Array | undefined,
): (entry: Entry) => Taken {
  const tableOf = knownTables(tableBytes);
  return (entry) => {
    const batch = readable(() => openReadings(entry.body));
    if (!batch) return 'unread';
    const table = tableOf(batch.table);
    if (!table) return 'no-table';
    const samples = readable(() => batch.samples(table));
    if (!samples) return 'unread';
    put(samples, table, buffer);
    return { isTrusted: batch.trust === 'synced' };
  };
}

function put(samples: readonly Read[], table: PointTable, buffer: HistoryBuffer): void {
  const bySeries = table.columns.map((column) => buffer.series(column, column.resolution));
  for (const { column, wall, value } of samples) {
    const series = bySeries[column];
    const kept: Scalar | null = value.quality === 'lost' ? null : value.value;
    if (series && wall >= 0) buffer.add(series, { at: wall, code: qualityCode(value), value: kept });
  }
}
