import { FengsuiError } from '../model/errors.ts';
import { type Site, siteKey } from '../wire/topics.ts';
import { type BatchRecord, missing, noted, through, unseen } from './batch-record.ts';
import type { Range, Ranges } from './ranges.ts';

/** Which telemetry of which gateway came, and what is done about the rest. */
export type BatchTracker = {
  /** Notes the numbers that a message stands for, and returns those of them that did not come before. */
  readonly note: (site: Site, log: number, numbers: Range) => Ranges;
  /** What was sent while nobody listened is fetched, oldest first; what the gateway does not have any more is told. */
  readonly fill: (site: Site) => void;
  /** Up to where nothing is missing. */
  readonly position: (site: Site) => { readonly log: number; readonly seq: number } | undefined;
  /** All up to there was taken elsewhere; what comes behind it and is missing is fetched. */
  readonly takeOn: (site: Site, from: { readonly log: number; readonly seq: number }) => void;
  /** As if nothing had ever been heard of the gateway. */
  readonly forget: (site: Site) => void;
};

export type TrackerContext = {
  /** Asks a gateway for batches that it has sent to nobody here: after `after`, not beyond `upTo`, the first of them. */
  readonly fetch: (
    site: Site,
    range: { readonly log: number; readonly after: number; readonly upTo: number },
  ) => Promise<readonly Uint8Array[]>;
  /** Takes what was fetched, and notes it. @throws FengsuiError PROTOCOL */
  readonly take: (site: Site, bytes: Uint8Array) => void;
  readonly missed: (site: Site, log: number, numbers: Range) => void;
  readonly problem: (site: Site, error: unknown) => void;
};

/** Of more holes than this the oldest is given up unasked: a gateway that is never in reach must not fill the memory. */
const mostHoles = 1_000;

export function batchTracker(ctx: TrackerContext): BatchTracker {
  const records = new Map<string, BatchRecord>();
  const filling = new Set<string>();

  const giveUp = (site: Site, record: BatchRecord, hole: Range): void => {
    records.set(siteKey(site), noted(record, record.log, hole));
    ctx.missed(site, record.log, hole);
  };
  /** Takes one step; returns whether there may be more to do. */
  const fillOne = async (site: Site): Promise<boolean> => {
    const record = records.get(siteKey(site));
    const hole = record && missing(record);
    if (!record || !hole) return false;
    const range = { log: record.log, after: through(record), upTo: hole[1] };
    try {
      for (const bytes of await ctx.fetch(site, range)) ctx.take(site, bytes);
    } catch (e) {
      ctx.problem(site, e);
      // Out of reach just now: the next batch asks again. Only what the gateway itself cannot give is given up.
      if (FengsuiError.is(e) && (e.retryable || e.code === 'ABORTED')) return false;
    }
    const now = records.get(siteKey(site));
    // Unless it went on, or the journal changed.
    if (now?.log === record.log && through(now) === range.after) giveUp(site, now, missing(now) ?? hole);
    return true;
  };
  const fillAll = async (site: Site): Promise<void> => {
    const key = siteKey(site);
    filling.add(key);
    try {
      while (await fillOne(site));
    } finally {
      filling.delete(key);
    }
  };

  return {
    note(site, log, numbers) {
      const before = records.get(siteKey(site));
      const record = noted(before, log, numbers);
      records.set(siteKey(site), record);
      const hole = missing(record);
      if (hole && record.came.length > mostHoles) giveUp(site, record, hole);
      return unseen(before, log, numbers);
    },
    fill(site) {
      const record = records.get(siteKey(site));
      if (!record || !missing(record) || filling.has(siteKey(site))) return;
      fillAll(site).catch((e: unknown) => ctx.problem(site, e));
    },
    position(site) {
      const record = records.get(siteKey(site));
      return record && { log: record.log, seq: through(record) };
    },
    takeOn(site, { log, seq }) {
      const record = records.get(siteKey(site));
      const first = record?.log === log ? (record.came[0]?.[0] ?? seq) : seq;
      records.set(siteKey(site), noted(record, log, [Math.min(first, seq), seq]));
    },
    forget: (site) => void records.delete(siteKey(site)),
  };
}
