import { type MonoTime, monoTime } from '../../../sdk/model/time.ts';
import type { Block, Urgency } from '../reading.ts';
import type { IdentityRead } from './poll-unit.ts';
import { contactOf, type Turn, type UnitWatch } from './unit-watch.ts';

/** One request to be made. */
export type Asked = {
  readonly watch: UnitWatch;
  readonly turn: Turn;
  readonly block: Block;
  readonly urgency: Urgency;
  /** What the unit is to be recognised by; without, the turn's own read is asked. */
  readonly identity?: IdentityRead;
};

/** What is to be asked now, or else until when there is nothing to do (`undefined`: for ever). */
export type Choice =
  | { readonly asked: Asked; readonly until?: never }
  | { readonly asked?: never; readonly until: MonoTime | undefined };

/**
 * Of all that is due the most urgent, within that what has to be done first: its period ends earliest. Probes of units
 * that do not answer are supervision. After a request that nobody answered, units that are known go before all that are
 * not: a line with many dead units is never left to them. Units that must not be asked yet are passed over: pure but for
 * `barredUntil`, which is that of the bus.
 */
export function choose(
  watches: Iterable<UnitWatch>,
  now: MonoTime,
  afterSilence: boolean,
  barredUntil: (unit: number) => MonoTime | undefined,
): Choice {
  let best: Candidate | undefined;
  let until = Number.POSITIVE_INFINITY;
  const consider = (watch: UnitWatch, turn: Turn, rank: number): void => {
    const free = turn.due > now ? turn.due : (barredUntil(watch.spec.unit) ?? now);
    if (free > now) {
      until = Math.min(until, free);
      return;
    }
    const deadline = turn.due + turn.read.every;
    if (best && (rank > best.rank || (rank === best.rank && deadline >= best.deadline))) return;
    best = { watch, turn, rank, deadline };
  };
  for (const watch of watches) {
    if (watch.isKnown) {
      for (const turn of watch.turns) consider(watch, turn, rankOf[turn.read.urgency]);
      continue;
    }
    const contact = contactOf(watch);
    if (contact) consider(watch, contact, afterSilence ? last : contactRank(watch));
  }
  if (best) return { asked: requestOf(best) };
  return { until: until < Number.POSITIVE_INFINITY ? monoTime(until) : undefined };
}

type Candidate = { watch: UnitWatch; turn: Turn; rank: number; deadline: number };

const rankOf = { alarm: 0, supervision: 1, telemetry: 2 } as const;
const last = 3;
const byRank = ['alarm', 'supervision', 'telemetry', 'supervision'] as const satisfies readonly Urgency[];

/** A unit that was not silent is as urgent as what is wanted of it. */
function contactRank({ turns, wait }: UnitWatch): number {
  if (wait !== undefined) return rankOf.supervision;
  let rank: number = last;
  for (const { read } of turns) rank = Math.min(rank, rankOf[read.urgency]);
  return rank;
}

function requestOf({ watch, turn, rank }: Candidate): Asked {
  const identity = watch.isKnown ? undefined : watch.spec.identity[watch.checked];
  const urgency = byRank[rank] ?? 'supervision';
  const block = identity?.block ?? turn.read.block;
  return { watch, turn, block, urgency, ...(identity && { identity }) };
}
