import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder, readBytes, readText, replaceText } from '../../../edge/platform/files.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const fresh = async (): Promise<string> => join(await temporaryFolder(), 'devices.json');

describe('replaceText', () => {
  it('makes the file when there is none', async () => {
    const file = await fresh();
    await replaceText(file, 'one');
    expect([await readText(file), await readText(`${file}.previous`), await readText(`${file}.next`)]).toEqual([
      'one',
      undefined,
      undefined,
    ]);
  });

  it('keeps the old text as .previous, always the last one', async () => {
    const file = await fresh();
    for (const text of ['one', 'two', 'three']) await replaceText(file, text);
    expect([await readText(file), await readText(`${file}.previous`)]).toEqual(['three', 'two']);
  });

  it('is not confused by half a file that a power cut left behind', async () => {
    const file = await fresh();
    await writeFile(`${file}.next`, 'half of something much longer');
    await replaceText(file, 'one');
    expect(await readText(file)).toBe('one');
  });

  it('at no moment is there no file, or half of one', async () => {
    const file = await fresh();
    await replaceText(file, 'x'.repeat(50_000));
    const done = new AbortController();
    const seen = new Set<number | undefined>();
    const watching = (async () => {
      while (!done.signal.aborted) seen.add((await readText(file))?.length);
    })();
    for (let i = 0; i < 100; i++) await replaceText(file, 'x'.repeat(50_000));
    done.abort();
    await watching;
    expect([...seen]).toEqual([50_000]);
  });

  it('fails loudly where it cannot write, and leaves the old text', async () => {
    const file = join(await temporaryFolder(), 'gone', 'devices.json');
    await expect(replaceText(file, 'one')).rejects.toThrow('ENOENT');
    const taken = await fresh();
    await replaceText(taken, 'one');
    await mkdir(`${taken}.previous`);
    await expect(replaceText(taken, 'two')).rejects.toThrow(/EISDIR|directory/);
    expect(await readText(taken)).toBe('one');
  });
});

describe('reading and folders', () => {
  it('no file is no text; anything else that is wrong is an error', async () => {
    const file = await fresh();
    expect(await readText(file)).toBeUndefined();
    await expect(readText(await temporaryFolder())).rejects.toThrow('EISDIR');
  });

  it('bytes come as they are', async () => {
    const file = await fresh();
    await writeFile(file, Uint8Array.of(0, 255));
    expect([...(await readBytes(file))]).toEqual([0, 255]);
  });

  it('folders are made with all above them, and may be there already', async () => {
    const root = await temporaryFolder();
    await makeFolder(join(root, 'a', 'b'));
    await makeFolder(join(root, 'a', 'b'));
    expect(await readdir(join(root, 'a'))).toEqual(['b']);
  });
});
