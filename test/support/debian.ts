import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/**
 * Whether a program of Debian that a test needs is on the path, so that the test can be skipped where it is not.
 * On CI nothing is skipped.
 * @throws Error when `CI` is set and the program is missing.
 */
export function debian(program: string): boolean {
  const isThere = `${process.env['PATH'] ?? ''}:/usr/sbin`
    .split(':')
    .some((folder) => isExecutable(join(folder, program)));
  if (!isThere && process.env['CI'])
    throw new Error(`${program} is missing, and CI must not skip a test: apt-get install ${program}`);
  return isThere;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
