import { describeError } from '../../sdk/model/errors.ts';
import { type DrainContext, retryAfter } from './alarm-drain.ts';

export interface TelemetryDrain {
  wake(): void;
  /** Highest number up to which the broker has taken everything. */
  readonly cursor: number;
  run(signal: AbortSignal): Promise<void>;
}

/** Few at once: a new alarm must never wait behind more of these than a slow line carries in a moment. */
const batchesInFlight = 4;

const nobodyWaits = (): void => {};

/**
 * Sends the telemetry lane to one destination, oldest first, whenever no alarm is waiting. The cursor moves by the
 * broker's acknowledgement: losing a reading to a broker's crash is bearable, losing an alarm is not.
 */
export function telemetryDrain(ctx: DrainContext & { readonly mayUse: () => boolean }): TelemetryDrain {
  const { journal, destination, log, clock } = ctx;
  let wake: () => void = nobodyWaits;
  const stop = (): void => wake();
  let cursor = 0;
  return {
    wake: () => wake(),
    get cursor() {
      return cursor;
    },
    async run(signal) {
      cursor = await journal.cursor(destination, 'telemetry');
      signal.addEventListener('abort', stop, { once: true });
      while (!signal.aborted) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        const clear = ctx.isUp() && ctx.mayUse();
        const entries = clear ? await journal.read('telemetry', cursor, batchesInFlight, destination) : [];
        if (entries.length === 0) {
          await woken;
          continue;
        }
        try {
          await Promise.all(entries.map((entry) => ctx.publish(entry.body)));
          cursor = entries.at(-1)?.seq ?? cursor;
          await journal.acknowledge(destination, 'telemetry', cursor);
        } catch (e) {
          log.warn('uplink.telemetry-not-taken', { destination, after: cursor, why: describeError(e) });
          clock.after(retryAfter, () => wake());
          await woken;
        }
      }
      signal.removeEventListener('abort', stop);
    },
  };
}
