import { seconds } from '../../sdk/model/time.ts';
import type { Clock } from '../platform/clock.ts';
import { onChange } from '../platform/log.ts';

const reportEvery = seconds(1);
/** In any case each so many times. */
const reportAnyway = 60;

/** Tells of changes of the gateway's state at most once a second, and once a minute in any case. */
export type StateReporter = {
  /** Something that is shown has changed. */
  readonly touch: () => void;
  readonly run: (parts: StateReport, signal: AbortSignal) => Promise<void>;
};

export type StateReport = {
  readonly clock: Clock;
  /** Entries that no destination has taken yet. */
  readonly backlog: () => number;
  /** What is wrong with the journal's disk. Its alarm may be held back or held on, as any alarm that comes and goes. */
  readonly degraded: () => string | undefined;
  readonly report: () => void;
};

export function stateReporter(): StateReporter {
  let changed = false;
  const touch = (): void => {
    changed = true;
  };
  const noteBacklog = onChange<number>(touch);
  const noteDegraded = onChange<string | undefined>(touch);
  return {
    touch,
    async run({ clock, backlog, degraded, report }, signal) {
      for (let tick = 1; !signal.aborted; tick++) {
        await clock.sleep(reportEvery, signal).catch(() => undefined); // the loop sees the abort
        noteBacklog(band(backlog()));
        noteDegraded(degraded());
        if (!changed && tick % reportAnyway !== 0) continue;
        changed = false;
        report();
      }
    },
  };
}

/** A backlog is told when it appears, doubles, halves and is gone; one or two entries are just on their way. */
const band = (entries: number): number => (entries <= 2 ? 0 : Math.floor(Math.log2(entries)));
