import type { AlarmChange } from '../../../sdk/model/alarm.ts';
import { describeError } from '../../../sdk/model/errors.ts';
import { elapsed, later, type Millis, type MonoTime, millis, monoTime } from '../../../sdk/model/time.ts';
import { hearEntry } from '../../../sdk/wire/lane-entry.ts';
import type { HopTimes } from '../../../sdk/wire/methods.ts';
import type { Journal, Seq } from '../../journal/journal.ts';
import { conditionKey } from '../../linkage/linkage.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { DeliveryWatch } from '../../uplink/delivery-watch.ts';
import { type Birth, type HopWatch, hopWatch } from './hop-times.ts';
import { isUrgent, unconfirmed } from './unconfirmed.ts';

/**
 * Whether anybody hears what this gateway has to say. An alarm counts as heard when an application has confirmed it; a
 * fire or a call that nobody has confirmed in time is told on the spot, and by another way where there is one.
 */
export type DeliveryDesk = AsyncDisposable & {
  /** An alarm has changed, and is about to be stored: a fire or a call waits for its confirmation from here on. */
  readonly judged: (change: AlarmChange) => void;
  /** An alarm change is on disk under that number. */
  readonly stored: (seq: Seq, change: AlarmChange) => void;
  /** What the drain to that uplink tells of each alarm. */
  readonly watch: (uplink: string) => DeliveryWatch;
  /** Takes up what an earlier run has left unconfirmed; its time begins anew. Where nothing waits, what it told is over. */
  readonly adopt: (uplinks: readonly string[]) => Promise<void>;
  readonly times: (uplink: string) => HopTimes | undefined;
  /** How many fires and calls wait for a confirmation, and how long the first of them. */
  readonly waiting: () => { readonly urgent: number; readonly urgentMs?: number };
};

export type DeliveryContext = {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  /** How long an application may take to confirm a fire or a call. */
  readonly within: Millis;
  /** A fire or a call is stored. */
  readonly onUrgent: () => void;
  /** Nobody has confirmed one in time, or by now somebody has confirmed them all. */
  readonly onLate: (isLate: boolean) => void;
};

const mostBirths = 1_000;
/** What is read of an earlier run at most. */
const mostAdopted = 1_000;

export function deliveryDesk(ctx: DeliveryContext): DeliveryDesk {
  const { clock, journal, log, within } = ctx;
  const births = new Map<Seq, Birth>();
  const watches = new Map<string, HopWatch>();
  const waiting = unconfirmed();
  /** Since when a fire or a call waits for the disk, by its condition: a disk that takes nothing is no reason to be silent. */
  const unstored = new Map<string, MonoTime>();
  const due = (): MonoTime | undefined => {
    const all = [waiting.since, ...unstored.values()].filter((since) => since !== undefined);
    return all.length === 0 ? undefined : later(monoTime(Math.min(...all)), within);
  };
  /** What was told last; not known of an earlier run. */
  let isLate: boolean | undefined = false;
  let timer: (() => void) | undefined;
  let isOver = false;

  const judge = (): void => {
    timer?.();
    timer = undefined;
    if (isOver) return;
    const end = due();
    const left = end === undefined ? undefined : elapsed(clock.mono(), end);
    const nowLate = left !== undefined && left <= 0;
    if (left !== undefined && left > 0) timer = clock.after(millis(left), judge);
    if (nowLate === isLate) return;
    if (isLate === undefined && !nowLate && end !== undefined) return;
    const wasLate = isLate;
    isLate = nowLate;
    if (isLate) log.warn('alarm.not-received', { waiting: waiting.size, withinS: within / 1_000 });
    else if (wasLate) log.info('alarm.received-after-all');
    ctx.onLate(isLate);
  };
  const urgent = (seq: Seq, since: MonoTime = clock.mono()): void => {
    waiting.add(seq, since);
    ctx.onUrgent();
    judge();
  };
  const hops = (uplink: string): HopWatch => {
    const known = watches.get(uplink) ?? hopWatch(births, () => clock.mono());
    watches.set(uplink, known);
    return known;
  };
  return {
    async [Symbol.asyncDispose]() {
      isOver = true;
      judge();
    },
    judged(change) {
      const key = conditionKey(change.device, change.condition);
      if (!isUrgent(change) || unstored.has(key)) return;
      unstored.set(key, clock.mono());
      judge();
    },
    stored(seq, change) {
      const key = conditionKey(change.device, change.condition);
      const since = unstored.get(key);
      unstored.delete(key); // by what came after it, where there was no room for all
      births.set(seq, { judged: change.at.mono, stored: clock.mono() });
      const oldest = births.keys().next();
      if (births.size > mostBirths && !oldest.done) births.delete(oldest.value);
      if (isUrgent(change)) urgent(seq, since);
      else if (since !== undefined) judge();
    },
    watch(uplink) {
      const { sent, taken, received } = hops(uplink);
      return {
        sent,
        taken,
        received(receipt) {
          received(receipt);
          waiting.received(receipt.ranges);
          judge();
        },
      };
    },
    async adopt(uplinks) {
      const cursors = await Promise.all(uplinks.map((uplink) => journal.cursor(uplink, 'alarm')));
      if (cursors.length === 0) return;
      isLate ||= undefined;
      for (const { seq, body } of await journal.read('alarm', Math.max(...cursors), mostAdopted)) {
        try {
          const entry = hearEntry(body);
          if ('change' in entry && isUrgent(entry.change)) urgent(seq);
        } catch (e) {
          log.warn('alarm.unreadable', { seq, why: describeError(e) });
        }
      }
      judge();
    },
    times: (uplink) => watches.get(uplink)?.times(),
    waiting: () => {
      const { since, size } = waiting;
      return { urgent: size, ...(since !== undefined && { urgentMs: Math.round(elapsed(since, clock.mono())) }) };
    },
  };
}
