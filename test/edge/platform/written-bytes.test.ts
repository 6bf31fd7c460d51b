import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownOf, sectorBytesOf, writtenBytes } from '../../../edge/platform/written-bytes.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('what was written', () => {
  it('by a process is what was caused, less what was given up', () => {
    expect(ownOf('rchar: 1\nwchar: 2\nread_bytes: 3\nwrite_bytes: 8192\ncancelled_write_bytes: 4096\n')).toBe(4_096);
    expect(ownOf('write_bytes: 10\ncancelled_write_bytes: 20\n')).toBe(0);
    expect(ownOf('nothing of the kind')).toBeUndefined();
  });

  it('to a block device is counted in sectors of 512 bytes', () => {
    expect(sectorBytesOf('  10 0 80 5 20 3 200 9 0 1 2 0 0 0 0 4 5\n')).toBe(102_400);
    expect(sectorBytesOf('')).toBeUndefined();
  });

  it.runIf(process.platform === 'linux')('by this process is known, and grows no less than not at all', async () => {
    const folder = await temporaryFolder();
    const before = await writtenBytes(folder);
    await writeFile(join(folder, 'file'), Buffer.alloc(100_000));
    const after = await writtenBytes(folder);
    expect(after.own ?? 0).toBeGreaterThanOrEqual(before.own ?? 0);
    expect(after.card ?? 0).toBeGreaterThanOrEqual(before.card ?? 0);
  });

  it('to a folder that is not there is not known', async () => {
    expect(await writtenBytes('/no/such/folder')).not.toHaveProperty('card');
  });
});
