import { type Millis, millis } from '../../../sdk/model/time.ts';
import type { Seq } from '../journal.ts';
import type { RowHead } from './level-rows.ts';

export type GroupBounds = {
  /** Of the rows to sum up. */
  readonly level: number;
  /** With so many bytes, rows, or so long a time a group is large enough. */
  readonly bytes: number;
  readonly rows: number;
  readonly span: Millis;
  /** Does where a destination stands in the way: what is shorter stays as it is. */
  readonly least: Millis;
  /** Does where the rows end: more may come. */
  readonly open: Millis;
  /** Numbers that must not become one. */
  readonly divide: (first: Seq, last: Seq) => boolean;
};

/** `rows` empty: nothing can be summed up yet, and up to `from` nothing will be. */
export type Group = { readonly rows: readonly RowHead[]; readonly from: Seq };

/**
 * The oldest rows of one level that are worth summing up together.
 * @param heads at most `bounds.rows` rows behind `from`, in order
 */
export function nextGroup(heads: readonly RowHead[], from: Seq, bounds: GroupBounds): Group {
  const all = candidates(heads, bounds);
  const found = all.find(({ rows, end }) => isReady(rows, end, bounds));
  if (found) return { rows: found.rows, from };
  const waiting = heads.length < bounds.rows ? all[0] : all.at(-1);
  return { rows: [], from: (waiting?.rows[0]?.first ?? (heads.at(-1)?.seq ?? from) + 1) - 1 };
}

/** `closed`: by a row that it cannot go on with. `divided`: by a destination. `open`: by the last row there is. */
type End = 'enough' | 'closed' | 'divided' | 'open';
type Candidate = { readonly rows: RowHead[]; end: End };

function candidates(heads: readonly RowHead[], bounds: GroupBounds): readonly Candidate[] {
  const found: Candidate[] = [];
  let open: Candidate | undefined;
  const close = (end: End): void => {
    if (open) open.end = end;
    open = undefined;
  };
  for (const head of heads) {
    const oldest = open?.rows[0];
    const before = open?.rows.at(-1);
    if (open && isEnough(open.rows, bounds)) close('enough');
    if (head.level !== bounds.level || (before && head.first !== before.seq + 1)) close('closed');
    if (oldest && bounds.divide(oldest.first, head.seq)) close('divided');
    if (head.level !== bounds.level || bounds.divide(head.first, head.seq)) continue;
    if (!open) found.push((open = { rows: [], end: 'open' }));
    open.rows.push(head);
  }
  return found;
}

function isReady(rows: readonly RowHead[], end: End, bounds: GroupBounds): boolean {
  if (isEnough(rows, bounds)) return true;
  if (end === 'closed') return rows.length > 1;
  return spanOf(rows) >= (end === 'divided' ? bounds.least : bounds.open);
}

const isEnough = (rows: readonly RowHead[], { bytes, span, rows: most }: GroupBounds): boolean =>
  rows.length >= most || spanOf(rows) >= span || rows.reduce((sum, row) => sum + row.bytes, 0) >= bytes;

const spanOf = (rows: readonly RowHead[]): Millis => millis((rows.at(-1)?.at ?? 0) - (rows[0]?.at ?? 0));
