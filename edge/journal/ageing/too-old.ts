import { openTelemetry } from '../../../sdk/wire/telemetry.ts';
import { readable } from '../history/known-tables.ts';
import type { Entry, Seq } from '../journal.ts';
import type { LaneFile } from '../lane-file.ts';

const rowsAtOnce = 16;
const dayMs = 86_400_000;

/**
 * Finds what is older than so many days. Only times of a trusted clock count, of the newest entry as of the oldest: what
 * was written while the clock was wrong goes with what came after it.
 */
export function tooOld(lane: LaneFile, days: number): () => Seq | undefined {
  let present = Number.NEGATIVE_INFINITY;
  /** Rows up to here are too old, or stamped by a clock that cannot be trusted. */
  let passed = 0;
  return () => {
    const [newest] = lane.read(lane.extent().last - 1, 1);
    if (newest && isTrusted(newest)) present = Math.max(present, newest.at);
    let found: Seq | undefined;
    for (const entry of lane.read(passed, rowsAtOnce)) {
      const isSure = isTrusted(entry);
      if (isSure && entry.at >= present - days * dayMs) break;
      if (isSure) found = entry.seq;
      passed = entry.seq;
    }
    return found;
  };
}

function isTrusted({ body }: Entry): boolean {
  const message = readable(() => openTelemetry(body));
  return message !== undefined && 'trust' in message && message.trust === 'synced';
}
