import { describeError } from '../../../sdk/model/errors.ts';
import type { AuditAct, LinkageRecord, WrittenRecord } from '../../../sdk/model/record.ts';
import type { MonoTime } from '../../../sdk/model/time.ts';
import { encodeRecord } from '../../../sdk/wire/record-message.ts';
import type { Journal, Keep } from '../../journal/journal.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import { stampAt } from '../stamp.ts';

/** A record that has no stamp yet. */
export type Unstamped = Omit<LinkageRecord, 'at'> | ({ readonly kind: 'audit' } & AuditAct);

/** What else goes with a record. */
export type Writing = {
  /** When it happened; now unless given. */
  readonly at?: MonoTime;
  /** Stored in the same transaction. */
  readonly keep?: Keep;
};

/**
 * Puts records into the alarm lane, in the order of the calls. Nobody has to wait: it never rejects, and what the journal
 * refuses is logged.
 */
export type RecordStore = (what: Unstamped, writing?: Writing) => Promise<void>;

export function recordStore(ctx: {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  readonly boot: number;
  /** The record is on disk and may be sent. */
  readonly onStored: () => void;
}): RecordStore {
  const { journal, clock, log, boot } = ctx;
  return async (what, { at, keep } = {}) => {
    const record: WrittenRecord = { ...what, at: stampAt(clock, boot, at) };
    try {
      await journal.append('alarm', record.at.wall, (seq) => encodeRecord({ log: journal.id, seq, record }), keep);
      ctx.onStored();
    } catch (e) {
      log.warn('record.not-stored', { kind: record.kind, why: describeError(e) });
    }
  };
}
