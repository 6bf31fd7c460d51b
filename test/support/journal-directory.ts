import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalOptions } from '../../edge/journal/open-journal.ts';
import { type Clock, systemClock } from '../../edge/platform/clock.ts';
import type { Log } from '../../edge/platform/log.ts';

/** The bundled thread: `npm test` builds it before the tests. */
export const journalWorker = new URL('../../dist/journal-worker.js', import.meta.url);

/** Keeps the notes of damage and the reports of trouble, as lines `event value`. */
export function listLog(): Log & { readonly lines: string[]; heard(event: string): Promise<void> } {
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  const keep = (event: string, fields: object = {}): void => {
    lines.push([event, ...Object.values(fields)].join(' '));
    for (const listener of listeners) listener();
  };
  /** Resolves once the event was logged, now or before. */
  const heard = (event: string): Promise<void> =>
    new Promise((done) => {
      const check = (): void => {
        if (!lines.some((line) => line.startsWith(event))) return;
        listeners.delete(check);
        done();
      };
      listeners.add(check);
      check();
    });
  const log = { lines, heard, info: keep, warn: keep, child: () => log };
  return log;
}

/** A directory of its own for one journal, and the options to open it. */
export function journalDirectory(clock: Clock = systemClock('synced')) {
  const directory = mkdtempSync(join(tmpdir(), 'fengsui-journal-'));
  const log = listLog();
  return {
    directory,
    log,
    options: { directory, maxBytes: 4 * 1_024 * 1_024, worker: journalWorker, clock, log } satisfies JournalOptions,
    file: (name: string): string => join(directory, name),
    async [Symbol.asyncDispose]() {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
