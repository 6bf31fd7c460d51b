import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Why a file was renamed: it is kept for whoever wants to look at it, or for the program that can read it. */
export type AsideReason = 'corrupt' | 'newer';

const damagedMark = '.damaged';
const salvageMark = '.salvage';
/** A file whose salvage ended the process so often is left alone. */
const mostTries = 3;

/** Leaves word to set the file aside when it is opened next: its damage may be in a place that no check at start sees. */
export function markDamaged(path: string): void {
  writeFileSync(path + damagedMark, '');
}

export const isMarkedDamaged = (path: string): boolean => existsSync(path + damagedMark);

/** Renames the file and its log to `*.corrupt-<n>` or `*.newer-<n>`. Returns the new path. */
export function setAside(path: string, reason: AsideReason, willBeSalvaged: boolean): string {
  let n = 1;
  while (existsSync(`${path}.${reason}-${n}`)) n += 1;
  const aside = `${path}.${reason}-${n}`;
  // First, and synced: a start that is cut off on the way is made up for by the next.
  if (willBeSalvaged) writeFileSync(path + salvageMark, `${basename(aside)}\n`, { flush: true });
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  rmSync(path + damagedMark, { force: true });
  return aside;
}

/** The file that was set aside in the place of this one and is still to be salvaged. Counts as a try. */
export function trySalvage(path: string): string | undefined {
  const mark = path + salvageMark;
  if (!existsSync(mark)) return undefined;
  const [name = '', tries = ''] = readFileSync(mark, 'utf8').split('\n');
  const aside = join(dirname(path), name);
  if (name === '' || !existsSync(aside) || tries.length >= mostTries) {
    rmSync(mark);
    return undefined;
  }
  appendFileSync(mark, '.');
  return aside;
}

export const salvageDone = (path: string): void => rmSync(path + salvageMark, { force: true });
