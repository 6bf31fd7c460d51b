import { type Millis, millis } from '../../../sdk/model/time.ts';
import { type RecentTimes, recentTimes } from './recent-times.ts';

/** What was learnt of how a unit answers. */
export type UnitHabits = {
  readonly turnarounds: RecentTimes;
  /** By how much its limit is longer than its answers call for, after time-outs. */
  widening: number;
  /** Since the last time-out. */
  answersInARow: number;
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

export const newHabits = (): UnitHabits => ({ turnarounds: recentTimes(), widening: 1, answersInARow: 0 });

/** How long to wait for the first byte of an answer; `ceiling` while too little is known, and never longer. */
export function answerLimit({ turnarounds, widening }: UnitHabits, ceiling: Millis): Millis {
  if (turnarounds.count() < enough) return ceiling;
  const usual = Math.max(floor, margin * turnarounds.percentile(0.99) + adapterLatency);
  return millis(Math.min(ceiling, usual * widening));
}

export function noteAnswer(habits: UnitHabits, turnaround: Millis): void {
  habits.turnarounds.add(turnaround);
  habits.answersInARow++;
  if (habits.widening > 1 && habits.answersInARow % calmAfter === 0) habits.widening /= 2;
}

/** A unit that became slower must not be lost: its limit is doubled. */
export function noteTimeOut(habits: UnitHabits, ceiling: Millis): void {
  habits.answersInARow = 0;
  if (answerLimit(habits, ceiling) < ceiling) habits.widening *= 2;
}
