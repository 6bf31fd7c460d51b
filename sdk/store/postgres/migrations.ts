import type { Migration } from './migrate.ts';
import { whatIsRemembered } from './migrations/0001-what-is-remembered.ts';
import { history } from './migrations/0002-history.ts';
import { historyMarks } from './migrations/0003-history-marks.ts';

/** In order; only ever added to. */
export const migrations: readonly Migration[] = [whatIsRemembered, history, historyMarks];
