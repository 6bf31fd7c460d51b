import { decodeCursor, limitOf, listing } from '../cursor.ts';
import type { AuditEntry, AuditLog } from '../platform-store.ts';
import { listRows } from './list-query.ts';
import { optionalText, textAt, timeAt } from './rows.ts';
import type { SqlDatabase, SqlRow } from './sql.ts';

const select = 'SELECT id, at, who, act, gateway, device, outcome, CAST(detail AS text) AS detail FROM audit';

export function sqlAuditLog(db: SqlDatabase): AuditLog {
  return {
    async append({ id, at, who, act, gateway = null, device = null, outcome, detail }, call) {
      const added = await db.rows(
        `INSERT INTO audit (id, at, who, act, gateway, device, outcome, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING id`,
        [id, at, who, act, gateway, device, outcome, detail === undefined ? null : JSON.stringify(detail)],
        call,
      );
      return { isNew: added.length > 0 };
    },
    async list(query = {}, call) {
      const filters = [
        ['gateway =', query.gateway],
        ['device =', query.device],
        ['who =', query.who],
        ['act =', query.act],
        ['at >=', query.from],
        ['at <', query.to],
      ] as const;
      const after = decodeCursor(query.after, [0, '']);
      const rows = await listRows(db, { select, filters, order: ['at', 'id'], after, page: query }, call);
      return listing(rows.map(entryOf), limitOf(query), ({ at, id }) => [at.getTime(), id]);
    },
  };
}

function entryOf(row: SqlRow): AuditEntry {
  const gateway = optionalText(row, 'gateway');
  const device = optionalText(row, 'device');
  const hasDetail = optionalText(row, 'detail') !== undefined;
  return {
    id: textAt(row, 'id'),
    at: timeAt(row, 'at'),
    who: textAt(row, 'who'),
    act: textAt(row, 'act'),
    ...(gateway !== undefined && { gateway }),
    ...(device !== undefined && { device }),
    outcome: textAt(row, 'outcome'),
    ...(hasDetail && { detail: JSON.parse(textAt(row, 'detail')) }),
  };
}
