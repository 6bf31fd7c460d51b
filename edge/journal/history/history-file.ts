import type { OpenDatabase } from '../../../sdk/sqlite/driver.ts';
import { isFull } from '../../../sdk/sqlite/errors.ts';
import { openDatabaseFile, pageBytes } from '../database-file.ts';
import type { Seq } from '../journal.ts';
import type { Note } from '../store.ts';
import { type Chunk, chunkRows, chunkSchema } from './chunk-rows.ts';
import { packSamples } from './pack.ts';
import { type Sample, type Series, summaryOf } from './sample.ts';
import { seriesIds, seriesSchema } from './series-ids.ts';
import { earlier, type Source } from './source.ts';

export type HistoryFile = {
  readonly source: Source;
  readonly setAside: number;
  /** Up to which entry of which journal the rows hold the lane. */
  readonly position: () => { readonly journal: number | undefined; readonly seq: Seq };
  /** A row as it will be once these samples are added to it. */
  chunk(series: Series, hour: number, more: readonly Sample[], step: number | undefined): Chunk;
  /** Rows and position together, or neither; synced when it returns. The oldest day gives way when there is no room. */
  store(chunks: readonly Chunk[], position: { readonly journal: number; readonly seq: Seq }): void;
  /** Gives up all that is older than this hour. */
  dropBefore(hour: number): void;
  /** Rows found damaged since start. */
  damaged(): number;
  close(): void;
};

type Options = { readonly path: string; readonly maxBytes: number };

const dayHours = 24;
/** Share of the room that is kept free for the rows of the next hour. */
const spare = 0.1;

/**
 * `history.db`. Damage in it costs history alone. It is not read through at start, which would take seconds on a card:
 * every row has its checksums, and a file that turns out damaged is set aside when it does.
 */
export function openHistoryFile(open: OpenDatabase, options: Options, notes: Note[]): HistoryFile {
  const maxPages = Math.floor(options.maxBytes / pageBytes);
  const file = openDatabaseFile(
    open,
    {
      path: options.path,
      synchronous: 'FULL',
      checkpointPages: 1_000, // four hours of a busy site: each page is written to the file once in that time
      cacheKib: 1_280, // an hour of a hundred points: what does not fit is written twice
      steps: [`${seriesSchema}; ${chunkSchema}`],
      roomBytes: pageBytes,
      readThroughBytes: 0,
      isSalvaged: false,
    },
    notes,
  );
  file.db.exec(`PRAGMA max_page_count=${maxPages}`);
  const ids = seriesIds(file);
  const rows = chunkRows(file, ids);
  const oldestHour = (): number | undefined =>
    ids.all().reduce<number | undefined>((least, id) => earlier(least, rows.nextHour(id, 0)), undefined);
  const dropBefore = (hour: number): void =>
    file.transaction(() => {
      for (const id of ids.all()) rows.remove(id, hour);
    });
  /** False when there is nothing older than a day to give up. */
  const dropOldestDay = (newest: number): boolean => {
    const oldest = oldestHour();
    if (oldest === undefined || oldest + dayHours > newest) return false;
    dropBefore(Math.floor(oldest / dayHours) * dayHours + dayHours);
    return true;
  };
  const commit: HistoryFile['store'] = (chunks, { journal, seq }) => {
    const made: Series[] = [];
    try {
      file.transaction(() => {
        for (const chunk of chunks) rows.put(ids.make(chunk.series, made), chunk);
        file.setMark('journal', journal);
        file.setMark('position', seq);
      });
    } catch (e) {
      ids.forget(made); // rolled back with the rest
      throw e;
    }
  };
  return {
    setAside: file.setAside,
    source: rows.source,
    position: () => ({ journal: file.mark('journal'), seq: file.mark('position') ?? 0 }),
    chunk(series, hour, more, step) {
      const all = [...rows.source.samples(series, hour), ...more].toSorted((a, b) => a.at - b.at);
      return { series, hour, summary: summaryOf(all), body: packSamples(hour, all, step) };
    },
    store(chunks, position) {
      const newest = chunks.reduce((max, { hour }) => Math.max(max, hour), 0);
      while (file.usedPages() > maxPages * (1 - spare) && dropOldestDay(newest)) {
        // once more: a day may be smaller than what is needed
      }
      try {
        commit(chunks, position);
      } catch (e) {
        if (!isFull(e) || !dropOldestDay(newest)) throw e;
        commit(chunks, position);
      }
    },
    dropBefore,
    damaged: () => rows.damaged(),
    close: () => file.db.close(),
  };
}
