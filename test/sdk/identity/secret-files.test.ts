import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exclusively, writeNew } from '../../../sdk/identity/secret-files.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('a folder that is held for one piece of work', () => {
  it('is free afterwards, also when the work has failed', async () => {
    const lock = join(await temporaryFolder(), 'lock');
    const failed = exclusively(lock, () => Promise.reject(new Error('x')));
    await expect(failed).rejects.toThrow('x');
    const refused = await exclusively(lock, () => exclusively(lock, async () => 'both').catch((e: unknown) => e));
    expect(refused).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining(lock) });
    expect(await exclusively(lock, async () => 'done')).toBe('done');
  });

  it('has done its work though somebody has taken the lock away meanwhile, as the message says one may', async () => {
    const lock = join(await temporaryFolder(), 'lock');
    const done = exclusively(lock, async () => {
      await rm(lock);
      return 'issued';
    });
    expect(await done).toBe('issued');
  });
});

describe('a file that was not there', () => {
  it('is whole as soon as it is there, and what an earlier run has left of it is in nobody’s way', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'gateway.key');
    await writeFile(`${path}.${process.pid}.part`, 'half a', { mode: 0o644 });
    const seen = new Set<string>();
    const writing = writeNew(path, 'a key'.repeat(200_000), 0o600).then(() => 'done');
    const look = async (): Promise<unknown> => {
      seen.add(await readFile(path, 'utf8').catch(() => 'nothing'));
      return Promise.race([writing, new Promise((resolve) => setImmediate(resolve))]);
    };
    while ((await look()) !== 'done');
    expect([...seen].filter((text) => text !== 'nothing' && text.length !== 1_000_000)).toEqual([]);
    expect((await readFile(path, 'utf8')).length).toBe(1_000_000);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['gateway.key']);
  });

  it('is not written over', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'gateway.key');
    await writeNew(path, 'first', 0o600);
    await expect(writeNew(path, 'second', 0o600)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect([await readFile(path, 'utf8'), await readdir(folder)]).toEqual(['first', ['gateway.key']]);
  });
});
