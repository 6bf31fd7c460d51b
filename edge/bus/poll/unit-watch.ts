import type { UnitState } from '../../../sdk/model/link-quality.ts';
import type { Loss } from '../../../sdk/model/point.ts';
import type { Millis, MonoTime } from '../../../sdk/model/time.ts';
import type { PlannedRead } from '../plan/planned-read.ts';
import { urgencies, type Words } from '../reading.ts';
import { type IdentityRead, type PollUnit, readKey } from './poll-unit.ts';

/** One read of a unit, again and again. */
export type Turn = {
  read: PlannedRead;
  due: MonoTime;
  /**
   * An answer is not believed until the one before agrees with it. Above 0: how many more may disagree with the one
   * before until it is taken that the value really changes all the time.
   */
  doubts: number;
  /** The last answer, with which the next has to agree. */
  first: Words | undefined;
  /** Whether the last answer was an exception; `undefined` before the first answer. */
  isRefused: boolean | undefined;
};

/** How one unit stands. Until it is known who answers, the unit takes part with one request at a time, its contact. */
export type UnitWatch = {
  spec: PollUnit;
  /** Where in their periods its reads lie, 0 to below 1. */
  readonly phase: number;
  /** Fastest first, of equals the most urgent. */
  turns: readonly Turn[];
  /** Who answers was found out, and may be believed. */
  isKnown: boolean;
  /** It was found out just now: nothing else was read since. */
  isFresh: boolean;
  /** How many of the identity reads fitted, or were refused, so far. */
  checked: number;
  /** What identity reads expected, and found once: from then on the unit may not refuse to tell. */
  readonly fitted: Set<string>;
  /** The last identity read did not fit, which may have been a late answer to something else. */
  isDoubted: boolean;
  /** From one attempt to the next while the unit gives no answer of its own; `undefined` while it does. */
  wait: Millis | undefined;
  /** Why all its reads were told as lost, until it is known again. */
  lost: Loss | undefined;
};

export type WatchRules = {
  readonly now: MonoTime;
  /** Answers carry no transaction number: two have to agree before one is believed. */
  readonly confirm: boolean;
};

/** Takes up a unit that was not watched before: everything is due. */
export function watchUnit(spec: PollUnit, phase: number, { now, confirm }: WatchRules): UnitWatch {
  return {
    spec,
    phase,
    turns: spec.reads.toSorted(fastestFirst).map((read) => freshTurn(read, now, confirm)),
    isKnown: false,
    isFresh: false,
    checked: 0,
    fitted: new Set(),
    isDoubted: false,
    wait: undefined,
    lost: undefined,
  };
}

/** Takes what is wanted of a unit anew: reads that stay keep their rhythm, new ones are due at once. */
export function changeWants(watch: UnitWatch, spec: PollUnit, { now, confirm }: WatchRules): void {
  const before = new Map(watch.turns.map((turn) => [readKey(turn.read), turn]));
  const due = watch.lost === undefined ? now : (contactOf(watch)?.due ?? now);
  watch.turns = spec.reads.toSorted(fastestFirst).map((read) => {
    const turn = before.get(readKey(read)) ?? freshTurn(read, due, confirm && !watch.isKnown);
    turn.read = read;
    return turn;
  });
  const isSame = sameIdentity(watch.spec.identity, spec.identity);
  watch.spec = spec;
  if (isSame) return;
  watch.fitted.clear();
  suspect(watch, confirm);
  // By its old profile it was somebody else; whether it is by the new one is found out at once.
  if (watch.lost === 'other-device') hurry(watch, now);
}

/** Somebody else may answer from here on: that is found out before anything is believed, where it can be. */
export function suspect(watch: UnitWatch, confirm: boolean): void {
  watch.checked = 0;
  watch.isDoubted = false;
  watch.isFresh = false;
  watch.isKnown &&= watch.spec.identity.length === 0 && !confirm;
  for (const turn of watch.turns) turn.doubts ||= doubtsOf(confirm);
}

/** Everything is due, and what was due before stays so. */
export function hurry(watch: UnitWatch, now: MonoTime): void {
  for (const turn of watch.turns) if (turn.due > now) turn.due = now;
}

/** The turn that stands for the unit until it is known: the one due first, of equals the fastest. */
export function contactOf({ turns }: UnitWatch): Turn | undefined {
  let contact: Turn | undefined;
  for (const turn of turns) if (!contact || turn.due < contact.due) contact = turn;
  return contact;
}

export function stateOf({ lost, turns }: UnitWatch): UnitState {
  if (lost === 'other-device') return lost;
  if (lost === 'timeout') return 'silent';
  if (lost === 'refused') return 'refusing';
  if (lost === 'bad-crc' || lost === 'bad-reply') return 'garbled';
  if (lost !== undefined) return 'unknown'; // nobody can say while the bus is down
  const last = turns.flatMap(({ isRefused }) => (isRefused === undefined ? [] : [isRefused]));
  if (last.length === 0) return 'unknown';
  return last.every((isRefused) => isRefused) ? 'refusing' : 'answering';
}

/**
 * A late answer is mistaken for the right one once at most; a device that gives another value four times in a row
 * measures something that moves.
 */
const mostDoubts = 3;
export const doubtsOf = (confirm: boolean): number => (confirm ? mostDoubts : 0);

const freshTurn = (read: PlannedRead, due: MonoTime, confirm: boolean): Turn => ({
  read,
  due,
  doubts: doubtsOf(confirm),
  first: undefined,
  isRefused: undefined,
});

const fastestFirst = (a: PlannedRead, b: PlannedRead): number =>
  a.every - b.every || urgencies.indexOf(a.urgency) - urgencies.indexOf(b.urgency);

const sameIdentity = (a: readonly IdentityRead[], b: readonly IdentityRead[]): boolean =>
  a.length === b.length && a.every((one, i) => one.expects === b[i]?.expects);
