import { memoryStore } from '../../../sdk/store/memory-store.ts';
import { historyMarksContract } from '../../contract/history-marks-contract.ts';
import { platformStoreContract } from '../../contract/platform-store-contract.ts';

for (const contract of [platformStoreContract, historyMarksContract])
  contract('memory', async () => ({
    open: async () => memoryStore(),
    isLasting: false,
    isShared: false,
    async [Symbol.asyncDispose]() {},
  }));
