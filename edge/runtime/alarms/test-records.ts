import { describeError } from '../../../sdk/model/errors.ts';
import { testOverdue } from '../../../sdk/model/profile.ts';
import { elapsed, type MonoTime, minutes, type WallTime, wallTime } from '../../../sdk/model/time.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { Roster, Watched } from './roster.ts';

/** When each device was last tested, by a walk test or by its own test button. Outlives a restart. */
export type TestRecords = {
  readonly tested: (device: string) => void;
  /** Tells of every device whose test is overdue, or no longer so; only while the date is known. */
  readonly tick: () => void;
};

const prefix = 'tested/';
const lookEvery = minutes(10);

export async function testRecords(ctx: {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  readonly roster: Roster;
  readonly tell: (watched: Watched, isOverdue: boolean) => void;
}): Promise<TestRecords> {
  const { journal, clock, log, roster } = ctx;
  const last = await restore(ctx);
  let looked: MonoTime | undefined;
  const note = (device: string): void => {
    const now = clock.wall();
    last.set(device, now);
    journal
      .keep({ key: `${prefix}${device}`, value: Buffer.from(String(now)) })
      .catch((e: unknown) => log.warn('test-record.not-stored', { device, why: describeError(e) }));
  };
  return {
    tested(device) {
      // A date that is not known cannot be counted from; the device is tested again when it is due by the old one.
      if (clock.trust() !== 'synced') return;
      note(device);
      looked = undefined;
    },
    tick() {
      if (clock.trust() !== 'synced') return;
      if (looked !== undefined && elapsed(looked, clock.mono()) < lookEvery) return;
      looked = clock.mono();
      for (const watched of roster.all()) {
        const { within } = watched.rule.facts;
        if (watched.rule.condition !== testOverdue || within === undefined) continue;
        const since = last.get(watched.device);
        if (since === undefined) note(watched.device); // counted from when it was put in
        ctx.tell(watched, since !== undefined && clock.wall() - since > within);
      }
    },
  };
}

async function restore(ctx: { readonly journal: Journal; readonly log: Log }): Promise<Map<string, WallTime>> {
  const found = new Map<string, WallTime>();
  for (const [key, bytes] of await ctx.journal.kept(prefix)) {
    const at = Number(Buffer.from(bytes).toString('utf8'));
    if (Number.isFinite(at)) found.set(key.slice(prefix.length), wallTime(at));
    else ctx.log.warn('test-record.unreadable', { key });
  }
  return found;
}
