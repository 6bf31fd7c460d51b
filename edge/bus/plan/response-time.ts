import { type Millis, millis } from '../../../sdk/model/time.ts';

/** A read of a unit that answers; times in ms. */
export type Task = {
  /** Bus time. */
  readonly cost: number;
  readonly every: number;
  /** Lower is more urgent. */
  readonly rank: number;
};

/** What a unit adds that falls silent, stays so and comes back; times in ms. */
export type Silence = {
  /** Bus time of an attempt. */
  readonly dead: number;
  /** Bus time and number of all its reads: they are due at once when it comes back. */
  readonly round: number;
  readonly reads: number;
  /** Its shortest period. The second attempt may follow at once, the next after twice this, and so on up to `probe`. */
  readonly every: number;
  readonly probe: number;
};

/** Reads of one rank and period together; times in ms. */
export type Work = {
  readonly rank: number;
  readonly every: number;
  readonly cost: number;
  readonly longest: number;
  readonly reads: number;
};

export type Traffic = {
  /** Of all reads, those of the silent units included: they may have been answered up to this moment. */
  readonly work: readonly Work[];
  readonly silent: readonly Silence[];
};

/** The rank of attempts at silent units but the first. Reads that are more urgent are held up by one at most. */
export const supervision = 1;

/**
 * The longest time from a read becoming due to its answer, at most: never exceeded on a line that serves one request at
 * a time, the most urgent of those due first, of equals the one whose period ends first; where a read is due once at a
 * time, what could not be read in time being left out; and where attempts at silent units rank as supervision and never
 * come twice in a row while something else is due. `undefined`: no bound, more urgent reads may take the whole line.
 *
 * Where the line has time for all that is as urgent, this is the response time of non-preemptive earliest deadline first
 * (L. George, N. Rivierre, M. Spuri: Preemptive and Non-Preemptive Real-Time Uniprocessor Scheduling, INRIA report 2966,
 * 1996), with what is more urgent on top. Where it has not, other reads go before this one no more often than they fit
 * in its period.
 */
export function responseTime(task: Task, traffic: Traffic): Millis | undefined {
  const load = loadOn(task, traffic);
  const wait = waitByDeadline(task, load) ?? waitByTurns(task, load);
  return wait === undefined ? undefined : millis(wait + task.cost);
}

/** What reads of one rank and period ask for together. */
export function workOf(tasks: readonly Task[]): readonly Work[] {
  const works = new Map<string, Work>();
  for (const task of tasks) {
    const key = `${task.rank} ${task.every}`;
    const sum = works.get(key) ?? { ...task, cost: 0, longest: 0, reads: 0 };
    const longest = Math.max(sum.longest, task.cost);
    works.set(key, { ...sum, cost: sum.cost + task.cost, longest, reads: sum.reads + 1 });
  }
  return [...works.values()];
}

type Load = {
  readonly moreUrgent: readonly Work[];
  readonly equal: readonly Work[];
  readonly lessUrgent: readonly Work[];
  /** Bus time that silent units take of `time` ms in which so many reads are made. */
  readonly silent: (time: number, reads: number) => number;
};

function loadOn({ rank }: Task, { work, silent }: Traffic): Load {
  return {
    moreUrgent: work.filter((each) => each.rank < rank),
    equal: work.filter((each) => each.rank === rank),
    lessUrgent: work.filter((each) => each.rank > rank),
    silent: silenceOn(rank, silent),
  };
}

function silenceOn(rank: number, silent: readonly Silence[]): Load['silent'] {
  if (rank < supervision) {
    // Each falls silent, is being tried just then, or comes back: no two of these without less urgent reads in between.
    const once = silent.reduce((sum, { dead, round }) => sum + Math.max(dead, round), 0);
    return () => once;
  }
  const once = silent.reduce((sum, { dead, round }) => sum + dead + round, 0);
  const dearest = silent.reduce((most, { dead }) => Math.max(most, dead), 0);
  // First attempts and the reads after a return part later attempts as well.
  const more = silent.reduce((sum, { reads }) => sum + reads + 1, 1);
  const kinds = alike(silent);
  return (time, reads) => {
    const tried = kinds.reduce((sum, { each, units }) => sum + units * each.dead * attempts(each, time), 0);
    return once + Math.min(tried, (reads + more) * dearest);
  };
}

function alike(silent: readonly Silence[]): readonly { readonly each: Silence; readonly units: number }[] {
  const kinds = new Map<string, { readonly each: Silence; readonly units: number }>();
  for (const each of silent) {
    const key = `${each.dead} ${each.every} ${each.probe}`;
    kinds.set(key, { each, units: (kinds.get(key)?.units ?? 0) + 1 });
  }
  return [...kinds.values()];
}

/** How often a unit that fell silent is tried within `time` ms after the first attempt. */
function attempts({ every, probe }: Silence, time: number): number {
  let [count, at, wait] = [1, 0, 2 * every];
  for (; wait < probe && at + wait <= time; wait *= 2) {
    at += wait;
    count++;
  }
  return count + Math.max(0, Math.floor((time - at) / Math.max(every, Math.min(wait, probe))));
}

/** A line that is not done with all that is as urgent within so many of its longest periods counts as overloaded. */
const longestRush = 20;

/** Of all moments at which this read may become due in a rush, the longest wait; `undefined` on an overloaded line. */
function waitByDeadline(task: Task, load: Load): number | undefined {
  const limit = longestRush * Math.max(...[...load.moreUrgent, ...load.equal].map((work) => work.every));
  const rush = settle((time) => {
    const due: Times = (every) => arrivals(time, every);
    return heldUp(task, load, 0) + demand(load, time, { moreUrgent: due, equal: due });
  }, limit);
  if (rush === undefined) return undefined;
  let longest = 0;
  for (const due of criticalMoments(task, load, rush)) {
    const deadline = due + task.every;
    const earlier = Math.floor((due + rounding) / task.every);
    const start = settle((time) => {
      const moreUrgent: Times = (every) => arrivals(time, every);
      const equal: Times = (every) => Math.min(arrivals(time, every), Math.floor((deadline + rounding) / every));
      const itself = equal(task.every) - earlier;
      return heldUp(task, load, due) + demand(load, time, { moreUrgent, equal }) - itself * task.cost;
    }, rush);
    longest = Math.max(longest, (start ?? rush) - due); // whatever comes in a rush is over with it
  }
  return longest;
}

/** When this read may become due so that the deadline of another one is the same: in between, the wait only shrinks. */
function criticalMoments(task: Task, { equal }: Load, rush: number): ReadonlySet<number> {
  const moments = new Set<number>();
  for (const { every } of equal)
    for (let due = Math.ceil(task.every / every) * every - task.every; due <= rush; due += every) moments.add(due);
  return moments;
}

/** An hour: who waits longer waits for ever. */
const hopeless = 3_600_000;

/**
 * However overloaded: an equal read goes first if it waits already, or comes anew with an earlier deadline. Of what is
 * more urgent, one each may be late already.
 */
function waitByTurns(task: Task, load: Load): number | undefined {
  const equal: Times = (every) => Math.ceil(task.every / every);
  return settle((time) => {
    const moreUrgent: Times = (every) => 1 + arrivals(time, every);
    return heldUp(task, load, 0) + demand(load, time, { moreUrgent, equal }) - task.cost;
  }, hopeless);
}

/** The request that is on the line already, and may not be broken off. */
function heldUp(task: Task, { equal, lessUrgent }: Load, due: number): number {
  const later = equal.filter((work) => work.every > due + task.every);
  return [...lessUrgent, ...later].reduce((most, { longest }) => Math.max(most, longest), 0);
}

/** How often reads of a period come. */
type Times = (every: number) => number;

/** Bus time of what comes within `time` ms, with what silent units take between. */
function demand(load: Load, time: number, times: { readonly moreUrgent: Times; readonly equal: Times }): number {
  let [sum, reads] = [0, 0];
  const add = (work: readonly Work[], of: Times): void => {
    for (const { every, cost, reads: each } of work) {
      sum += of(every) * cost;
      reads += of(every) * each;
    }
  };
  add(load.moreUrgent, times.moreUrgent);
  add(load.equal, times.equal);
  return sum + load.silent(time, reads);
}

/** Much less than anything lasts, and more than sums of times are off by. */
const rounding = 1e-6;

/** How often something is due within `time`, the beginning and the end included. */
const arrivals = (time: number, every: number): number => 1 + Math.floor((time + rounding) / every);

/** The least time that suffices for what is asked for until then; `undefined` if it is above the limit. */
function settle(demandUntil: (time: number) => number, limit: number): number | undefined {
  let time = 0;
  for (;;) {
    const next = demandUntil(time);
    if (next <= time + rounding) return next;
    if (next > limit) return undefined;
    time = next;
  }
}
