import type { Database } from '../../sdk/sqlite/driver.ts';
import { isCorrupt } from '../../sdk/sqlite/errors.ts';
import { markDamaged } from './set-aside.ts';

/**
 * The database; whatever damage a statement comes across, the file is marked, so that the next to open it sets it aside
 * and does not come across the same again.
 */
export function watched(db: Database, path: string): Database {
  const watch = <T>(work: () => T): T => {
    try {
      return work();
    } catch (e) {
      if (isCorrupt(e)) noteDamage(path);
      throw e;
    }
  };
  return {
    exec: (sql) => watch(() => db.exec(sql)),
    prepare(sql) {
      const statement = watch(() => db.prepare(sql));
      return {
        run: (...values) => watch(() => statement.run(...values)),
        get: (...values) => watch(() => statement.get(...values)),
        all: (...values) => watch(() => statement.all(...values)),
      };
    },
    close: () => db.close(),
  };
}

function noteDamage(path: string): void {
  try {
    markDamaged(path);
  } catch {
    // A disk that takes no mark: the damage itself is what is told.
  }
}
