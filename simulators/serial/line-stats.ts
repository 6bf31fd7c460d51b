import { clockError } from './request-ear.ts';
import type { LineClock } from './wire.ts';

export type UnitStats = {
  /** Requests to this address, whether somebody is there or not. */
  readonly requests: number;
  readonly answers: number;
  /** Requests that a strict device dropped for their timing, or a deaf one. */
  readonly dropped: number;
  /** Longest time between two requests to this address, the time since the last one included. */
  readonly longestPauseMs: number;
};

export type LineStats = Omit<UnitStats, 'longestPauseMs'> & {
  /** Times the master began a request before the silence between frames was over. */
  readonly gapViolations: number;
  /** Shortest silence before a request; 0 before the second frame. */
  readonly shortestGapMs: number;
  /** Bursts of the master in which nobody found a request. */
  readonly unreadable: number;
  /** Times somebody began while somebody else spoke; noise does not count. */
  readonly collisions: number;
  /** Time for which there was something on the wire, added up over all speakers. */
  readonly busyMs: number;
  readonly units: Readonly<Record<number, UnitStats>>;
};

export type LineCounts = {
  readonly asked: (unit: number, at: number) => void;
  readonly answered: (unit: number) => void;
  readonly dropped: (unit: number) => void;
  /** A request begins after so much silence. */
  readonly gap: (ms: number, silenceMs: number) => void;
  readonly stats: (wire: Pick<LineStats, 'unreadable' | 'collisions' | 'busyMs'>) => LineStats;
};

type Row = { requests: number; answers: number; dropped: number; lastAt: number; longestPauseMs: number };

export function lineCounts(clock: LineClock): LineCounts {
  const began = clock.mono();
  const rows = new Map<number, Row>();
  let gapViolations = 0;
  let shortestGapMs = Number.POSITIVE_INFINITY;
  const row = (unit: number): Row => {
    const found = rows.get(unit) ?? { requests: 0, answers: 0, dropped: 0, lastAt: began, longestPauseMs: 0 };
    rows.set(unit, found);
    return found;
  };
  const sum = (key: 'requests' | 'answers' | 'dropped'): number =>
    [...rows.values()].reduce((total, each) => total + each[key], 0);
  return {
    asked(unit, at) {
      const counts = row(unit);
      counts.requests++;
      counts.longestPauseMs = Math.max(counts.longestPauseMs, at - counts.lastAt);
      counts.lastAt = at;
    },
    answered: (unit) => void row(unit).answers++,
    dropped: (unit) => void row(unit).dropped++,
    gap(ms, silenceMs) {
      if (ms < silenceMs - clockError) gapViolations++;
      shortestGapMs = Math.min(shortestGapMs, ms);
    },
    stats: (medium) => ({
      requests: sum('requests'),
      answers: sum('answers'),
      dropped: sum('dropped'),
      gapViolations,
      shortestGapMs: Number.isFinite(shortestGapMs) ? shortestGapMs : 0,
      ...medium,
      units: Object.fromEntries([...rows].map(([unit, each]) => [unit, told(each, clock.mono())])),
    }),
  };
}

const told = ({ lastAt, ...counts }: Row, now: number): UnitStats => ({
  ...counts,
  longestPauseMs: Math.max(counts.longestPauseMs, now - lastAt),
});
