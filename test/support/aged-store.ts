import { setImmediate } from 'node:timers/promises';
import { openSqliteStore } from '../../edge/journal/sqlite-store.ts';
import type { Store, StoreOptions } from '../../edge/journal/store.ts';
import { loadSqlite } from '../../sdk/sqlite/driver.ts';
import { encodePointTable, type PointTable } from '../../sdk/wire/point-table.ts';
import { journalDirectory } from './journal-directory.ts';

const turnsOfRest = 3_000;

/**
 * A store of files in this thread, for one test: the lock of the driver for Node 20 lasts until its statements are
 * collected, so a folder is not opened twice.
 */
export async function withAgedStore(
  options: Partial<StoreOptions> & { readonly maxBytes: number },
  test: (store: Store, directory: ReturnType<typeof journalDirectory>) => Promise<void>,
): Promise<void> {
  await using directory = journalDirectory();
  const history = { days: 400, maxBytes: 64 * 1_048_576 };
  const all = { directory: directory.directory, maxDays: 90, newId: 7, history, ...options };
  const store = openSqliteStore(await loadSqlite(), all);
  try {
    await test(store, directory);
  } finally {
    store.close();
  }
}

export const keepTable = (store: Store, table: PointTable): Promise<void> =>
  store.write('alarm', [{ kind: 'keep', keep: { key: `table/${table.hash}`, value: encodePointTable(table) } }]);

/** Until the store has had the time for all that it does between writes. */
export async function atRest(): Promise<void> {
  for (let turn = 0; turn < turnsOfRest; turn++) await setImmediate();
}
