import { describeError } from '../../sdk/model/errors.ts';
import { elapsed, millis } from '../../sdk/model/time.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';

/** The retained documents of a gateway; each message replaces the one before. */
export type Channel = 'state' | 'points';

export type DocumentContext = {
  readonly clock: Clock;
  readonly log: Log;
  /** The document as it is now. */
  readonly document: (channel: Channel) => Uint8Array;
  readonly publish: (channel: Channel, document: Uint8Array) => Promise<void>;
  /** Whether nothing more urgent is waiting or under way. */
  readonly mayUse: () => boolean;
  /** The line is free again. */
  readonly onFree: () => void;
};

/** Shows documents when they have changed: one at a time, behind alarms, and on a slow line less often. */
export interface DocumentDesk {
  /** It has changed. What is sent is what it is then. */
  show(channel: Channel): void;
  /** It may be that something can be sent. */
  wake(): void;
  readonly isBusy: boolean;
  /** The connection is gone: nothing is under way, nothing due. */
  linkDown(): void;
}

/** A document takes a tenth of the line at most. */
const leastPause = 10;

export function documentDesk(ctx: DocumentContext): DocumentDesk {
  const { clock, log } = ctx;
  const due = new Set<Channel>();
  const resting = new Map<Channel, () => void>();
  let underWay: Channel | undefined;
  let connection = 0;

  const send = async (channel: Channel): Promise<void> => {
    const mine = connection;
    const began = clock.mono();
    await ctx
      .publish(channel, ctx.document(channel))
      .catch((e: unknown) => log.warn('uplink.not-taken', { channel, why: describeError(e) }));
    if (mine !== connection) return;
    underWay = undefined;
    const rest = millis(elapsed(began, clock.mono()) * leastPause);
    resting.set(
      channel,
      clock.after(rest, () => {
        resting.delete(channel);
        wake();
      }),
    );
    wake();
    ctx.onFree();
  };
  const wake = (): void => {
    const next = [...due].find((channel) => !resting.has(channel));
    if (next === undefined || underWay !== undefined || !ctx.mayUse()) return;
    due.delete(next);
    underWay = next;
    send(next).catch((e: unknown) => log.warn('uplink.bug', { why: describeError(e) }));
  };
  return {
    show(channel) {
      due.add(channel);
      wake();
    },
    wake,
    get isBusy() {
      return underWay !== undefined;
    },
    linkDown() {
      connection++;
      due.clear();
      underWay = undefined;
      for (const cancel of resting.values()) cancel();
      resting.clear();
    },
  };
}
