import { describeError } from '../../sdk/model/errors.ts';
import { millis, seconds } from '../../sdk/model/time.ts';
import type { Receipt } from '../../sdk/wire/receipt.ts';
import type { Entry, Journal, Lane, Seq } from '../journal/journal.ts';
import type { Clock } from '../platform/clock.ts';
import { type Log, onChange } from '../platform/log.ts';
import type { DeliveryWatch } from './delivery-watch.ts';
import { type Taken, take } from './receipts.ts';

export type DrainContext = {
  readonly destination: string;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  readonly isUp: () => boolean;
  readonly publish: (body: Uint8Array) => Promise<void>;
};

/** What the broker refused while connected is tried again after this, not at once. */
export const retryAfter = seconds(1);

export interface AlarmDrain {
  /** Something was appended, or the link came up. */
  wake(): void;
  /** What the platform's application has taken for good. */
  receipt(receipt: Receipt): void;
  /** Up to here another destination has taken all for good, and this one stands in for it. */
  delivered(upTo: Seq): void;
  /** Sends everything not receipted again, now. Returns the first number that will come. */
  resume(): number;
  /** Whether every alarm has been handed to the broker: only then may telemetry use the line. */
  readonly caughtUp: boolean;
  /** Highest number up to which everything was receipted. */
  readonly cursor: number;
  run(signal: AbortSignal): Promise<void>;
}

/** Below the in-flight limit that brokers allow by default (20 in mosquitto). */
const windowSize = 16;
const firstResend = seconds(15);
const lastResend = seconds(300);

export type AlarmDrainContext = DrainContext & {
  readonly onCaughtUp: () => void;
  /** Without an operator nobody can sign receipts: then the broker's word is all there is, and it has to do. */
  readonly awaitsReceipts: boolean;
  readonly watch: DeliveryWatch;
};

const nobodyWaits = (): void => {};

/** Says why a lane cannot be read, once; with an empty text, that it can be. */
export const unreadLog = ({ log, destination }: Pick<DrainContext, 'log' | 'destination'>, lane: Lane) =>
  onChange<string>((why) => why !== '' && log.warn('uplink.not-read', { destination, lane, why }));

/**
 * Sends the alarm lane to one destination, in order, each entry as soon as it is stored. The cursor moves by the
 * application's receipts alone. What stays unreceipted is sent again: at once when the link returns or an
 * application asks, else after 15 s, 30 s … 5 min.
 */
export function alarmDrain(ctx: AlarmDrainContext): AlarmDrain {
  const { journal, destination, log, watch } = ctx;
  let taken: Taken = { cursor: 0, above: new Set() };
  let handed = 0; // highest number given to the link since it came up
  let inFlight = 0;
  let paused = false;
  let resendAfter = firstResend;
  let resend: (() => void) | undefined; // cancels the timer that runs
  let wake: () => void = nobodyWaits;
  const stop = (): void => wake();
  const noteUnread = unreadLog(ctx, 'alarm');

  const rewind = (): void => {
    handed = taken.cursor;
    wake();
  };
  const disarm = (): void => {
    resend?.();
    resend = undefined;
  };
  // A timer that runs goes on running: alarms that keep coming must not put off the one that is missing.
  const armResend = (): void => {
    resend ??= ctx.clock.after(resendAfter, () => {
      resend = undefined;
      if (taken.cursor >= handed) return;
      log.warn('uplink.unreceipted', { destination, from: taken.cursor + 1, to: handed, retryS: resendAfter / 1_000 });
      resendAfter = millis(Math.min(lastResend, resendAfter * 2));
      rewind();
    });
  };
  const pause = (): void => {
    paused = true;
    ctx.clock.after(retryAfter, () => {
      paused = false;
      wake();
    });
  };
  /** A disk that does not give back what it took is tried again: what is judged and linked here must not end with it. */
  const read = async (from: number): Promise<readonly Entry[]> => {
    try {
      const entries = await journal.read('alarm', from, windowSize - inFlight);
      noteUnread('');
      return entries;
    } catch (e) {
      noteUnread(describeError(e));
      pause();
      return [];
    }
  };
  const send = (entry: Entry): void => {
    inFlight++;
    watch.sent(entry.seq);
    ctx
      .publish(entry.body)
      .then(() => {
        watch.taken(entry.seq);
        if (!ctx.awaitsReceipts) takeOver({ ranges: [[entry.seq, entry.seq]] });
      })
      .catch((e: unknown) => {
        log.warn('uplink.alarm-not-taken', { destination, seq: entry.seq, why: describeError(e) });
        handed = Math.max(taken.cursor, Math.min(handed, entry.seq - 1));
        pause();
      })
      .then(() => {
        inFlight--;
        wake();
        if (caughtUp()) ctx.onCaughtUp();
      })
      .catch((e: unknown) => log.warn('uplink.bug', { why: describeError(e) }));
  };
  const takeOver = (receipt: Pick<Receipt, 'ranges' | 'heldMs'>): void => {
    watch.received(receipt);
    moveOver(receipt.ranges);
  };
  const moveOver = (ranges: Receipt['ranges']): void => {
    const { last } = journal.status().lanes.alarm;
    const before = taken.cursor;
    for (const range of ranges) taken = take(taken, range, last);
    if (taken.cursor === before) return;
    handed = Math.max(handed, taken.cursor);
    resendAfter = firstResend;
    disarm();
    if (taken.cursor < handed) armResend();
    journal
      .acknowledge(destination, 'alarm', taken.cursor)
      .catch((e: unknown) => log.warn('uplink.cursor-not-stored', { destination, why: describeError(e) }));
  };
  const canSend = (): boolean => ctx.isUp() && !paused && inFlight < windowSize;
  /** Nothing is asked of a disk that has nothing more: one that is broken would hold up what can be sent without it. */
  const hasMore = (): boolean => handed < journal.status().lanes.alarm.last;
  const caughtUp = (): boolean => inFlight === 0 && !paused && handed >= journal.status().lanes.alarm.last;

  return {
    wake: () => wake(),
    get caughtUp() {
      return caughtUp();
    },
    get cursor() {
      return taken.cursor;
    },
    resume() {
      rewind();
      return taken.cursor + 1;
    },
    receipt(receipt) {
      if (receipt.log === journal.id) takeOver(receipt);
    },
    delivered(upTo) {
      if (upTo > taken.cursor) moveOver([[taken.cursor + 1, upTo]]);
    },
    async run(signal) {
      taken = { cursor: await journal.cursor(destination, 'alarm'), above: new Set() };
      handed = taken.cursor;
      signal.addEventListener('abort', stop, { once: true });
      while (!signal.aborted) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        const from = handed;
        const entries = canSend() && hasMore() ? await read(from) : [];
        if (handed !== from) continue; // moved while reading: what was read is not what comes next
        if (entries.length === 0 || !canSend()) {
          await woken;
          continue;
        }
        const { last } = journal.status().lanes.alarm;
        for (const entry of entries) {
          // Numbers that the journal has lost can never be receipted, and must not hold up the cursor.
          if (entry.seq > handed + 1) taken = take(taken, [handed + 1, entry.seq - 1], last);
          handed = entry.seq;
          if (!taken.above.has(entry.seq)) send(entry);
        }
        armResend();
        if (caughtUp()) ctx.onCaughtUp();
      }
      disarm();
      signal.removeEventListener('abort', stop);
    },
  };
}
