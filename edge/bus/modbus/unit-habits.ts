import { type Millis, millis } from '../../../sdk/model/time.ts';
import { type RecentTimes, recentTimes } from '../../platform/recent-times.ts';

/** What was learnt of how a unit answers. */
export type UnitHabits = {
  readonly turnarounds: RecentTimes;
  /** By how much its limit is longer than its answers call for, after late ones. */
  widening: number;
  /** Since the last time-out. */
  answersInARow: number;
  /** Since the last answer in time. */
  timeOutsInARow: number;
};

/** Answers before a limit is learnt. */
const enough = 8;
/** The limit is so many times what all but one in a hundred answers took … */
const margin = 2;
/** … and the time for which a USB adapter may hold bytes back: FTDI's latency timer as delivered (AN232B-04). */
const adapterLatency = 16;
/** Below, a busy gateway would itself be late. */
const floor = 50;
/** Answers in a row after which a limit that was widened is halved again. */
const calmAfter = 32;
/**
 * Of the attempts at a silent unit the fourth is given the full time, and then one in so many. An answer that begins
 * after the limit and the quiet time may drown in what the line does next, so that nothing would ever tell that the
 * unit has only become slower; a unit is tried four times at least before its silence is reported.
 */
const fullTimeEach = 16;
const timeOutsBeforeFull = 3;

export const newHabits = (): UnitHabits => ({
  turnarounds: recentTimes(),
  widening: 1,
  answersInARow: 0,
  timeOutsInARow: 0,
});

/** How long to wait for the first byte of an answer; `ceiling` while too little is known, and never longer. */
export function answerLimit({ turnarounds, widening, timeOutsInARow }: UnitHabits, ceiling: Millis): Millis {
  if (turnarounds.count() < enough || timeOutsInARow % fullTimeEach === timeOutsBeforeFull) return ceiling;
  const usual = Math.max(floor, margin * turnarounds.percentile(0.99) + adapterLatency);
  return millis(Math.min(ceiling, usual * widening));
}

export function noteAnswer(habits: UnitHabits, turnaround: Millis): void {
  habits.turnarounds.add(turnaround);
  habits.answersInARow++;
  habits.timeOutsInARow = 0;
  if (habits.widening > 1 && habits.answersInARow % calmAfter === 0) habits.widening /= 2;
}

/**
 * The limit is doubled if an answer is known that it would miss: the unit became slower and must not be lost. A unit
 * that merely fell silent calls for no longer wait, which its neighbours would pay.
 */
export function noteTimeOut(habits: UnitHabits, ceiling: Millis): void {
  if (habits.turnarounds.percentile(1) > answerLimit(habits, ceiling)) habits.widening *= 2;
  habits.answersInARow = 0;
  habits.timeOutsInARow++;
}
