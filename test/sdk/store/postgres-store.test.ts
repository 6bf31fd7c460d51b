import { afterAll, beforeAll, describe } from 'vitest';
import { openPostgresStore } from '../../../sdk/store/postgres/open-postgres-store.ts';
import { historyMarksContract } from '../../contract/history-marks-contract.ts';
import { platformStoreContract } from '../../contract/platform-store-contract.ts';
import { hasPostgres, type Postgres, startPostgres } from '../../support/postgres.ts';

describe.skipIf(!hasPostgres())('on Debian’s PostgreSQL (apt-get install postgresql)', () => {
  let server: Postgres;
  let stores = 0;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  for (const contract of [platformStoreContract, historyMarksContract])
    contract('PostgreSQL', async () => {
      const schema = `store_${++stores}`;
      return {
        open: () => openPostgresStore({ url: server.url(), schema, connections: 4 }),
        isLasting: true,
        isShared: true,
        async [Symbol.asyncDispose]() {},
      };
    });
});
