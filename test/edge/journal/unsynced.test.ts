import { copyFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type AlarmFile, openAlarmFile } from '../../../edge/journal/alarm-file.ts';
import { openSqliteStore } from '../../../edge/journal/sqlite-store.ts';
import type { TelemetrySync } from '../../../edge/journal/store.ts';
import { unsynced } from '../../../edge/journal/unsynced.ts';
import { loadSqlite } from '../../../sdk/sqlite/driver.ts';
import { journalDirectory } from '../../support/journal-directory.ts';

async function withAlarms(test: (alarms: AlarmFile, file: string) => void): Promise<void> {
  await using directory = journalDirectory();
  const file = directory.file('alarms.db');
  const alarms = openAlarmFile(await loadSqlite(), file, []);
  try {
    test(alarms, file);
  } finally {
    alarms.close();
  }
}

const kernel = { now: 11, next: 22 };

it.each<[TelemetrySync, 'killed' | 'stopped', number, boolean]>([
  ['os', 'killed', kernel.next, true],
  ['os', 'killed', kernel.now, false], // the kernel was not restarted: what it held is there
  ['os', 'stopped', kernel.next, false],
  ['always', 'killed', kernel.next, false],
])('readings synced “%s”, %s, then kernel %i: some may be missing: %s', (fsync, end, then, mayBeShort) =>
  withAlarms((alarms) => {
    const before = unsynced(alarms, fsync, kernel.now);
    expect(before.mayBeShort).toBe(false);
    before.begin();
    if (end === 'stopped') before.end();
    expect(unsynced(alarms, 'always', then).mayBeShort).toBe(mayBeShort);
  }),
);

it('where readings may be missing, numbers go on above all that can have been given', async () => {
  await using directory = journalDirectory();
  await withAlarms((alarms, file) => {
    unsynced(alarms, 'os', kernel.now).begin();
    alarms.file.setMark('peer-ceiling', 1_500);
    alarms.file.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    copyFileSync(file, directory.file('alarms.db')); // the driver for Node 20 keeps its lock on the other
  });
  const room = { maxBytes: 512 * 1_024, maxDays: 90, history: { days: 1, maxBytes: 512 * 1_024 } };
  const store = openSqliteStore(await loadSqlite(), { directory: directory.directory, newId: 7, ...room });
  expect(store.opened.next).toEqual({ alarm: 1, telemetry: 2_501 });
  expect(store.opened.notes.map(({ text }) => text).join()).toContain('telemetry entries after 0 may be gone');
  store.close();
});
