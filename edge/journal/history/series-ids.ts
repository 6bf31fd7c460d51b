import type { DatabaseFile } from '../database-file.ts';
import type { Series } from './sample.ts';
import { seriesKey } from './source.ts';

export const seriesSchema = `
  CREATE TABLE IF NOT EXISTS series(
    id INTEGER PRIMARY KEY, device TEXT NOT NULL, point TEXT NOT NULL, UNIQUE(device, point)) STRICT`;

/** Numbers in the place of names, so that rows stay small. */
export type SeriesIds = {
  of(series: Series): number | undefined;
  /** Points of a device. */
  points(device: string): readonly string[];
  all(): readonly number[];
  /** Inside a transaction. What is new is added to `made`. */
  make(series: Series, made: Series[]): number;
  /** The transaction that made them was rolled back. */
  forget(made: readonly Series[]): void;
};

export function seriesIds({ db }: DatabaseFile): SeriesIds {
  const byKey = new Map<string, Series & { readonly id: number }>();
  for (const { id, device, point } of db.prepare('SELECT id, device, point FROM series').all()) {
    if (typeof id === 'number' && typeof device === 'string' && typeof point === 'string')
      byKey.set(seriesKey({ device, point }), { id, device, point });
  }
  const insert = db.prepare('INSERT INTO series(id, device, point) VALUES(?, ?, ?)');
  let last = Math.max(0, ...[...byKey.values()].map(({ id }) => id));
  return {
    of: (series) => byKey.get(seriesKey(series))?.id,
    points: (device) => [...byKey.values()].flatMap((series) => (series.device === device ? [series.point] : [])),
    all: () => [...byKey.values()].map(({ id }) => id),
    make(series, made) {
      const known = byKey.get(seriesKey(series));
      if (known) return known.id;
      last++;
      const { device, point } = series;
      insert.run(last, device, point);
      byKey.set(seriesKey(series), { id: last, device, point });
      made.push(series);
      return last;
    },
    forget(made) {
      for (const series of made) byKey.delete(seriesKey(series));
    },
  };
}
