import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFileStore } from '../../../sdk/store/file/open-file-store.ts';
import { historyMarksContract } from '../../contract/history-marks-contract.ts';
import { platformStoreContract } from '../../contract/platform-store-contract.ts';

for (const contract of [platformStoreContract, historyMarksContract])
  contract('file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fengsui-store-'));
    return {
      open: () => openFileStore({ folder: join(folder, 'a', 'store') }),
      isLasting: true,
      isShared: false,
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
    };
  });
