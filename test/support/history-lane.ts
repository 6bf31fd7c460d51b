import { type History, history } from '../../edge/journal/history/history.ts';
import { openHistoryFile } from '../../edge/journal/history/history-file.ts';
import type { Entry } from '../../edge/journal/journal.ts';
import { describeError } from '../../sdk/model/errors.ts';
import { wallTime } from '../../sdk/model/time.ts';
import type { OpenDatabase } from '../../sdk/sqlite/driver.ts';
import { encodePointTable } from '../../sdk/wire/point-table.ts';
import { encodeTelemetry } from '../../sdk/wire/telemetry.ts';
import { samplesAt, tableOf } from './history-entries.ts';

export const historyStart = 490_000 * 3_600_000;
export const historyPeriodMs = 10_000;

/** A history in a file of its own that takes in a lane of `points` points with a value each every ten seconds; its entries are made as they are read. */
export function historyOfLane(open: OpenDatabase, path: string, points: number): History {
  const table = tableOf(points);
  const tableBytes = encodePointTable(table);
  const fail = (e: unknown): void => {
    if (e !== undefined) throw new Error(`history: ${describeError(e)}`);
  };
  const entry = (seq: number): Entry => {
    const at = historyStart + (seq - 1) * historyPeriodMs;
    const batch = { log: 1, seq, boot: 1, trust: 'synced', table: table.hash } as const;
    return { seq, at: wallTime(at), body: encodeTelemetry(batch, table, samplesAt(points, at, seq)) };
  };
  return history({
    file: openHistoryFile(open, { path, maxBytes: 512 * 1_048_576 }, []),
    journal: 1,
    read: (after, limit) => Array.from({ length: limit }, (_, k) => entry(after + k + 1)),
    tableBytes: () => tableBytes,
    days: 400,
    pause: () => new Promise((done) => setImmediate(done)),
    onTrouble: fail,
    onDamage: fail,
  });
}
