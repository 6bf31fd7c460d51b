import { describeError, FengsuiError } from '../../../sdk/model/errors.ts';
import { isDamage } from '../../../sdk/sqlite/errors.ts';
import type { Entry, HistoryPage, HistoryQuery, Seq } from '../journal.ts';
import { historyBuffer } from './buffer.ts';
import type { Chunk } from './chunk-rows.ts';
import type { HistoryFile } from './history-file.ts';
import { historyPage } from './page.ts';
import { hourOf } from './sample.ts';
import { both } from './source.ts';
import { sampleTaker } from './telemetry-samples.ts';

export type HistoryOptions = {
  readonly file: HistoryFile;
  /** Identity of the journal: positions in another's lane mean nothing. */
  readonly journal: number;
  readonly read: (after: Seq, limit: number) => readonly Entry[];
  /** The bytes of a point table by its hash. */
  readonly tableBytes: (hash: number) => Uint8Array | undefined;
  /** What is older gives way, as far as the clock can be trusted. */
  readonly days: number;
  /** Lets other work of the thread go first. */
  readonly pause: () => Promise<void>;
  /** Called with what is wrong, and with undefined when it is well again. */
  readonly onTrouble: (why: string | undefined) => void;
  /** A file of the journal is damaged and marked; it is set aside when it is opened next. */
  readonly onDamage: (e: unknown) => void;
};

export type History = {
  /** The lane is safely stored up to this entry: takes what is new of it, in turns with other work. */
  take(upTo: Seq): void;
  /** Entries above are not in its file yet. Undefined while it is in trouble: then nobody should wait for it. */
  storedUpTo(): Seq | undefined;
  /** Writes what it has taken before the hour is over: the lane needs the room. */
  hurry(): void;
  /** @throws FengsuiError JOURNAL when closed */
  ask(query: HistoryQuery): Promise<HistoryPage>;
  /** Writes what it has taken. For the rest the next start reads the lane from the stored position on. */
  close(): void;
};

const entriesAtOnce = 16;
const chunksAtOnce = 32;
/** Samples held in memory, some 80 bytes each: then they are written before the hour is over. */
const mostSamples = 100_000;
/** After the disk refused, so many entries pass before it is tried again: packing costs more than an entry. */
const retryEntries = 8;
/** An entry whose point table has not come with so many others behind it will not have it any more. */
const tablePatience = 100;

/**
 * A consumer of the telemetry lane like an uplink, with a position that is stored together with its rows: each reading
 * is in the history exactly once, however the process ends. Of the running hour the lane is the store.
 */
export function history(options: HistoryOptions): History {
  const { file, journal, read, pause } = options;
  const buffer = historyBuffer();
  const takeSamples = sampleTaker(buffer, options.tableBytes);
  const stored = file.position();
  let position = stored.journal === journal ? stored.seq : 0;
  let written = position;
  let upTo = position;
  /** Of the first entry that is not written yet. */
  let hour: number | undefined;
  let notBefore = 0;
  let trusted: number | undefined;
  let again = false;
  let isHurried = false;
  let isTroubled = false;
  const life: { isClosed: boolean; running: Promise<void> | undefined } = { isClosed: false, running: undefined };

  function* chunks(): Generator<Chunk> {
    for (const series of buffer.all())
      for (const [hour, samples] of series.hours) yield file.chunk(series, hour, samples, series.step);
  }
  const store = (ready: readonly Chunk[]): void => {
    file.store(ready, { journal, seq: position });
    written = position;
    isTroubled = false;
    buffer.clear();
    hour = undefined;
    if (trusted !== undefined) file.dropBefore(hourOf(trusted) - options.days * 24);
    options.onTrouble(undefined);
  };
  const writeInTurns = async (): Promise<void> => {
    const ready: Chunk[] = [];
    for (const chunk of chunks()) {
      ready.push(chunk);
      if (ready.length % chunksAtOnce === 0) await pause();
      if (life.isClosed) return;
    }
    store(ready);
  };
  /** False: it waits for its point table. */
  const takeOne = (entry: Entry): boolean => {
    const taken = takeSamples(entry);
    if (taken === 'no-table' && upTo - entry.seq < tablePatience) return false;
    if (typeof taken === 'object' && taken.isTrusted) trusted = Math.max(trusted ?? 0, entry.at);
    position = entry.seq;
    return true;
  };
  /** Goes on without: what is held waits, within its bound. */
  const refused = (e: unknown): void => {
    if (isDamage(e)) throw e;
    notBefore = position + retryEntries;
    isTroubled = true;
    options.onTrouble(`not written, its readings stay in the journal meanwhile: ${describeError(e)}`);
  };
  const catchUp = async (): Promise<void> => {
    if (isHurried && position > written) await writeInTurns().catch(refused);
    isHurried = false;
    while (!life.isClosed && position < upTo) {
      if (buffer.count() >= mostSamples) await writeInTurns();
      const entries = read(position, entriesAtOnce).filter(({ seq }) => seq <= upTo);
      if (entries.length === 0) position = upTo; // what was between is gone
      for (const entry of entries) {
        const isOver = hour !== undefined && hour !== hourOf(entry.at) && entry.seq >= notBefore;
        hour ??= hourOf(entry.at);
        if (!takeOne(entry)) return;
        if (isOver) await writeInTurns().catch(refused);
        if (life.isClosed) return;
      }
      await pause();
    }
  };
  const failed = (e: unknown): void => {
    if (!isDamage(e)) return refused(e);
    options.onDamage(e);
  };
  const start = (): void => {
    again = life.running !== undefined;
    life.running ??= catchUp()
      .catch(failed)
      .finally(() => {
        life.running = undefined;
        if (again && !life.isClosed) start();
      });
  };
  return {
    take(last) {
      upTo = Math.max(upTo, last);
      start();
    },
    storedUpTo: () => (isTroubled ? undefined : written),
    hurry() {
      isHurried = true;
      start();
    },
    async ask(query) {
      while (life.running) await life.running;
      if (life.isClosed) throw new FengsuiError('JOURNAL', 'the history is closed: ask again when the gateway runs');
      return historyPage(both(file.source, buffer.source), query);
    },
    close() {
      life.isClosed = true;
      try {
        if (position > written) store([...chunks()]);
      } catch (e) {
        failed(e);
      }
      file.close();
    },
  };
}
