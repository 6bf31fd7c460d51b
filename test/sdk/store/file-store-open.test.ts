import { chmod, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSqlite } from '../../../sdk/sqlite/driver.ts';
import { opened, openFileStore } from '../../../sdk/store/file/open-file-store.ts';
import { steps } from '../../../sdk/store/file/steps.ts';
import { alarmEntry, auditEntry, sample } from '../../contract/platform-store-contract.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const refusal = async (folder: string): Promise<unknown> =>
  openFileStore({ folder }).then(
    () => 'it was opened',
    (e: unknown) => e,
  );
const database = async (folder: string) => (await loadSqlite())(`file://${join(folder, 'fengsui.db')}`);

describe('the folder of a file store', () => {
  it('is made for its owner only', async () => {
    const folder = join(await temporaryFolder(), 'store');
    await using store = await openFileStore({ folder });
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await store.alarms.list()).items).toEqual([]);
  });

  it('leaves no log behind when it is closed', async () => {
    const folder = await temporaryFolder();
    {
      await using store = await openFileStore({ folder });
      await store.alarms.append(alarmEntry(1));
    }
    const log = (await readdir(folder)).includes('fengsui.db-wal')
      ? await stat(join(folder, 'fengsui.db-wal'))
      : undefined;
    expect(log?.size ?? 0).toBe(0);
  });

  it('is free again when the store could not be closed in order', async () => {
    const folder = await temporaryFolder();
    const store = await openFileStore({ folder });
    const other = await database(folder);
    other.exec('BEGIN IMMEDIATE'); // somebody looks at it with a tool of their own
    const closed = store[Symbol.asyncDispose]();
    await expect(closed).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    other.exec('ROLLBACK');
    other.close();
    await (await openFileStore({ folder }))[Symbol.asyncDispose]();
  });

  it('is refused when it is of a newer program, of another one, or damaged', async () => {
    const newer = await temporaryFolder();
    await (await openFileStore({ folder: newer }))[Symbol.asyncDispose]();
    const db = await database(newer);
    db.exec(`PRAGMA user_version=${steps.length + 1}`);
    db.close();
    expect(await refusal(newer)).toMatchObject({
      code: 'STORE',
      message: expect.stringContaining('run the newer program'),
    });

    const foreign = await temporaryFolder();
    const other = await database(foreign);
    other.exec('CREATE TABLE theirs (a)');
    other.close();
    expect(await refusal(foreign)).toMatchObject({
      code: 'STORE',
      message: expect.stringContaining('another program'),
    });

    const damaged = await temporaryFolder();
    await writeFile(join(damaged, 'fengsui.db'), 'no database'.repeat(1_000));
    expect(await refusal(damaged)).toMatchObject({ code: 'STORE', message: expect.stringContaining('damaged') });
    expect(await refusal(damaged)).toMatchObject({ code: 'STORE' }); // and not “open already”
  });

  it('is refused where it is none, and bad options are', async () => {
    const file = join(await temporaryFolder(), 'a');
    await writeFile(file, '');
    await chmod(file, 0o400);
    expect(await refusal(file)).toMatchObject({ code: 'STORE', message: expect.stringContaining(file) });
    const folder = await temporaryFolder();
    await expect(openFileStore({ folder, historyDays: 0 })).rejects.toMatchObject({ code: 'INVALID' });
  });

  it('is brought to the present layout with what is in it', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'fengsui.db');
    const old = opened(await loadSqlite(), path, steps.slice(0, 1));
    old.exec(`INSERT INTO audit VALUES ('old', 1000, 'A', 'x', NULL, NULL, 'done', NULL)`);
    old.close();
    await using store = await openFileStore({ folder });
    expect((await store.audit.list()).items).toEqual([auditEntry('old', { at: new Date(1_000), who: 'A', act: 'x' })]);
    expect(await store.history.append([sample(1)])).toEqual({ added: 1, leftOut: 0 });
  });
});

it('lets nobody change or delete what was recorded, and syncs each commit', async () => {
  const folder = await temporaryFolder();
  await using store = await openFileStore({ folder });
  await store.alarms.append(alarmEntry(1));
  await store.audit.append(auditEntry('a'));
  const db = await database(folder);
  for (const table of ['alarms', 'audit']) {
    expect(() => db.exec(`UPDATE ${table} SET device = 'other'`)).toThrow(/never changed/);
    expect(() => db.exec(`DELETE FROM ${table}`)).toThrow(/never deleted/);
  }
  db.close();
  expect((await store.alarms.list()).items).toEqual([alarmEntry(1)]);
});
