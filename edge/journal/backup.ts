import { closeSync, fsyncSync, openSync, renameSync, rmSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { describeError } from '../../sdk/model/errors.ts';
import type { Database } from '../../sdk/sqlite/driver.ts';
import type { Note } from './store.ts';

const backupOf = (path: string, version: number): string => `${path}.v${version}.bak`;
/** The copy, and as much again for what comes after it. */
const roomFor = 2;

/** Puts a copy of the file beside it, for who has to go back to an older program. Where there is no room it is left out, with a note. */
export function backUp(db: Database, of: { readonly path: string; readonly version: number }, notes: Note[]): void {
  const backup = backupOf(of.path, of.version);
  const part = `${backup}.part`;
  try {
    rmSync(part, { force: true });
    const bytes = sizeOf(db);
    const { bavail, bsize } = statfsSync(dirname(of.path));
    if (bavail * bsize < bytes * roomFor) throw new Error(`it takes ${bytes} bytes, and ${bavail * bsize} are free`);
    db.exec(`VACUUM INTO '${part.replaceAll("'", "''")}'`); // a plain copy would close the file and with it SQLite's lock on it
    synced(part);
    renameSync(part, backup);
    synced(dirname(of.path));
  } catch (e) {
    rmSync(part, { force: true });
    notes.push({
      kind: 'no-copy',
      text: `no copy of version ${of.version} of ${of.path} could be kept: ${describeError(e)}`,
    });
  }
}

/** Copies of the versions before this one, which has been opened before: it runs. */
export function removeBackups(path: string, version: number): void {
  for (let older = 1; older < version; older++) rmSync(backupOf(path, older), { force: true });
}

function sizeOf(db: Database): number {
  const { bytes } =
    db.prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size').get() ?? {};
  return Number(bytes);
}

function synced(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
