import { byColumn } from '../../../sdk/wire/column-value.ts';
import type { PointTable } from '../../../sdk/wire/point-table.ts';
import type { Span } from '../../../sdk/wire/span.ts';
import { encodeSummary, type SummaryBatch } from '../../../sdk/wire/telemetry.ts';
import type { Seq } from '../journal.ts';

/** One message of a summary: it stands for the numbers `first` to `seq`. */
export type SummaryRow = { readonly first: Seq; readonly seq: Seq; readonly body: Uint8Array };

/** One message fits into one segment of TCP, so that an alarm never waits behind more on a slow line. */
const mostBytes = 1_200;
/**
 * The messages that take the place of the entries `batch.first` to `batch.seq`, divided by columns: the last numbers of
 * the range are theirs, and the first of them stands for the others as well. Larger ones than usual where there are not
 * enough numbers.
 */
export function summaryRows(batch: SummaryBatch, table: PointTable, spans: readonly Span[]): readonly SummaryRow[] {
  const columns = [...byColumn(spans).values()];
  const alone = columns.map((own) => encodeSummary(batch, table, own).length);
  const [one = [], another = []] = columns;
  // What a message has beside its columns: so much less do two in one take than two alone.
  const head =
    another.length === 0 ? 0 : sum(alone.slice(0, 2)) - encodeSummary(batch, table, [...one, ...another]).length;
  const sized = columns.map((own, i) => ({ own, bytes: (alone[i] ?? 0) - head }));
  let parts = packed(sized, mostBytes - head);
  const numbers = batch.seq - batch.first + 1;
  for (let most = mostBytes * 2; parts.length > numbers; most *= 2) parts = packed(sized, most);
  return parts.map((part, i) => {
    const seq = batch.seq - parts.length + 1 + i;
    const first = i === 0 ? batch.first : seq;
    return { first, seq, body: encodeSummary({ ...batch, first, seq }, table, part) };
  });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

type Column = { readonly own: readonly Span[]; readonly bytes: number };

/** In order, as many columns each as fit; at least one. */
function packed(columns: readonly Column[], most: number): readonly (readonly Span[])[] {
  const parts: Span[][] = [];
  let room = 0;
  for (const { own, bytes } of columns) {
    const part = bytes <= room ? parts.at(-1) : undefined;
    if (part) part.push(...own);
    else parts.push([...own]);
    room = (part ? room : most) - bytes;
  }
  return parts;
}
