import { decodeCursor, limitOf, listing } from '../cursor.ts';
import { type GatewayRecord, type GatewayRegistry, gatewayStates, type StoreCall } from '../platform-store.ts';
import { replaced } from '../registry-rules.ts';
import { listRows } from './list-query.ts';
import { countAt, oneAt, optionalText, textAt, timeAt } from './rows.ts';
import type { Sql, SqlDatabase, SqlRow } from './sql.ts';

const select = 'SELECT gateway, district, town, village, name, state, at, etag FROM gateways';

export function sqlRegistry(db: SqlDatabase): GatewayRegistry {
  return {
    put: (record, call = {}) =>
      db.transaction(
        record.gateway,
        async (sql) => {
          const next = replaced(record, await one(sql, record.gateway), { at: new Date(), ifEtag: call.ifEtag });
          await write(sql, next);
          return next;
        },
        call,
      ),
    get: (gateway, call) => one(db, gateway, call),
    async list(query = {}, call) {
      const { town, village, state } = query;
      const filters = [
        ['town =', town],
        ['village =', village],
        ['state =', state],
      ] as const;
      const after = decodeCursor(query.after, ['']);
      const rows = await listRows(db, { select, filters, order: ['gateway'], after, page: query }, call);
      return listing(rows.map(recordOf), limitOf(query), ({ gateway }) => [gateway]);
    },
  };
}

async function one(sql: Sql, gateway: string, call?: StoreCall): Promise<GatewayRecord | undefined> {
  const [row] = await sql.rows(`${select} WHERE gateway = $1`, [gateway], call);
  return row && recordOf(row);
}

async function write(sql: Sql, record: GatewayRecord): Promise<void> {
  const { gateway, district, town, village = null, name, state, at, etag } = record;
  await sql.rows(
    `INSERT INTO gateways (gateway, district, town, village, name, state, at, etag)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (gateway) DO UPDATE SET district = excluded.district, town = excluded.town, village = excluded.village,
       name = excluded.name, state = excluded.state, at = excluded.at, etag = excluded.etag`,
    [gateway, district, town, village, name, state, at, Number(etag)],
  );
}

function recordOf(row: SqlRow): GatewayRecord {
  const village = optionalText(row, 'village');
  return {
    gateway: textAt(row, 'gateway'),
    district: textAt(row, 'district'),
    town: textAt(row, 'town'),
    ...(village !== undefined && { village }),
    name: textAt(row, 'name'),
    state: oneAt(row, 'state', gatewayStates),
    at: timeAt(row, 'at'),
    etag: String(countAt(row, 'etag')),
  };
}
