import { pullQueue } from '../../client/pull-queue.ts';
import type { TelemetryEntry } from '../../client/telemetry-entries.ts';

/** Entries that wait for the store, no more than `most` readings of them; beyond that the oldest are let go. */
export type WaitingEntries = Pick<AsyncIterator<TelemetryEntry, undefined>, 'next'> & {
  /** Entries that were let go. */
  readonly dropped: () => number;
  /** Takes what comes, until the stream ends. */
  readonly fill: (stream: AsyncIterable<TelemetryEntry>) => Promise<void>;
};

export function waitingEntries(most: number): WaitingEntries {
  const queue = pullQueue<TelemetryEntry>();
  let held = 0;
  let dropped = 0;
  return {
    async next() {
      const next = await queue.pull();
      if (!next.done) held -= sizeOf(next.value);
      return next;
    },
    dropped: () => dropped,
    async fill(stream) {
      for await (const entry of stream) {
        held += sizeOf(entry);
        queue.push(entry);
        while (held > most && queue.size > 1) {
          const oldest = queue.shift();
          if (oldest) held -= sizeOf(oldest);
          dropped++;
        }
      }
      queue.end();
    },
  };
}

/** Also an entry without readings takes room. */
export const sizeOf = ({ readings }: TelemetryEntry): number => readings.length + 1;
