import { existsSync, readdirSync, rmSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import type { Entry, Journal } from '../../../edge/journal/journal.ts';
import { openJournal } from '../../../edge/journal/open-journal.ts';
import { wallTime } from '../../../sdk/model/time.ts';
import { loadSqlite } from '../../../sdk/sqlite/driver.ts';
import { journalDirectory } from '../../support/journal-directory.ts';
import { smallDisk } from '../../support/small-disk.ts';
import { versionOneFile } from '../../support/version-one-file.ts';

const entries = (count: number, bytes = 100): readonly Entry[] =>
  Array.from({ length: count }, (_, i) => ({ seq: i + 1, at: wallTime(i), body: new Uint8Array(bytes).fill(i) }));

/** Version and number of entries of a file that nobody has open. */
async function lookInto(path: string): Promise<{ version: unknown; entries: unknown }> {
  const db = (await loadSqlite())(pathToFileURL(path).href);
  const version = db.prepare('PRAGMA user_version').get()?.['user_version'];
  return { version, entries: db.prepare('SELECT count(*) AS n FROM entry').get()?.['n'] };
}

it('a file of the first version is brought to the second, with a copy beside it until the start after', async () => {
  await using directory = journalDirectory();
  const path = directory.file('telemetry.db');
  const before = entries(300);
  await versionOneFile(path, before, { id: 4_711, 'cursor:platform': 20, evicted: 3 });
  {
    await using journal = await openJournal(directory.options);
    expect(journal.id).toBe(4_711);
    expect(await journal.read('telemetry', 0, 1_000)).toEqual(before);
    expect(await journal.cursor('platform', 'telemetry')).toBe(20);
    expect(journal.status().lanes.telemetry).toMatchObject({ first: 1, last: 300, evicted: 3, summarised: 0 });
    expect(await journal.append('telemetry', wallTime(1), () => Uint8Array.of(1))).toBe(301);
    expect(directory.log.lines).toEqual([]);
  }
  expect(await lookInto(`${path}.v1.bak`)).toEqual({ version: 0, entries: 300 });
  {
    await using journal = await openJournal(directory.options);
    expect(journal.status().lanes.telemetry.last).toBe(301);
    expect(existsSync(`${path}.v1.bak`)).toBe(false);
  }
  expect(await lookInto(path)).toEqual({ version: 2, entries: 301 });
});

it('what a cut left of a copy is no hindrance', async () => {
  await using directory = journalDirectory();
  const path = directory.file('telemetry.db');
  await versionOneFile(path, entries(30), { id: 4_711 });
  await versionOneFile(`${path}.v1.bak`, entries(20), { id: 4_711 });
  await versionOneFile(`${path}.v1.bak.part`, entries(10), { id: 4_711 });
  {
    await using journal = await openJournal(directory.options);
    expect((await journal.read('telemetry', 0, 100)).length).toBe(30);
  }
  expect(readdirSync(directory.directory).filter((name) => name.includes('.v1.'))).toEqual(['telemetry.db.v1.bak']);
  expect(await lookInto(`${path}.v1.bak`)).toMatchObject({ entries: 30 });
});

it('on a full disk the file stays as it is and is read; it changes at the first start with room', async (ctx) => {
  await using disk = await smallDisk(24);
  if (!disk) return ctx.skip('no file system may be mounted here');
  await using directory = journalDirectory();
  const options = { ...directory.options, directory: disk.path };
  const path = `${disk.path}/telemetry.db`;
  const before = entries(300);
  const { id } = await closedAgain(openJournal(options)); // for the two other files
  rmSync(path);
  await versionOneFile(path, before, { id });
  disk.fill();
  {
    await using journal = await openJournal(options);
    expect(await journal.read('telemetry', 0, 1_000)).toEqual(before);
    expect(directory.log.lines.join()).toContain('telemetry.db stays at version 1: there is no room');
    expect(journal.status().quarantined).toBe(0);
  }
  disk.free();
  {
    await using journal = await openJournal(options);
    expect(await journal.read('telemetry', 0, 1_000)).toEqual(before);
    expect(await journal.append('telemetry', wallTime(1), () => Uint8Array.of(1))).toBe(301);
  }
  expect(await lookInto(path)).toEqual({ version: 2, entries: 301 });
});

async function closedAgain(opening: Promise<Journal>): Promise<Journal> {
  await using journal = await opening;
  return journal;
}
