import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exclusively } from '../../../sdk/identity/secret-files.ts';
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
