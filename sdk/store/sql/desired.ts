import { decodeCursor, limitOf, listing } from '../cursor.ts';
import { changed, type DesiredRow, digestOf, isAhead, keyMs, keyTaken, nothingDesired } from '../desired-rules.ts';
import {
  type DesiredChange,
  type DesiredState,
  type DesiredStates,
  desiredSyncs,
  type ReportedState,
  type StoreCall,
} from '../platform-store.ts';
import { listRows } from './list-query.ts';
import { countAt, oneAt, optionalText, textAt, timeAt } from './rows.ts';
import type { Sql, SqlDatabase, SqlRow } from './sql.ts';

/** A row without devices: nothing is desired any more, and its version is not given again. */
const select = `SELECT gateway, version, CAST(devices AS text) AS devices, asked_by, at, reported_version, reported_sync,
  CAST(reported_problems AS text) AS reported_problems, reported_at FROM desired`;

const only = `devices IS NOT NULL
  AND (reported_version IS NULL OR reported_version < version OR reported_sync = 'rejected')`;

export function sqlDesired(db: SqlDatabase): DesiredStates {
  return {
    change: (gateway, change, call) => db.transaction(gateway, (sql) => changeIn(sql, gateway, change), call),
    report: (gateway, reported, call) => db.transaction(gateway, (sql) => reportIn(sql, gateway, reported), call),
    get: async (gateway, call) => (await one(db, gateway, call))?.state,
    async waiting(query = {}, call) {
      const after = decodeCursor(query.after, ['']);
      const rows = await listRows(db, { select, only, filters: [], order: ['gateway'], after, page: query }, call);
      const states = rows.flatMap((row) => rowOf(row).state ?? []);
      return listing(states, limitOf(query), ({ gateway }) => [gateway]);
    },
    forget: (gateway, call) =>
      db.transaction(
        gateway,
        async (sql) => {
          const forgotten = await sql.rows(
            `UPDATE desired SET devices = NULL, reported_version = NULL, reported_sync = NULL, reported_problems = NULL,
               reported_at = NULL WHERE gateway = $1 AND devices IS NOT NULL RETURNING gateway`,
            [gateway],
          );
          return forgotten.length > 0;
        },
        call,
      ),
  };
}

async function changeIn(sql: Sql, gateway: string, change: DesiredChange): Promise<DesiredState> {
  const at = new Date();
  await sql.rows('DELETE FROM desired_keys WHERE at < $1', [new Date(at.getTime() - keyMs)]);
  const first = change.key === undefined ? undefined : await resultOf(sql, gateway, change.key);
  if (first && first.digest !== digestOf(change)) throw keyTaken(gateway, change.key ?? '');
  if (first) return first.state;
  const state = changed({ gateway, at }, await one(sql, gateway), change);
  const devices = JSON.stringify(state.devices);
  await sql.rows(
    `INSERT INTO desired (gateway, version, devices, asked_by, at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (gateway) DO UPDATE SET version = excluded.version, devices = excluded.devices,
       asked_by = excluded.asked_by, at = excluded.at`,
    [gateway, state.version, devices, state.by, at],
  );
  if (change.key !== undefined)
    await sql.rows('INSERT INTO desired_keys (gateway, key, at, digest, result) VALUES ($1, $2, $3, $4, $5)', [
      gateway,
      change.key,
      at,
      digestOf(change),
      JSON.stringify(state),
    ]);
  return state;
}

async function resultOf(
  sql: Sql,
  gateway: string,
  key: string,
): Promise<{ readonly digest: string; readonly state: DesiredState } | undefined> {
  const [row] = await sql.rows(
    'SELECT digest, CAST(result AS text) AS result FROM desired_keys WHERE gateway = $1 AND key = $2',
    [gateway, key],
  );
  if (!row) return undefined;
  const written: Written = JSON.parse(textAt(row, 'result'));
  const { at, reported, ...rest } = written;
  const told = reported && { reported: { ...reported, at: new Date(reported.at) } };
  return { digest: textAt(row, 'digest'), state: { ...rest, at: new Date(at), ...told } };
}

/** A state as JSON has it: with its times as texts. */
type Written = Omit<DesiredState, 'at' | 'reported'> & {
  readonly at: string;
  readonly reported?: Omit<ReportedState, 'at'> & { readonly at: string };
};

async function reportIn(sql: Sql, gateway: string, reported: ReportedState): Promise<boolean> {
  const state = (await one(sql, gateway))?.state;
  if (!state) throw nothingDesired(gateway);
  if (!isAhead(reported, state.reported)) return false;
  await sql.rows(
    `UPDATE desired SET reported_version = $2, reported_sync = $3, reported_problems = $4, reported_at = $5
     WHERE gateway = $1`,
    [gateway, reported.version, reported.sync, JSON.stringify(reported.problems), reported.at],
  );
  return true;
}

async function one(sql: Sql, gateway: string, call?: StoreCall): Promise<DesiredRow | undefined> {
  const [row] = await sql.rows(`${select} WHERE gateway = $1`, [gateway], call);
  return row && rowOf(row);
}

function rowOf(row: SqlRow): DesiredRow {
  const version = countAt(row, 'version');
  if (optionalText(row, 'devices') === undefined) return { version };
  const reported = reportedOf(row);
  const state: DesiredState = {
    gateway: textAt(row, 'gateway'),
    version,
    devices: JSON.parse(textAt(row, 'devices')),
    by: textAt(row, 'asked_by'),
    at: timeAt(row, 'at'),
    ...(reported && { reported }),
  };
  return { version, state };
}

function reportedOf(row: SqlRow): ReportedState | undefined {
  if (row['reported_version'] === null) return undefined;
  return {
    version: countAt(row, 'reported_version'),
    sync: oneAt(row, 'reported_sync', desiredSyncs),
    problems: JSON.parse(textAt(row, 'reported_problems')),
    at: timeAt(row, 'reported_at'),
  };
}
