import { FengsuiError } from '../../sdk/model/errors.ts';
import type { PointValue } from '../../sdk/model/point.ts';
import { type HistoryBucketRow, type LatestPoint, leastEvery, mostEvery } from '../../sdk/wire/methods.ts';
import { type Fields, isText } from '../../sdk/wire/parse.ts';
import type { Data } from '../../sdk/wire/request.ts';
import type { HistoryBucket, HistoryQuery, Journal } from '../journal/journal.ts';

type Context = { readonly journal: Journal; readonly flush: () => Promise<void> };

/** Answers `history`, to whoever asks. @throws FengsuiError PROTOCOL, INVALID, JOURNAL */
export async function historyAnswer(ctx: Context, p: Fields): Promise<Data> {
  const query = queryIn(p);
  // What is still in memory belongs to the past, too; but a disk that takes nothing would keep the question waiting, and
  // one commit is enough for all pages of it.
  if (query.after === 0 && ctx.journal.status().degraded === undefined) await ctx.flush();
  const page = await ctx.journal.history(query);
  const next = page.next === undefined ? {} : { next: page.next };
  if ('buckets' in page) return { buckets: page.buckets.map(bucketRow), ...next };
  return { rows: page.rows.map(({ point, at, value }) => pointRow(point, at, value)), ...next };
}

function queryIn(p: Fields): HistoryQuery {
  const [device, from, to] = [p.text('device'), p.number('from'), p.number('to')];
  if (p.has('every')) checkEvery(p.count('every'));
  return {
    device,
    from,
    to,
    ...(p.has('points') && { points: p.list('points').filter(isText) }),
    ...(p.has('every') && { every: p.count('every') }),
    after: p.has('after') ? p.count('after') : 0,
  };
}

function checkEvery(every: number): void {
  if (every >= leastEvery && every <= mostEvery) return;
  throw new FengsuiError(
    'INVALID',
    `every: expected ${leastEvery} to ${mostEvery} ms (a second to 31 days), got ${every}`,
  );
}

export function pointRow(point: string, wall: number, value: PointValue): LatestPoint {
  if (value.quality === 'good') return [point, wall, value.value];
  return value.quality === 'lost' ? [point, wall, null, value.why] : [point, wall, value.value, `~${value.why}`];
}

const bucketRow = ({ point, from, count, leftOut, last, min, max, mean }: HistoryBucket): HistoryBucketRow =>
  min === undefined || max === undefined || mean === undefined
    ? [point, from, count, leftOut, last ?? null]
    : [point, from, count, leftOut, last ?? null, min, max, mean];
