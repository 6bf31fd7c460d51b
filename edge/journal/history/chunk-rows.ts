import type { Row } from '../../../sdk/sqlite/driver.ts';
import { isScalar } from '../../../sdk/wire/parse.ts';
import type { DatabaseFile } from '../database-file.ts';
import { checksum, seal, unseal } from '../seal.ts';
import { unpackSamples } from './pack.ts';
import { nothing, type Sample, type Series, type Summary, summaryOf } from './sample.ts';
import type { SeriesIds } from './series-ids.ts';
import { type Source, seriesKey } from './source.ts';

/** One row a point and hour: a row per sample took 160 times the writes and 12 times the room. */
export const chunkSchema = `
  CREATE TABLE IF NOT EXISTS chunk(
    series INTEGER NOT NULL, hour INTEGER NOT NULL, n INTEGER NOT NULL, good INTEGER NOT NULL, min REAL, max REAL, sum REAL,
    last_at REAL NOT NULL, last TEXT, crc INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY(series, hour)) STRICT, WITHOUT ROWID`;

/** One series and hour, ready to be stored. */
export type Chunk = {
  readonly series: Series;
  readonly hour: number;
  readonly summary: Summary;
  readonly body: Uint8Array;
};

export type ChunkRows = {
  readonly source: Source;
  /** Inside a transaction. */
  put(id: number, chunk: Chunk): void;
  /** Inside a transaction. All hours of a series before this one. */
  remove(id: number, before: number): void;
  nextHour(id: number, from: number): number | undefined;
  damaged(): number;
};

/** Summary and body have a checksum each, so that a summary can be believed without reading the body. */
export function chunkRows({ db }: DatabaseFile, ids: SeriesIds): ChunkRows {
  const damaged = new Set<string>();
  const put = db.prepare(
    'INSERT OR REPLACE INTO chunk(series, hour, n, good, min, max, sum, last_at, last, crc, body) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const remove = db.prepare('DELETE FROM chunk WHERE series = ? AND hour < ?');
  const next = db.prepare('SELECT min(hour) AS hour FROM chunk WHERE series = ? AND hour >= ?');
  const head = db.prepare('SELECT n, good, min, max, sum, last_at, last, crc FROM chunk WHERE series = ? AND hour = ?');
  const body = db.prepare('SELECT body FROM chunk WHERE series = ? AND hour = ?');
  const nextHour = (id: number, from: number): number | undefined => {
    const hour = next.get(id, from)?.['hour'];
    return typeof hour === 'number' ? hour : undefined;
  };
  const unreadable = (series: Series, hour: number): void => void damaged.add(bodyLabel(series, hour));
  const samples = (series: Series, hour: number): readonly Sample[] => {
    const row = body.get(ids.of(series) ?? -1, hour);
    if (!row) return [];
    const found = samplesIn(series, hour, row);
    if (!found) unreadable(series, hour);
    return found ?? [];
  };
  return {
    put(id, { series, hour, summary, body }) {
      const { n, good, min, max, sum, lastAt, last } = summary;
      const told = last === null ? null : JSON.stringify(last);
      const crc = checksum(headLabel(series, hour, summary));
      put.run(id, hour, n, good, min, max, sum, lastAt, told, crc, seal(bodyLabel(series, hour), body));
      damaged.delete(bodyLabel(series, hour));
    },
    remove: (id, before) => void remove.run(id, before),
    nextHour,
    damaged: () => damaged.size,
    source: {
      points: (device) => ids.points(device),
      nextHour(series, from) {
        const id = ids.of(series);
        return id === undefined ? undefined : nextHour(id, from);
      },
      samples,
      summary(series, hour) {
        const row = head.get(ids.of(series) ?? -1, hour);
        if (!row) return nothing;
        const summary = summaryIn(row);
        if (summary && row['crc'] === checksum(headLabel(series, hour, summary))) return summary;
        unreadable(series, hour);
        return summaryOf(samples(series, hour));
      },
    },
  };
}

const bodyLabel = (series: Series, hour: number): string => `${seriesKey(series)} ${hour}`;

const headLabel = (series: Series, hour: number, { n, good, min, max, sum, lastAt, last }: Summary): string =>
  JSON.stringify([bodyLabel(series, hour), n, good, min, max, sum, lastAt, last]);

function samplesIn(series: Series, hour: number, row: Row): readonly Sample[] | undefined {
  const bytes = unseal(bodyLabel(series, hour), row['body']);
  try {
    return bytes && unpackSamples(hour, bytes);
  } catch {
    return undefined; // sound, but of a version that is not known here
  }
}

function summaryIn(row: Row): Summary | undefined {
  const { n, good, min, max, sum, last_at: lastAt, last } = row;
  if (typeof n !== 'number' || typeof good !== 'number' || typeof lastAt !== 'number') return undefined;
  if (!isNumberOrNull(min) || !isNumberOrNull(max) || !isNumberOrNull(sum)) return undefined;
  const value = scalarIn(last);
  return value === undefined ? undefined : { n, good, min, max, sum, lastAt, last: value };
}

const isNumberOrNull = (x: unknown): x is number | null => x === null || typeof x === 'number';

function scalarIn(text: unknown): Summary['last'] | undefined {
  if (text === null) return null;
  try {
    const value: unknown = typeof text === 'string' ? JSON.parse(text) : undefined;
    return isScalar(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
