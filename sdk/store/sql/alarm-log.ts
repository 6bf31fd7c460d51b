import { alarmEvents, alarmKinds, alarmPhases } from '../../model/alarm.ts';
import { decodeCursor, type Key, limitOf, listing } from '../cursor.ts';
import { isStandingWord } from '../order.ts';
import type { AlarmEntry, AlarmLog } from '../platform-store.ts';
import { listRows } from './list-query.ts';
import { countAt, oneAt, textAt, timeAt } from './rows.ts';
import type { Sql, SqlDatabase, SqlRow } from './sql.ts';

const columns = (of: string): string =>
  `${['gateway', 'log', 'seq', 'at', 'received_at', 'device', 'condition', 'kind', 'event', 'phase', 'occurrence']
    .map((name) => `${of}.${name} AS ${name}`)
    .join(', ')}, CAST(${of}.body AS text) AS body`;

const listKey = ({ at, gateway, log, seq }: AlarmEntry): Key => [at.getTime(), gateway, log, seq];
const conditionKey = ({ gateway, device, condition }: AlarmEntry): Key => [gateway, device, condition];

export function sqlAlarmLog(db: SqlDatabase): AlarmLog {
  return {
    append: (entry, call) => db.transaction(entry.gateway, (sql) => appendIn(sql, entry), call),
    async list(query = {}, call) {
      const filters = [
        ['a.gateway =', query.gateway],
        ['a.device =', query.device],
        ['a.kind =', query.kind],
        ['a.at >=', query.from],
        ['a.at <', query.to],
      ] as const;
      const rows = await listRows(
        db,
        {
          select: `SELECT ${columns('a')} FROM alarms a`,
          filters,
          order: ['a.at', 'a.gateway', 'a.log', 'a.seq'],
          after: decodeCursor(query.after, [0, '', 0, 0]),
          page: query,
        },
        call,
      );
      return listing(rows.map(entryOf), limitOf(query), listKey);
    },
    async standing(query = {}, call) {
      const rows = await listRows(
        db,
        {
          select: `SELECT ${columns('a')} FROM standing s JOIN alarms a
            ON a.gateway = s.gateway AND a.log = s.log AND a.seq = s.seq`,
          only: 's.is_over = 0',
          filters: [['s.gateway =', query.gateway]],
          order: ['s.gateway', 's.device', 's.condition'],
          after: decodeCursor(query.after, ['', '', '']),
          page: query,
        },
        call,
      );
      return listing(rows.map(entryOf), limitOf(query), conditionKey);
    },
  };
}

async function appendIn(sql: Sql, entry: AlarmEntry): Promise<{ readonly isNew: boolean }> {
  const { gateway, log, seq, at, receivedAt, device, condition, kind, event, phase, occurrence } = entry;
  const added = await sql.rows(
    `INSERT INTO alarms (gateway, log, seq, at, received_at, device, condition, kind, event, phase, occurrence, body)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING RETURNING seq`,
    [gateway, log, seq, at, receivedAt, device, condition, kind, event, phase, occurrence, JSON.stringify(entry.body)],
  );
  if (added.length === 0) return { isNew: false };
  if (isStandingWord(entry)) await noteStanding(sql, entry);
  return { isNew: true };
}

/** The rule of `isLater`, as SQL. */
async function noteStanding(sql: Sql, entry: AlarmEntry): Promise<void> {
  const { gateway, device, condition, log, seq, receivedAt, phase } = entry;
  const isOver = phase === 'normal' || phase === 'pending';
  await sql.rows(
    `INSERT INTO standing (gateway, device, condition, log, seq, received_at, is_over)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (gateway, device, condition) DO UPDATE
       SET log = excluded.log, seq = excluded.seq, received_at = excluded.received_at, is_over = excluded.is_over
       WHERE (excluded.log = standing.log AND excluded.seq > standing.seq)
          OR (excluded.log <> standing.log AND excluded.received_at >= standing.received_at)`,
    [gateway, device, condition, log, seq, receivedAt, isOver ? 1 : 0],
  );
}

function entryOf(row: SqlRow): AlarmEntry {
  return {
    gateway: textAt(row, 'gateway'),
    log: countAt(row, 'log'),
    seq: countAt(row, 'seq'),
    at: timeAt(row, 'at'),
    receivedAt: timeAt(row, 'received_at'),
    device: textAt(row, 'device'),
    condition: textAt(row, 'condition'),
    kind: oneAt(row, 'kind', [...alarmKinds, 'other' as const]),
    event: oneAt(row, 'event', [...alarmEvents, 'other' as const]),
    phase: oneAt(row, 'phase', alarmPhases),
    occurrence: countAt(row, 'occurrence'),
    body: JSON.parse(textAt(row, 'body')),
  };
}
