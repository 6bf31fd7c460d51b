import { type Millis, type MonoTime, millis, monoTime } from '../../../sdk/model/time.ts';
import type { PlannedRead } from '../plan/planned-read.ts';
import type { Reading, Words } from '../reading.ts';
import type { Asked } from './choose.ts';
import { nextDue } from './grid.ts';
import type { IdentityRead } from './poll-unit.ts';
import { doubtsOf, hurry, suspect, type UnitWatch, type WatchRules } from './unit-watch.ts';

export type AnswerRules = WatchRules & {
  /** What came of one planned read. */
  readonly deliver: (read: PlannedRead, answer: Reading) => void;
};

/**
 * What an answer, or none, means for its unit: what is told, what is asked next, and when.
 *
 * A unit that does not answer, or only with damage, is lost as a whole: all its reads are told as lost for the same
 * reason, and from then on it is one probe, first after its period, then after twice the time, up to `probe`. An
 * exception is an answer: it is the loss of its read alone, unless it keeps from knowing who answers.
 */
export function takeAnswer(asked: Asked, answer: Reading, rules: AnswerRules): void {
  const { watch, identity } = asked;
  if (!answer.ok && answer.why !== 'refused') return lose(asked, answer, rules);
  if (identity) return checkIdentity(asked, identity, answer, rules);
  watch.isFresh = false;
  if (!watch.isKnown) recognise(watch, rules.now);
  takeRead(asked, answer, rules);
}

type Lost = Extract<Reading, { ok: false }>;

function lose({ watch, turn }: Asked, answer: Lost, rules: AnswerRules): void {
  const { now, confirm, deliver } = rules;
  const next = nextAttempt(watch, turn.due, answer, now);
  suspect(watch, confirm);
  watch.isKnown = false;
  watch.lost = answer.why;
  for (const each of watch.turns) {
    each.due = next;
    each.first = undefined;
    each.doubts = doubtsOf(confirm);
    deliver(each.read, answer);
  }
}

/** When a unit that was lost is tried again; keeps in mind how long that is. */
function nextAttempt(watch: UnitWatch, due: MonoTime, { why }: Lost, now: MonoTime): MonoTime {
  const every = millis(Math.min(...watch.turns.map(({ read }) => read.every)));
  const onGrid = nextDue(due, now, every, watch.phase);
  const most = Math.max(watch.spec.probe, every);
  // It answers, which costs little.
  if (why === 'refused') {
    watch.wait = undefined;
    return onGrid;
  }
  // A bus that is down is nobody's fault: each unit goes on as before.
  if (why === 'bus-down') return watch.wait === undefined ? onGrid : after(due, watch.wait, now);
  const doubled = watch.wait === undefined ? Math.max(every, onGrid - due) : 2 * watch.wait;
  const isFirst = watch.wait === undefined && why !== 'other-device';
  watch.wait = millis(why === 'other-device' ? most : Math.min(most, doubled));
  return isFirst ? onGrid : after(due, watch.wait, now);
}

const after = (due: MonoTime, wait: Millis, now: MonoTime): MonoTime => monoTime(Math.max(now, due + wait));

function checkIdentity(asked: Asked, identity: IdentityRead, answer: Reading, rules: AnswerRules): void {
  const { watch } = asked;
  if (identity.expects !== watch.spec.identity[watch.checked]?.expects) return; // its profile was changed meanwhile
  const verdict = judgeIdentity(watch, identity, answer);
  if (verdict === 'ask again') return loseUntilItTells(asked, answer, rules);
  if (verdict === 'somebody else') {
    if (rules.confirm && !watch.isDoubted) {
      watch.isDoubted = true;
      return;
    }
    const detail = `unit ${watch.spec.unit}: ${identity.expects}, but ${insteadOf(answer)}`;
    return lose(asked, { ok: false, at: answer.at, why: 'other-device', detail }, rules);
  }
  if (verdict === 'fits') watch.fitted.add(identity.expects);
  watch.checked++;
  watch.isDoubted = false;
  if (watch.checked < watch.spec.identity.length) return;
  recognise(watch, rules.now);
  watch.isFresh = true;
}

/**
 * Not every firmware has the registers that tell, so a unit may say that they are not there, with exception 1 or 2; but
 * not if it had them before. All other exceptions say nothing of who it is: it is busy, or has failed.
 */
function judgeIdentity(
  { fitted }: UnitWatch,
  identity: IdentityRead,
  answer: Reading,
): 'fits' | 'cannot tell' | 'somebody else' | 'ask again' {
  if (answer.ok) return identity.fits(answer.words) ? 'fits' : 'somebody else';
  if (answer.exception !== 1 && answer.exception !== 2) return 'ask again';
  return fitted.has(identity.expects) ? 'somebody else' : 'cannot tell';
}

const insteadOf = (answer: Reading): string =>
  answer.ok ? `there stands ${answer.words.join(' ')}` : `it has no such registers (exception ${answer.exception})`;

/** Without the exception: the reads that are lost by it were not refused themselves. */
function loseUntilItTells(asked: Asked, { at }: Reading, rules: AnswerRules): void {
  const detail = `unit ${asked.watch.spec.unit}: it cannot say yet who it is`;
  lose(asked, { ok: false, at, why: 'refused', detail }, rules);
}

/** From here on the unit is believed. Everything that was told as lost is due at once. */
function recognise(watch: UnitWatch, now: MonoTime): void {
  watch.isKnown = true;
  watch.wait = undefined;
  if (watch.lost !== undefined) hurry(watch, now);
  watch.lost = undefined;
}

function takeRead({ watch, turn }: Asked, answer: Reading, { now, deliver }: AnswerRules): void {
  const before = turn.first;
  turn.isRefused = !answer.ok;
  turn.first = answer.ok && turn.doubts > 0 ? answer.words : undefined;
  if (turn.first && !before) return; // it stays due, and is asked again
  turn.due = nextDue(turn.due, now, turn.read.every, watch.phase);
  if (!answer.ok || !before) return deliver(turn.read, answer);
  turn.doubts = agree(before, answer.words) ? 0 : turn.doubts - 1;
  if (turn.doubts > 0) return deliver(turn.read, { ...answer, doubt: 'unconfirmed' });
  turn.first = undefined;
  deliver(turn.read, answer);
}

const agree = (a: Words, b: Words): boolean => a.every((word, i) => word === b[i]);
