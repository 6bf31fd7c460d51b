export type { PlatformStore } from '../platform-store.ts';
export { openPostgresStore, type PostgresStoreOptions } from './open-postgres-store.ts';
