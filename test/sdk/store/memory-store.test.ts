import { memoryStore } from '../../../sdk/store/memory-store.ts';
import { platformStoreContract } from '../../contract/platform-store-contract.ts';

platformStoreContract('memory', async () => ({
  open: async () => memoryStore(),
  isLasting: false,
  isShared: false,
  async [Symbol.asyncDispose]() {},
}));
