import type { Scalar } from '../../model/point.ts';
import { decodeCursor, limitOf, listing } from '../cursor.ts';
import { isKept, keptSpan, monthOf } from '../kept-span.ts';
import { compareKeys } from '../order.ts';
import type { HistoryMark, HistoryRange, HistoryStore, PageQuery, Sample } from '../platform-store.ts';
import { markConflict, markOf } from '../sql/marks.ts';
import { countAt, optionalText, textAt, timeAt } from '../sql/rows.ts';
import type { SqlRow } from '../sql/sql.ts';
import type { PostgresDatabase } from './postgres-database.ts';
import { isWithoutMonth } from './postgres-errors.ts';

/** More series than this are looked up again. */
const mostKnown = 200_000;
const monthMs = 31 * 86_400_000;

export function postgresHistory(db: PostgresDatabase, historyDays: number): HistoryStore {
  const series = seriesBook(db);
  const months = new Set<string>();
  const makeMonths = async (times: Iterable<number>): Promise<void> => {
    for (const name of new Set([...times].map((wall) => monthOf(wall).name))) {
      if (months.has(name)) continue;
      await db.query('SELECT make_month($1)', [name]);
      months.add(name);
    }
  };
  const store = async (samples: readonly Sample[], marks: readonly HistoryMark[]): Promise<number> => {
    const now = Date.now();
    await makeMonths([now, now + monthMs, ...samples.map(({ at }) => at.getTime())]); // one ahead
    return insert(db, { samples, ids: await series.idsOf(samples), marks });
  };
  return {
    append: (samples, call) =>
      db.guarded(async () => {
        const span = keptSpan(Date.now(), historyDays);
        const kept = samples.filter(({ at }) => isKept(at, span));
        const marks = call?.marks ?? [];
        if (kept.length + marks.length === 0) return { added: 0, leftOut: samples.length };
        const added = await store(kept, marks).catch((e: unknown) => {
          if (!isWithoutMonth(e)) throw e;
          months.clear(); // somebody else has dropped one that we know of
          return store(kept, marks);
        });
        return { added, leftOut: samples.length - kept.length };
      }, call),
    marks: (gateways, call) =>
      db.guarded(async () => {
        const { rows } = await db.query('SELECT * FROM history_marks WHERE gateway = ANY ($1) ORDER BY gateway', [
          gateways,
        ]);
        return rows.map(markOf);
      }, call),
    range: (query, call) => db.guarded(() => rangeOf(db, query), call),
    latest: (gateway, device, call) =>
      db.guarded(async () => {
        const { rows } = await db.query(latestSql, [gateway, device]);
        return rows.map((row) => sampleOf(row, { gateway, device }));
      }, call),
    prune: (before = new Date(keptSpan(Date.now(), historyDays).from), call) =>
      db.guarded(async () => {
        months.clear();
        const { rows } = await db.query('SELECT drop_months($1) AS dropped', [before.toISOString()]);
        return countAt(rows[0] ?? {}, 'dropped');
      }, call),
  };
}

const keyOf = ({ gateway, device, point }: Pick<Sample, 'gateway' | 'device' | 'point'>): string =>
  JSON.stringify([gateway, device, point]);

function seriesBook(db: PostgresDatabase) {
  const known = new Map<string, number>();
  const lookUp = async (unknown: ReadonlyMap<string, Sample>): Promise<void> => {
    const wanted = [...unknown.values()].sort((a, b) => compareKeys(names(a), names(b))); // no two clients wait for each other
    const columns = (['gateway', 'device', 'point'] as const).map((name) => wanted.map((sample) => sample[name]));
    const from = 'unnest($1::text[], $2::text[], $3::text[]) AS u (gateway, device, point)';
    await db.query(`INSERT INTO series (gateway, device, point) SELECT * FROM ${from} ON CONFLICT DO NOTHING`, columns);
    const { rows } = await db.query(
      `SELECT s.id, s.gateway, s.device, s.point FROM series s JOIN ${from} USING (gateway, device, point)`,
      columns,
    );
    if (known.size + rows.length > mostKnown) known.clear();
    for (const row of rows) {
      const [gateway, device, point] = [textAt(row, 'gateway'), textAt(row, 'device'), textAt(row, 'point')];
      known.set(keyOf({ gateway, device, point }), countAt(row, 'id'));
    }
  };
  return {
    async idsOf(samples: readonly Sample[]): Promise<readonly number[]> {
      const keys = samples.map(keyOf);
      const unknown = new Map(
        samples.flatMap((sample, i) => (known.has(keys[i] ?? '') ? [] : [[keys[i] ?? '', sample]])),
      );
      if (unknown.size > 0) await lookUp(unknown);
      return keys.map((key) => known.get(key) ?? 0);
    },
  };
}

const names = ({ gateway, device, point }: Sample): readonly string[] => [gateway, device, point];

type Insertion = {
  readonly samples: readonly Sample[];
  /** Of the samples' series. */
  readonly ids: readonly number[];
  readonly marks: readonly HistoryMark[];
};

/** Samples and marks, all or nothing: both parts of a statement see and leave the same. @returns how many samples were new */
async function insert(db: PostgresDatabase, { samples, ids, marks }: Insertion): Promise<number> {
  const rows = samples
    .map((sample, i) => ({ ...sample, series: ids[i] ?? 0 }))
    .sort((a, b) => a.series - b.series || a.at.getTime() - b.at.getTime()); // no two clients wait for each other
  const only = <T extends Scalar>(is: (value: Scalar | null) => value is T): (T | null)[] =>
    rows.map(({ value }) => (is(value) ? value : null));
  const marked = [...marks].sort((a, b) => compareKeys([a.gateway], [b.gateway]));
  const { changed } = await db.query(
    `WITH marked AS (
       INSERT INTO history_marks (gateway, log, seq, at)
       SELECT * FROM unnest($7::text[], $8::bigint[], $9::bigint[], $10::timestamptz[]) ${markConflict}
     )
     INSERT INTO samples (series, at, number, word, flag, why)
     SELECT * FROM unnest($1::integer[], $2::timestamptz[], $3::float8[], $4::text[], $5::boolean[], $6::text[])
     ON CONFLICT DO NOTHING`,
    [
      rows.map(({ series }) => series),
      rows.map(({ at }) => at.toISOString()),
      only((value) => typeof value === 'number'),
      only((value) => typeof value === 'string'),
      only((value) => typeof value === 'boolean'),
      rows.map(({ why = null }) => why),
      marked.map(({ gateway }) => gateway),
      marked.map(({ log }) => log),
      marked.map(({ seq }) => seq),
      marked.map(({ at }) => at.toISOString()),
    ],
  );
  return changed;
}

/** Each point is read from its own place in the index, and no further than the page needs. */
const rangeSql = `SELECT s.point, x.at, x.number, x.word, x.flag, x.why FROM series s CROSS JOIN LATERAL (
  SELECT at, number, word, flag, why FROM samples
  WHERE series = s.id AND at >= $4 AND at < $5 AND (at > $4 OR $6::text IS NULL OR s.point > $6)
  ORDER BY at LIMIT $7) x
WHERE s.gateway = $1 AND s.device = $2 AND ($3::text[] IS NULL OR s.point = ANY ($3))
ORDER BY x.at, s.point LIMIT $7`;

const latestSql = `SELECT s.point, x.at, x.number, x.word, x.flag, x.why FROM series s CROSS JOIN LATERAL (
  SELECT at, number, word, flag, why FROM samples WHERE series = s.id ORDER BY at DESC LIMIT 1) x
WHERE s.gateway = $1 AND s.device = $2 ORDER BY s.point`;

async function rangeOf(db: PostgresDatabase, query: HistoryRange & PageQuery) {
  const { gateway, device, points = null, from, to } = query;
  const after = decodeCursor(query.after, [0, '']);
  const begin = new Date(Math.max(from.getTime(), Number(after?.[0] ?? 0)));
  const isBehind = after !== undefined && begin.getTime() === after[0];
  const { rows } = await db.query(rangeSql, [
    gateway,
    device,
    points,
    begin.toISOString(),
    to.toISOString(),
    isBehind ? String(after[1]) : null,
    limitOf(query) + 1,
  ]);
  const samples = rows.map((row) => sampleOf(row, { gateway, device }));
  return listing(samples, limitOf(query), ({ at, point }) => [at.getTime(), point]);
}

function sampleOf(row: SqlRow, of: Pick<Sample, 'gateway' | 'device'>): Sample {
  const { number, flag } = row;
  const why = optionalText(row, 'why');
  return {
    ...of,
    point: textAt(row, 'point'),
    at: timeAt(row, 'at'),
    value: typeof number === 'number' ? number : typeof flag === 'boolean' ? flag : (optionalText(row, 'word') ?? null),
    ...(why !== undefined && { why }),
  };
}
