import type { AlarmChange } from '../../../sdk/model/alarm.ts';
import { describeError, FengsuiError } from '../../../sdk/model/errors.ts';
import { seconds } from '../../../sdk/model/time.ts';
import { decodeAlarm, encodeAlarm } from '../../../sdk/wire/alarm-message.ts';
import type { Journal, Seq } from '../../journal/journal.ts';
import { conditionKey } from '../../linkage/linkage.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';

/** Puts every change on disk, in order. */
export type AlarmStore = {
  readonly store: (change: AlarmChange) => void;
  /** The last change of each condition, as an earlier run left it, by `device/condition`. */
  readonly restore: () => Promise<Map<string, AlarmChange>>;
  /** Whether the last change of `device/condition` is on disk. */
  readonly isStored: (key: string) => boolean;
  /** Conditions whose last change found no room and waits for it. */
  readonly waiting: () => number;
};

/** In the order in which they happened: an earlier change never takes the place of a later one. */
type Numbered = { readonly number: number; readonly change: AlarmChange };

const prefix = 'alarm/';
const tryAgain = seconds(1);

/**
 * Where even the journal's memory is full, the last change of each condition waits here, and tries again: a storm costs
 * the steps in between, never where a condition stands, and never more memory than there are conditions.
 */
export function alarmStore(ctx: {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  /** The change is on disk and may be sent. */
  readonly onStored: (seq: Seq, change: AlarmChange) => void;
}): AlarmStore {
  const { journal, clock, log } = ctx;
  const crowdedOut = new Map<string, Numbered>();
  /** By condition, the number of a change that is not on disk. */
  const unstored = new Map<string, number>();
  let count = 0;
  let isWaiting = false;

  const append = (key: string, { number, change }: Numbered): void => {
    const encode = (seq: number): Uint8Array => encodeAlarm({ log: journal.id, seq, change });
    journal
      .append('alarm', change.at.wall, encode, { key: `${prefix}${key}`, value: encode(0) })
      .then((seq) => {
        if ((crowdedOut.get(key)?.number ?? number) < number) crowdedOut.delete(key);
        if (unstored.get(key) === number) unstored.delete(key);
        ctx.onStored(seq, change);
      })
      .catch((e: unknown) => {
        if (!FengsuiError.is(e, 'OVERLOADED')) return log.warn('alarm.not-stored', { key, why: describeError(e) });
        if (crowdedOut.size === 0) log.warn('alarm.crowded-out', { key, why: describeError(e) });
        if ((crowdedOut.get(key)?.number ?? 0) < number) crowdedOut.set(key, { number, change });
        wait();
      });
  };
  const wait = (): void => {
    if (isWaiting) return;
    isWaiting = true;
    clock.after(tryAgain, () => {
      isWaiting = false;
      const again = [...crowdedOut];
      crowdedOut.clear();
      for (const [key, numbered] of again) append(key, numbered);
    });
  };

  return {
    store(change) {
      const key = conditionKey(change.device, change.condition);
      const numbered = { number: ++count, change };
      unstored.set(key, numbered.number);
      if (crowdedOut.has(key)) crowdedOut.set(key, numbered);
      else append(key, numbered);
    },
    async restore() {
      const changes = new Map<string, AlarmChange>();
      for (const [key, bytes] of await journal.kept(prefix)) {
        try {
          changes.set(key.slice(prefix.length), decodeAlarm(bytes).change);
        } catch (e) {
          log.warn('alarm.state-unreadable', { key, why: describeError(e) });
        }
      }
      return changes;
    },
    isStored: (key) => !unstored.has(key),
    waiting: () => crowdedOut.size,
  };
}
