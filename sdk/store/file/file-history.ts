import type { Scalar } from '../../model/point.ts';
import type { Column, Row } from '../../sqlite/driver.ts';
import { decodeCursor, limitOf, listing } from '../cursor.ts';
import { isKept, keptSpan, type Month, monthNamed, monthOf } from '../kept-span.ts';
import { compareKeys } from '../order.ts';
import type { HistoryRange, HistoryStore, PageQuery, Sample } from '../platform-store.ts';
import { markConflict, markOf } from '../sql/marks.ts';
import { countAt, optionalText, textAt } from '../sql/rows.ts';
import type { SqliteDatabase, Statements } from './sqlite-database.ts';

const markSql = `INSERT INTO history_marks (gateway, log, seq, at) VALUES (?, ?, ?, ?) ${markConflict}`;

type Series = { readonly id: number; readonly point: string };

/** More series than this are looked up again. */
const mostKnown = 100_000;

/**
 * One table a month, so that a month is let go as a whole, and in it one row a sample, those of a series side by side.
 * Truth values are blobs of one byte, as SQLite has no type for them.
 */
export function fileHistory(db: SqliteDatabase, historyDays: number): HistoryStore {
  const known = new Map<string, number>();
  const seriesId = (statements: Statements, { gateway, device, point }: Sample): number => {
    const key = JSON.stringify([gateway, device, point]);
    const id = known.get(key) ?? madeId(statements, [gateway, device, point]);
    if (known.size >= mostKnown) known.clear();
    known.set(key, id);
    return id;
  };
  return {
    append: (samples, { marks = [] } = {}) => {
      const span = keptSpan(Date.now(), historyDays);
      const kept = samples.filter(({ at }) => isKept(at, span));
      const store = (statements: Statements): number => {
        for (const { gateway, log, seq, at } of marks) statements.run(markSql, [gateway, log, seq, at.getTime()]);
        const tables = tablesFor(statements, kept);
        return kept.reduce((added, sample) => {
          const wall = sample.at.getTime();
          const sql = `INSERT OR IGNORE INTO ${tables(wall)} VALUES (?, ?, ?, ?)`;
          return (
            added + statements.run(sql, [seriesId(statements, sample), wall, stored(sample.value), sample.why ?? null])
          );
        }, 0);
      };
      return db
        .atOnce(store)
        .catch((e: unknown) => {
          known.clear(); // ids that were made in what was rolled back
          throw e;
        })
        .then((added) => ({ added, leftOut: samples.length - kept.length }));
    },
    marks: (gateways) =>
      db.atOnce((statements) =>
        [...new Set(gateways)]
          .flatMap((gateway) => statements.all('SELECT * FROM history_marks WHERE gateway = ?', [gateway]).map(markOf))
          .sort((a, b) => compareKeys([a.gateway], [b.gateway])),
      ),
    range: (query) => db.atOnce((statements) => rangeOf(statements, query)),
    latest: (gateway, device) => db.atOnce((statements) => latestOf(statements, gateway, device)),
    prune: (before = new Date(keptSpan(Date.now(), historyDays).from)) =>
      db.atOnce((statements) => {
        const old = months(statements).filter(({ to }) => to <= before.getTime());
        for (const { name } of old) statements.exec(`DROP TABLE samples_${name}`);
        return old.length;
      }),
  };
}

function months(statements: Statements): readonly Month[] {
  const tables = statements.all(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'samples_[0-9]*' ORDER BY name",
  );
  return tables.map((row) => monthNamed(textAt(row, 'name').slice('samples_'.length)));
}

/** Makes the tables that are missing; returns the table of a time. */
function tablesFor(statements: Statements, samples: readonly Sample[]): (wall: number) => string {
  const there = new Set(months(statements).map(({ name }) => name));
  let current: Month | undefined;
  const monthAt = (wall: number): Month => {
    if (!current || wall < current.from || wall >= current.to) current = monthOf(wall);
    return current;
  };
  for (const { at } of samples) {
    const { name } = monthAt(at.getTime());
    if (there.has(name)) continue;
    there.add(name);
    statements.exec(
      `CREATE TABLE samples_${name} (series INTEGER, at INTEGER, value ANY, why TEXT, PRIMARY KEY (series, at)) STRICT, WITHOUT ROWID`,
    );
  }
  return (wall) => `samples_${monthAt(wall).name}`;
}

function madeId(statements: Statements, key: readonly string[]): number {
  statements.run('INSERT INTO series (gateway, device, point) VALUES (?, ?, ?) ON CONFLICT DO NOTHING', key);
  const [row = {}] = statements.all('SELECT id FROM series WHERE gateway = ? AND device = ? AND point = ?', key);
  return countAt(row, 'id');
}

function seriesOf(statements: Statements, gateway: string, device: string): readonly Series[] {
  const rows = statements.all('SELECT id, point FROM series WHERE gateway = ? AND device = ? ORDER BY point', [
    gateway,
    device,
  ]);
  return rows.map((row) => ({ id: countAt(row, 'id'), point: textAt(row, 'point') }));
}

type Found = { readonly at: number; readonly point: string; readonly row: Row };

function rangeOf(statements: Statements, query: HistoryRange & PageQuery) {
  const { gateway, device, points, from, to } = query;
  const after = decodeCursor(query.after, [0, '']);
  const most = limitOf(query) + 1;
  const wanted = seriesOf(statements, gateway, device).filter(({ point }) => !points || points.includes(point));
  const begin = Math.max(from.getTime(), Number(after?.[0] ?? 0));
  const span = months(statements).filter((month) => month.to > begin && month.from < to.getTime());
  const found: Found[] = [];
  for (const { name } of span) {
    if (found.length >= most) break;
    found.push(...monthRows(statements, `samples_${name}`, wanted, { begin, to, after, most: most - found.length }));
  }
  const samples = found.map(
    ({ at, point, row }): Sample => ({ gateway, device, point, ...readingOf(row), at: new Date(at) }),
  );
  return listing(samples, limitOf(query), ({ at, point }) => [at.getTime(), point]);
}

type Bounds = {
  readonly begin: number;
  readonly to: Date;
  readonly after: readonly (string | number)[] | undefined;
  readonly most: number;
};

/** Each series is read up to `most` rows, and no more than that is ever held. */
function monthRows(statements: Statements, table: string, wanted: readonly Series[], bounds: Bounds): readonly Found[] {
  const sql = `SELECT at, value, why FROM ${table} WHERE series = ? AND at >= ? AND at < ? ORDER BY at LIMIT ?`;
  let merged: Found[] = [];
  for (const { id, point } of wanted) {
    const isBehind = bounds.after !== undefined && compareKeys([bounds.begin, point], bounds.after) <= 0;
    const first = isBehind ? bounds.begin + 1 : bounds.begin;
    const rows = statements.all(sql, [id, first, bounds.to.getTime(), bounds.most]);
    merged.push(...rows.map((row) => ({ at: countAt(row, 'at'), point, row })));
    if (wanted.length > 1) merged = merged.sort((a, b) => a.at - b.at || compareKeys([a.point], [b.point]));
    merged = merged.slice(0, bounds.most);
  }
  return merged;
}

function latestOf(statements: Statements, gateway: string, device: string): readonly Sample[] {
  const newestFirst = months(statements).toReversed();
  return seriesOf(statements, gateway, device).flatMap(({ id, point }) => {
    for (const { name } of newestFirst) {
      const sql = `SELECT at, value, why FROM samples_${name} WHERE series = ? ORDER BY at DESC LIMIT 1`;
      const [row] = statements.all(sql, [id]);
      if (row) return [{ gateway, device, point, ...readingOf(row), at: new Date(countAt(row, 'at')) }];
    }
    return [];
  });
}

const stored = (value: Scalar | null): Column => (typeof value === 'boolean' ? Uint8Array.of(value ? 1 : 0) : value);

function readingOf(row: Row): Pick<Sample, 'value' | 'why'> {
  const { value } = row;
  const why = optionalText(row, 'why');
  return {
    value:
      typeof value === 'number' || typeof value === 'string'
        ? value
        : value instanceof Uint8Array
          ? value[0] === 1
          : null,
    ...(why !== undefined && { why }),
  };
}
