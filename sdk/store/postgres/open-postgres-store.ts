import type { ConnectionOptions } from 'node:tls';
import { FengsuiError } from '../../model/errors.ts';
import { checkedStore } from '../checked-store.ts';
import { checkDays, defaultHistoryDays } from '../kept-span.ts';
import type { PlatformStore } from '../platform-store.ts';
import { sqlAlarmLog } from '../sql/alarm-log.ts';
import { sqlAuditLog } from '../sql/audit-log.ts';
import { sqlDesired } from '../sql/desired.ts';
import { sqlRegistry } from '../sql/registry.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations.ts';
import { postgresDatabase } from './postgres-database.ts';
import { postgresHistory } from './postgres-history.ts';

export type PostgresStoreOptions = {
  /** E.g. `postgres://fengsui@db.example.cn:5432/fengsui`. Whatever it does not say comes from PGHOST, PGPASSWORD, `~/.pgpass` and so on, as with `psql`. */
  readonly url?: string | undefined;
  /** TLS to the server. An `sslmode` in the URL comes before it. */
  readonly tls?: ConnectionOptions | undefined;
  /** In which all tables are; `fengsui` unless given. Several stores can share a database. */
  readonly schema?: string | undefined;
  /** How long samples are kept, in days; 400 unless given. */
  readonly historyDays?: number | undefined;
  /** Connections at most; 8 unless given. */
  readonly connections?: number | undefined;
  /** How long one statement may take, in ms; 30,000 unless given. */
  readonly statementTimeoutMs?: number | undefined;
};

const connectMs = 5_000;
const idleTransactionMs = 60_000;
/** The server gives up a statement by itself; one that does not say so by then is not there any more. */
const answerLaterMs = 2_000;

/**
 * A store in a PostgreSQL database (14 or newer) for any number of processes. Makes its tables, or brings them to this
 * version, when it is opened; a user who may not do that opens what another has made. A server that is away makes calls
 * reject UNAVAILABLE until it is back; nothing needs to be opened anew.
 * @throws FengsuiError UNAVAILABLE (no server), FORBIDDEN (user, password, rights), NOT_FOUND (no such database), STORE (the schema is of a newer program), INVALID, DRIVER_MISSING (the package `pg`)
 */
export async function openPostgresStore(options: PostgresStoreOptions = {}): Promise<PlatformStore> {
  const { schema = 'fengsui', historyDays = defaultHistoryDays } = options;
  if (!/^[a-z_][a-z0-9_]{0,50}$/.test(schema))
    throw new FengsuiError(
      'INVALID',
      `schema ${JSON.stringify(schema)}: lower-case letters, digits and _, at most 51, not beginning with a digit`,
    );
  checkDays(historyDays);
  const db = await postgresDatabase(configOf(options, schema));
  try {
    await migrate(db, schema, migrations);
  } catch (e) {
    await db.end();
    throw e;
  }
  return checkedStore({
    gateways: sqlRegistry(db),
    desired: sqlDesired(db),
    history: postgresHistory(db, historyDays),
    alarms: sqlAlarmLog(db),
    audit: sqlAuditLog(db),
    [Symbol.asyncDispose]: db.end,
  });
}

const configOf = (
  { url, tls, connections = 8, statementTimeoutMs = 30_000 }: PostgresStoreOptions,
  schema: string,
) => ({
  ...(url !== undefined && { connectionString: url }),
  ...(tls !== undefined && { ssl: tls }),
  application_name: 'fengsui',
  options: `-c search_path=${schema},pg_temp`,
  max: connections,
  connectionTimeoutMillis: connectMs,
  statement_timeout: statementTimeoutMs,
  query_timeout: statementTimeoutMs + answerLaterMs,
  idle_in_transaction_session_timeout: idleTransactionMs,
  keepAlive: true,
});
