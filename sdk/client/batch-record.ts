/** Which telemetry batches of one gateway came in since this client first heard of it. */
export type BatchRecord = {
  /** Identity of the gateway's journal. */
  readonly log: number;
  /** The first that was heard of: what was before is history, and comes only by accident. */
  readonly first: number;
  /** Everything from the first up to here came, or was given up. */
  readonly through: number;
  /** What came beyond a gap. */
  readonly above: ReadonlySet<number>;
};

/** A record with one more batch. The first of a journal begins it. Pure. */
export function noted(record: BatchRecord | undefined, log: number, seq: number): BatchRecord {
  if (record?.log !== log) return { log, first: seq, through: seq, above: new Set() };
  if (seq < record.first || has(record, log, seq)) return record;
  return settled(record, record.through, new Set([...record.above, seq]));
}

/** Whether this batch came before. */
export const has = (record: BatchRecord | undefined, log: number, seq: number): boolean =>
  record?.log === log && seq >= record.first && (seq <= record.through || record.above.has(seq));

/** The oldest numbers that did not come; `undefined` when none is missing. */
export function missing({ through, above }: BatchRecord): { readonly from: number; readonly to: number } | undefined {
  return above.size === 0 ? undefined : { from: through + 1, to: Math.min(...above) - 1 };
}

/** Gives up what is missing up to `upTo`. Pure. */
export const givenUp = (record: BatchRecord, upTo: number): BatchRecord =>
  settled(record, Math.max(record.through, upTo), record.above);

function settled({ log, first }: BatchRecord, from: number, seqs: ReadonlySet<number>): BatchRecord {
  let through = from;
  const above = new Set([...seqs].filter((seq) => seq > through));
  while (above.delete(through + 1)) through++;
  return { log, first, through, above };
}
