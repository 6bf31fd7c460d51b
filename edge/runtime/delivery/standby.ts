import { describeError } from '../../../sdk/model/errors.ts';
import { minutes, seconds } from '../../../sdk/model/time.ts';
import type { Journal, Lane, Seq } from '../../journal/journal.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { Uplink } from '../../uplink/uplink.ts';

/** An uplink that is only used when the others do not get through. */
export type Standby = {
  readonly id: string;
  readonly uplink: Uplink;
  /** Connects, unless it is connected. */
  readonly wake: () => void;
  readonly run: (signal: AbortSignal) => Promise<void>;
};

export type StandbyContext = {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  /** Ids of the uplinks in whose place it stands in. */
  readonly others: readonly string[];
  /** Whether those do without it just now. */
  readonly isNeeded: () => boolean;
};

/** How often a sleeping one takes over what the others have delivered: until then the journal keeps that for it. */
const followEvery = seconds(60);
/** It stays so long after it was needed last: a line that comes and goes must not make it come and go. */
const linger = minutes(10);
const lanes = ['alarm', 'telemetry'] as const satisfies readonly Lane[];

/**
 * Asleep it has no connection, and its place in the journal follows that of the others. Awake it delivers what none of
 * them has delivered, until it is no longer needed.
 */
export function standby(id: string, uplink: Uplink, ctx: StandbyContext): Standby {
  const { journal, clock, log } = ctx;
  const state: { isAwake: boolean; wake?: () => void } = { isAwake: false };

  const delivered = async (lane: Lane): Promise<Seq> =>
    Math.max(0, ...(await Promise.all(ctx.others.map((other) => journal.cursor(other, lane)))));
  const follow = async (): Promise<void> => {
    for (const lane of lanes) await journal.acknowledge(id, lane, await delivered(lane));
  };
  const followed = (): Promise<void> =>
    follow().catch((e: unknown) => log.warn('standby.not-followed', { uplink: id, why: describeError(e) }));

  const sleep = async (signal: AbortSignal): Promise<void> => {
    while (!state.isAwake && !signal.aborted) {
      await followed();
      await new Promise<void>((resolve) => {
        const end = (): void => {
          cancel();
          signal.removeEventListener('abort', end);
          resolve();
        };
        const cancel = clock.after(followEvery, end);
        state.wake = end;
        signal.addEventListener('abort', end, { once: true });
        if (state.isAwake || signal.aborted) end();
      });
    }
  };
  const work = async (signal: AbortSignal): Promise<void> => {
    await followed();
    log.warn('standby.awake', { uplink: id });
    const over = new AbortController();
    const stop = AbortSignal.any([signal, over.signal]);
    const running = uplink.run(stop);
    let needed = clock.mono();
    while (!stop.aborted) {
      await clock.sleep(seconds(1), stop).catch(() => undefined); // the loop sees the abort
      uplink.delivered(await delivered('alarm'));
      if (ctx.isNeeded() || uplink.backlog('alarm') > 0) needed = clock.mono();
      if (clock.mono() - needed < linger) continue;
      state.isAwake = false; // before it has ended: who wakes it meanwhile is heard
      over.abort(new Error('no longer needed'));
    }
    await running;
    log.info('standby.asleep', { uplink: id });
  };
  return {
    id,
    uplink,
    wake() {
      state.isAwake = true;
      state.wake?.();
    },
    async run(signal) {
      while (!signal.aborted) {
        await sleep(signal);
        if (!signal.aborted) await work(signal);
      }
    },
  };
}
