import type { Migration } from './migrate.ts';
import { whatIsRemembered } from './migrations/0001-what-is-remembered.ts';
import { history } from './migrations/0002-history.ts';

/** In order; only ever added to. */
export const migrations: readonly Migration[] = [whatIsRemembered, history];
