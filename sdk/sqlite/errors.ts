/** The file cannot be what we wrote, whatever SQLite may say of it. */
export class DamagedFile extends Error {}

/** Result codes of SQLite that say the file itself is bad: sqlite.org/rescode.html. */
const corrupt = 11;
const notADatabase = 26;
/** The file is shorter than it says. */
const shortRead = 522;
const error = 1;

/** Also `ERROR`, which is what a table gives that is not the one we made. */
export function isDamage(e: unknown): boolean {
  return isCorrupt(e) || (resultCode(e) & 0xff) === error;
}

/** Damage for certain, and not a mistake of ours. */
export function isCorrupt(e: unknown): boolean {
  const code = resultCode(e);
  return e instanceof DamagedFile || code === shortRead || [corrupt, notADatabase].includes(code & 0xff);
}

/** No room, on the disk or under `max_page_count`. */
export const isFull = (e: unknown): boolean => (resultCode(e) & 0xff) === 13;

/** SQLite says it, of the file or of the disk under it; not a mistake of ours. */
export const isOfSqlite = (e: unknown): boolean => e instanceof DamagedFile || resultCode(e) !== 0;

/** Another process has it. */
export const isBusy = (e: unknown): boolean => [5, 6].includes(resultCode(e) & 0xff);

function resultCode(e: unknown): number {
  if (!(e instanceof Error)) return 0;
  if ('errcode' in e && typeof e.errcode === 'number') return e.errcode;
  return wordsOfCodes.get(e.message) ?? 0;
}

/** `all` of the package for Node 20 throws without a code: there SQLite's own words (sqlite3_errstr) have to do. */
const wordsOfCodes: ReadonlyMap<string, number> = new Map([
  ['database is locked', 5],
  ['disk I/O error', 10],
  ['database disk image is malformed', corrupt],
  ['database or disk is full', 13],
  ['file is not a database', notADatabase],
]);
