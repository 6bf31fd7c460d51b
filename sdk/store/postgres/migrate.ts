import { createHash } from 'node:crypto';
import { FengsuiError } from '../../model/errors.ts';
import { countAt, textAt } from '../sql/rows.ts';
import type { Sql, SqlRow } from '../sql/sql.ts';
import type { PostgresDatabase } from './postgres-database.ts';

/** One step of the schema. Steps that were released stay as they are. */
export type Migration = { readonly name: string; readonly sql: string };

/**
 * Brings a schema to the newest version, one process at a time. Who finds it there already needs no right to make tables.
 * @throws FengsuiError STORE when the schema is of a newer program, or was made by other steps than these
 */
export async function migrate(db: PostgresDatabase, schema: string, migrations: readonly Migration[]): Promise<void> {
  if ((await appliedIn(db, schema, migrations)) === migrations.length) return;
  await db.transaction(`fengsui migrations of ${schema}`, async (sql) => {
    await sql.rows(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
    await sql.rows(`CREATE TABLE IF NOT EXISTS migrations (version integer PRIMARY KEY, name text NOT NULL,
      checksum text NOT NULL, at timestamptz NOT NULL DEFAULT now())`);
    const applied = await appliedIn(sql, schema, migrations);
    for (const [i, migration] of migrations.entries()) {
      if (i < applied) continue;
      await sql.rows(migration.sql);
      await sql.rows('INSERT INTO migrations (version, name, checksum) VALUES ($1, $2, $3)', [
        i + 1,
        migration.name,
        checksumOf(migration),
      ]);
    }
  });
}

/** How many were applied. */
async function appliedIn(sql: Sql, schema: string, migrations: readonly Migration[]): Promise<number> {
  const [table] = await sql.rows('SELECT to_regclass($1) IS NOT NULL AS is_there', [`"${schema}".migrations`]);
  if (table?.['is_there'] !== true) return 0;
  const rows = await sql.rows('SELECT version, name, checksum FROM migrations ORDER BY version');
  for (const [i, row] of rows.entries())
    checkApplied(row, schema, { migration: migrations[i], known: migrations.length });
  return rows.length;
}

function checkApplied(
  row: SqlRow,
  schema: string,
  { migration, known }: { readonly migration: Migration | undefined; readonly known: number },
): void {
  const version = countAt(row, 'version');
  if (!migration)
    throw new FengsuiError(
      'STORE',
      `schema ${schema} is at version ${version}, and this program knows none above ${known}: run the newer program`,
      { details: { schema, version, known } },
    );
  if (textAt(row, 'checksum') !== checksumOf(migration))
    throw new FengsuiError(
      'STORE',
      `schema ${schema}: step ${textAt(row, 'name')} is not the one that this program has: another program made the schema, choose another`,
      { details: { schema, version } },
    );
}

const checksumOf = ({ sql }: Migration): string => createHash('sha256').update(sql).digest('hex');
