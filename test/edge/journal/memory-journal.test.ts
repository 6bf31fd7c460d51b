import { expect, it } from 'vitest';
import { wallTime } from '../../../sdk/model/time.ts';
import { journalContract } from '../../contract/journal-contract.ts';
import { memoryDisk, memoryJournal } from '../../support/memory-journal.ts';

journalContract('memory journal', async () => {
  const disk = memoryDisk();
  return { open: async () => memoryJournal(disk), [Symbol.asyncDispose]: async () => undefined };
});

it('an append waits, unread, while the disk fails, and is stored when it recovers', async () => {
  const disk = memoryDisk();
  const journal = memoryJournal(disk);
  disk.fail('disk full');
  const appended = journal.append('alarm', wallTime(1), () => Uint8Array.of(1));
  expect(journal.status()).toMatchObject({ degraded: 'disk full', waiting: 1 });
  expect(await journal.read('alarm', 0, 1)).toEqual([]);
  disk.recover();
  expect(await appended).toBe(1);
  expect(journal.status().degraded).toBeUndefined();
});
