import { pathToFileURL } from 'node:url';
import type { Entry } from '../../edge/journal/journal.ts';
import { checksum, seal } from '../../edge/journal/seal.ts';
import { loadSqlite } from '../../sdk/sqlite/driver.ts';

/** How `telemetry.db` was made before files had a version number. Not to be changed any more. */
const layout = `
  PRAGMA page_size=4096; PRAGMA journal_mode=WAL; BEGIN; PRAGMA application_id=1181052519;
  CREATE TABLE mark(name TEXT PRIMARY KEY, value INTEGER NOT NULL, crc INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE entry(seq INTEGER PRIMARY KEY, at REAL NOT NULL, body BLOB NOT NULL) STRICT;
  CREATE TABLE kept(key TEXT PRIMARY KEY, value BLOB) STRICT, WITHOUT ROWID`;

/** A `telemetry.db` as the first version left it, with these entries and marks. */
export async function versionOneFile(
  path: string,
  entries: readonly Entry[],
  marks: Readonly<Record<string, number>>,
): Promise<void> {
  const db = (await loadSqlite())(pathToFileURL(path).href);
  db.exec(layout);
  // Without prepared statements: the driver for Node 20 keeps its lock on the file until those are collected.
  for (const { seq, at, body } of entries)
    db.exec(`INSERT INTO entry VALUES(${seq}, ${at}, x'${Buffer.from(seal(`${seq} ${at}`, body)).toString('hex')}')`);
  for (const [name, value] of Object.entries(marks))
    db.exec(`INSERT INTO mark VALUES('${name}', ${value}, ${checksum(`${name}=${value}`)})`);
  db.exec('COMMIT');
  db.close();
}
