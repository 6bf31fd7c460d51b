import { elapsed, type MonoTime } from '../../../../sdk/model/time.ts';
import { isActive } from '../../../alarm/judge.ts';
import type { Replayed } from '../../../alarm/replay.ts';
import type { Rule } from '../../../alarm/rule.ts';

/** How a condition would have fared over the whole recording. Lengths in ms. */
export type ConditionSummary = {
  readonly condition: string;
  readonly kind: Rule['kind'];
  /** Occurrences; what came back within a minute is the same one. */
  readonly raised: number;
  readonly activeMs: number;
  readonly longestMs: number;
  readonly stillActive: boolean;
  readonly latched: boolean;
  /** Whether its point was in the recording at all. */
  readonly judged: boolean;
};

export type Summary = {
  readonly note: (told: Replayed) => void;
  readonly at: (end: MonoTime | undefined, points: readonly string[]) => readonly ConditionSummary[];
};

type Tally = { raised: number; activeMs: number; longestMs: number; since: MonoTime | undefined };

/** Counts as events come; keeps nothing of them. */
export function replaySummary(rules: readonly Rule[]): Summary {
  const tallies = new Map(
    rules.map((rule): [string, Tally] => [rule.condition, { raised: 0, activeMs: 0, longestMs: 0, since: undefined }]),
  );
  const close = (tally: Tally, at: MonoTime): void => {
    if (tally.since === undefined) return;
    const ms = elapsed(tally.since, at);
    tally.activeMs += ms;
    tally.longestMs = Math.max(tally.longestMs, ms);
    tally.since = undefined;
  };
  return {
    note({ condition, event, phase, at }) {
      const tally = tallies.get(condition);
      if (!tally) return;
      if (event === 'raised') tally.raised++;
      if (isActive(phase)) tally.since ??= at;
      else close(tally, at);
    },
    at: (end, points) =>
      rules.map(({ condition, kind, latched, point, facts }) => {
        const tally = tallies.get(condition) ?? { raised: 0, activeMs: 0, longestMs: 0, since: undefined };
        const stillActive = tally.since !== undefined;
        if (end !== undefined) close(tally, end);
        const { raised, activeMs, longestMs } = tally;
        const judged = facts.test === 'no-answer' || points.includes(point);
        return { condition, kind, raised, activeMs, longestMs, stillActive, latched, judged };
      }),
  };
}
