import { addRange, type Range, type Ranges, withoutRange } from './ranges.ts';

/** Which numbers of one gateway's telemetry came in since this client first heard of it. */
export type BatchRecord = {
  /** Identity of the gateway's journal. */
  readonly log: number;
  /** What came or was given up. It begins with the first that was heard of: what was before is history. Never empty. */
  readonly came: Ranges;
};

/** A record with the numbers that one more message stands for. The first of a journal begins it. Pure. */
export function noted(record: BatchRecord | undefined, log: number, numbers: Range): BatchRecord {
  if (record?.log !== log) return { log, came: [numbers] };
  const first = record.came[0]?.[0] ?? numbers[0];
  return { log, came: addRange(record.came, [Math.max(first, numbers[0]), numbers[1]]) };
}

/** What of these numbers did not come before. What lies before the first that was heard of counts as new each time. */
export function unseen(record: BatchRecord | undefined, log: number, numbers: Range): Ranges {
  if (record?.log !== log || (record.came.at(-1)?.[1] ?? 0) < numbers[0]) return [numbers];
  return record.came.reduce<Ranges>(withoutRange, [numbers]);
}

/** Up to where nothing is missing. */
export const through = ({ came }: BatchRecord): number => came[0]?.[1] ?? 0;

/** The oldest numbers that did not come; `undefined` when none is missing. */
export function missing({ came: [whole, beyond] }: BatchRecord): Range | undefined {
  return whole && beyond && [whole[1] + 1, beyond[0] - 1];
}
