import { type FileHandle, link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FengsuiError } from '../model/errors.ts';

/** A folder for its owner alone. One that is there already is left as it is. */
export async function makeSecretFolder(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await mkdir(path, { mode: 0o700 }).catch((e: unknown) => {
    if (!hasCode(e, 'EEXIST')) throw e;
  });
}

/** The text of a file that nobody but its owner can open. @throws FengsuiError FORBIDDEN, NOT_FOUND */
export async function readSecret(path: string): Promise<string> {
  const file = await open(path, 'r').catch((e: unknown) => {
    throw isMissing(e) ? new FengsuiError('NOT_FOUND', `there is no ${path}`) : e;
  });
  try {
    const mode = (await file.stat()).mode & 0o777;
    if ((mode & 0o077) === 0) return await file.readFile('utf8');
    throw new FengsuiError(
      'FORBIDDEN',
      `${path} can be opened by others than its owner (mode ${mode.toString(8)}). Was it ever copied or read by them? Then the key is theirs, too: make a new one. If not: chmod 600 ${path}`,
    );
  } finally {
    await file.close();
  }
}

/** The file's text, or `undefined` if there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((e: unknown) => {
    if (isMissing(e)) return undefined;
    throw e;
  });
}

/** Bytes of a file; 0 if there is none. */
export async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    (e: unknown) => {
      if (isMissing(e)) return 0;
      throw e;
    },
  );
}

/** @throws FengsuiError CONFLICT when the file is there */
export async function refuseExisting(path: string): Promise<void> {
  if ((await readIfThere(path)) !== undefined) throw existing(path);
}

/**
 * Writes a file that was not there. After a power cut it is there whole or not at all: half a key would be taken for one
 * and never written over.
 * @throws FengsuiError CONFLICT
 */
export async function writeNew(path: string, text: string, mode: 0o600 | 0o644): Promise<void> {
  const part = `${path}.${process.pid}.part`;
  await rm(part, { force: true }); // of a run that was cut off
  const file = await open(part, 'wx', mode);
  try {
    await finish(file, () => file.writeFile(text));
    await link(part, path); // a rename would write over what is there
  } catch (e) {
    throw hasCode(e, 'EEXIST') ? existing(path) : e;
  } finally {
    await rm(part, { force: true });
  }
  await syncFolder(dirname(path));
}

/** Adds a line to a file for its owner alone, behind the last whole line, so that it is there after a power cut. */
export async function appendLine(path: string, line: string): Promise<void> {
  const text = (await readIfThere(path)) ?? '';
  const file = await open(path, 'a', 0o600);
  await finish(file, async () => {
    const whole = Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1));
    if (whole !== Buffer.byteLength(text)) await file.truncate(whole);
    await file.writeFile(line);
  });
  await syncFolder(dirname(path));
}

/** Holds a folder for one piece of work, among all processes. @throws FengsuiError UNAVAILABLE when another holds it. */
export async function exclusively<T>(lock: string, work: () => Promise<T>): Promise<T> {
  const file = await open(lock, 'wx', 0o600).catch((e: unknown) => {
    if (!hasCode(e, 'EEXIST')) throw e;
    throw new FengsuiError(
      'UNAVAILABLE',
      `another command is at work on this authority. If there is none, it was killed: remove ${lock} and try again`,
    );
  });
  try {
    await file.close();
    return await work();
  } finally {
    await rm(lock, { force: true }); // somebody may have taken us for killed
  }
}

async function finish(file: FileHandle, work: () => Promise<void>): Promise<void> {
  try {
    await work();
    await file.sync();
  } finally {
    await file.close();
  }
}

/** What was done to the names in the folder of a file outlives a power cut. */
export const syncFolderOf = (file: string): Promise<void> => syncFolder(dirname(file));

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

const existing = (path: string): FengsuiError =>
  new FengsuiError('CONFLICT', `${path} is there already, and is not written over`);

const hasCode = (e: unknown, code: string): boolean => e instanceof Error && 'code' in e && e.code === code;
const isMissing = (e: unknown): boolean => hasCode(e, 'ENOENT');
