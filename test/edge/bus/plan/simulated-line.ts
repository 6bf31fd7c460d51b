import type { UnitReads } from '../../../../edge/bus/plan/analyse.ts';
import type { LineCost } from '../../../../edge/bus/plan/line-cost.ts';
import type { PlannedRead } from '../../../../edge/bus/plan/planned-read.ts';

export type SimulatedUnit = UnitReads & {
  /** Of each read, when it is due first. */
  readonly offsets: readonly number[];
  /** From when until when it does not answer. */
  readonly silent?: { readonly from: number; readonly to: number };
};

type Turn = { readonly read: PlannedRead; readonly offset: number; due: number };
/** `attempt`: of a unit that did not answer, when it is tried next and how long it was left alone. */
type Seat = {
  readonly unit: SimulatedUnit;
  readonly turns: readonly Turn[];
  attempt: { due: number; wait: number } | undefined;
};
type Candidate = {
  readonly seat: Seat;
  readonly turn: Turn | undefined;
  readonly rank: number;
  readonly deadline: number;
};

const ranks = { alarm: 0, supervision: 1, telemetry: 2 } as const;

/**
 * A line that serves one request after the other, as the analysis assumes it: a naive second implementation. Returns
 * the longest time from due to answered of each unit, first of answers that come before `until` ms.
 */
export function simulateLine(
  units: readonly SimulatedUnit[],
  cost: LineCost,
  until: number,
): ReadonlyMap<number, number> {
  const worst = new Map<number, number>();
  const seats = units.map(
    (unit): Seat => ({
      unit,
      turns: unit.reads.map((read, i) => ({ read, offset: unit.offsets[i] ?? 0, due: unit.offsets[i] ?? 0 })),
      attempt: undefined,
    }),
  );
  let wasAttempt = false;
  for (let now = 0; now < until; ) {
    const next: readonly Candidate[] = candidates(seats, wasAttempt).filter(
      ({ seat, turn }) => dueOf(seat, turn) <= now,
    );
    const [first] = next.toSorted((a, b) => a.rank - b.rank || a.deadline - b.deadline);
    if (!first) {
      wasAttempt = false;
      now = Math.min(...candidates(seats, false).map(({ seat, turn }) => dueOf(seat, turn)));
      continue;
    }
    const { seat, turn } = first;
    const { silent } = seat.unit;
    const isSilent = silent !== undefined && silent.from <= now && now < silent.to;
    const block = (turn ?? seat.turns[0])?.read.block ?? { unit: 0, table: 'holding', address: 0, count: 1 };
    const due = dueOf(seat, turn);
    now += isSilent ? cost.dead(block) : cost.read(block);
    wasAttempt = turn === undefined;
    if (isSilent) giveUp(seat, due, now);
    else if (turn) {
      worst.set(seat.unit.unit, Math.max(worst.get(seat.unit.unit) ?? 0, now - due));
      turn.due = onGrid(turn, now);
    } else {
      seat.attempt = undefined;
      for (const each of seat.turns) each.due = now;
    }
  }
  return worst;
}

const fastest = (seat: Seat): number => Math.min(...seat.turns.map(({ read }) => read.every));
const dueOf = (seat: Seat, turn: Turn | undefined): number => (turn ? turn.due : (seat.attempt?.due ?? 0));

function candidates(seats: readonly Seat[], wasAttempt: boolean): readonly Candidate[] {
  return seats.flatMap((seat): Candidate[] => {
    if (seat.attempt) {
      const deadline = seat.attempt.due + fastest(seat);
      return [{ seat, turn: undefined, rank: wasAttempt ? 3 : ranks.supervision, deadline }];
    }
    return seat.turns.map((turn) => ({
      seat,
      turn,
      rank: ranks[turn.read.urgency],
      deadline: turn.due + turn.read.every,
    }));
  });
}

/** The next due time on the grid of a read, after the one that was served and not in the past. */
function onGrid({ read, offset, due }: Turn, now: number): number {
  const next = offset + Math.ceil((now - offset) / read.every) * read.every;
  return next > due ? next : next + read.every;
}

function giveUp(seat: Seat, due: number, now: number): void {
  const every = fastest(seat);
  if (!seat.attempt) {
    seat.attempt = { due: now, wait: every };
    return;
  }
  const wait = Math.min(2 * seat.attempt.wait, Math.max(every, seat.unit.probe));
  seat.attempt = { due: Math.max(now, due + wait), wait };
}
