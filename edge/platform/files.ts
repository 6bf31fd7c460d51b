import { copyFile, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The file's text, or `undefined` if there is none. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (e) {
    if (e instanceof Error && 'code' in e && e.code === 'ENOENT') return undefined;
    throw e;
  }
}

export const readBytes = (path: string): Promise<Buffer> => readFile(path);

export const makeFolder = (path: string): Promise<unknown> => mkdir(path, { recursive: true });

/** Where the text before the last replacement is. */
export const previousOf = (path: string): string => `${path}.previous`;

/** Replaces a file so that after a power cut there is the old text or the new, never half of one. The old stays as `.previous`. */
export async function replaceText(path: string, text: string, mode = 0o666): Promise<void> {
  const next = `${path}.next`;
  await rm(next, { force: true }); // a mode counts only for a file that is made
  const file = await open(next, 'w', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  // Copied and not renamed: at no moment may there be no file at all.
  await copyFile(path, previousOf(path)).catch((e: unknown) => {
    if (!(e instanceof Error && 'code' in e && e.code === 'ENOENT')) throw e;
  });
  await rename(next, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
