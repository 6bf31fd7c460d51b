import { type Millis, millis } from '../../../sdk/model/time.ts';
import type { LineCost } from './line-cost.ts';
import type { PlannedRead } from './planned-read.ts';
import {
  responseTime,
  type Silence,
  supervision,
  type Task,
  type Traffic,
  type Work,
  workOf,
} from './response-time.ts';

/** What one unit is asked for. */
export type UnitReads = {
  readonly unit: number;
  /** How long a unit that is silent is left alone at most. */
  readonly probe: Millis;
  readonly reads: readonly PlannedRead[];
};

/** What a line can carry. */
export type BusLoad = {
  /** Bus time to read everything once. */
  readonly cycle: Millis;
  /** Share of the line's time that the reads take while all units answer; above 1 they do not fit. */
  readonly utilisation: number;
  /** In the order of the units given. */
  readonly worst: readonly UnitLoad[];
};

/**
 * The longest time from any read of a unit becoming due to its answer, by the line; at most, see {@link responseTime}.
 * `undefined`: no bound, more urgent reads may take the whole line.
 */
export type UnitLoad = {
  readonly unit: number;
  /** While all units answer. */
  readonly response: Millis | undefined;
  /** While the worst of the other units falls silent, is silent, or comes back. */
  readonly withOneDead: Millis | undefined;
  /** While all other units do. */
  readonly withOthersDead: Millis | undefined;
  /** Whether each read is answered within its period, all units answering or one of the others silent. */
  readonly meets: boolean;
};

/**
 * What can be promised of a line that is polled as planned. The times are the line's, with the gateway's own at each
 * request: what writes, scans, retries and the silence after damage, repeated reads for confirmation, identity reads and
 * learnt silences when the line turns to another unit take comes on top.
 *
 * Silent units are tried less and less often: at once, after twice their shortest period, four times and so on, at
 * least every `probe`. A request to one holds up whoever comes next for as long as `cost.dead` says.
 */
export function analyse(units: readonly UnitReads[], cost: LineCost): BusLoad {
  const shares = units.map((unit) => shareOf(unit, cost));
  const tasks = shares.flatMap((share) => share.tasks);
  const work = workOf(tasks);
  return {
    cycle: millis(sum(tasks.map((task) => task.cost))),
    utilisation: sum(tasks.map((task) => task.cost / task.every)),
    worst: shares.map((share) => loadOf(share, shares, work)),
  };
}

/** What one unit asks of the line. `silence`: absent where nothing is asked of it. */
type Share = { readonly unit: number; readonly tasks: readonly Task[]; readonly silence: readonly Silence[] };

const rankOf = { alarm: 0, supervision, telemetry: 2 } as const satisfies Record<PlannedRead['urgency'], number>;

function shareOf({ unit, probe, reads }: UnitReads, cost: LineCost): Share {
  const tasks = reads.map(
    ({ block, every, urgency }): Task => ({ cost: cost.read(block), every, rank: rankOf[urgency] }),
  );
  if (tasks.length === 0) return { unit, tasks, silence: [] };
  const dead = Math.max(...reads.map(({ block }) => cost.dead(block)));
  const every = Math.min(...tasks.map((task) => task.every));
  const round = sum(tasks.map((task) => task.cost));
  return { unit, tasks, silence: [{ dead, round, reads: tasks.length, every, probe }] };
}

function loadOf(share: Share, shares: readonly Share[], work: readonly Work[]): UnitLoad {
  const others = shares.flatMap((other) => (other === share ? [] : other.silence));
  const within = (silent: readonly Silence[]): readonly Answered[] => answersTo(share.tasks, { work, silent });
  const [all, oneDead, othersDead] = [within([]), within(worstOf(others)), within(others)];
  return {
    unit: share.unit,
    response: latest(all),
    withOneDead: latest(oneDead),
    withOthersDead: latest(othersDead),
    meets: [...all, ...oneDead].every(({ after, every }) => after !== undefined && after <= every),
  };
}

type Answered = { readonly every: number; readonly after: Millis | undefined };

/** Reads of one kind are answered alike. */
function answersTo(tasks: readonly Task[], traffic: Traffic): readonly Answered[] {
  const kinds = new Map(tasks.map((task) => [`${task.rank} ${task.every} ${task.cost}`, task]));
  return [...kinds.values()].map((task) => ({ every: task.every, after: responseTime(task, traffic) }));
}

/** A unit as bad as the worst of these in every respect. */
function worstOf(units: readonly Silence[]): readonly Silence[] {
  if (units.length === 0) return [];
  const most = (of: (unit: Silence) => number): number => Math.max(...units.map(of));
  const least = (of: (unit: Silence) => number): number => Math.min(...units.map(of));
  return [
    {
      dead: most((unit) => unit.dead),
      round: most((unit) => unit.round),
      reads: most((unit) => unit.reads),
      every: least((unit) => unit.every),
      probe: least((unit) => unit.probe),
    },
  ];
}

function latest(answers: readonly Answered[]): Millis | undefined {
  let most = millis(0);
  for (const { after } of answers) {
    if (after === undefined) return undefined;
    if (after > most) most = after;
  }
  return most;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);
