import type { HeardChange } from './alarm.ts';
import { type ClockTrust, isWall, type MonoTime, type Stamp, type WallTime, wallTime } from './time.ts';

/** A moment of a run at which its wall clock was right. */
export type ClockPoint = {
  readonly mono: MonoTime;
  readonly wall: WallTime;
  /** How far that may be off, where the host can tell. */
  readonly errorMs?: number;
};

/** How the monotonic times of one run of a gateway lie in wall time. */
export type RunClock = {
  readonly boot: number;
  /** In order of time; empty while its clock was never right. */
  readonly points: readonly ClockPoint[];
};

/** Crystals of small boards are off by up to this, and more away from room temperature. */
export const worstDrift = 200e-6;
/** A corrected stamp counts as right if it can be off by no more than this. */
const rightEnough = 1_000;

export type CorrectedStamp = Stamp & {
  /** The wall time was worked out from moments at which the run's clock was right. */
  readonly isCorrected?: true;
};

/**
 * Puts a stamp right that was made while the clock was wrong, if its run has learnt the time since. What was stamped by
 * a clock that was right is left alone.
 */
export function corrected(stamp: Stamp, clocks: readonly RunClock[]): CorrectedStamp {
  if (stamp.trust === 'synced') return stamp;
  const points = clocks.find(({ boot }) => boot === stamp.boot)?.points ?? [];
  const after = points.find(({ mono }) => mono >= stamp.mono);
  const before = points.findLast(({ mono }) => mono <= stamp.mono);
  const [from, to] = [before ?? after, after ?? before];
  if (!from || !to) return stamp;
  const wall = between(from, to, stamp.mono);
  if (!isWall(wall)) return stamp; // nothing that a clock could have shown
  const error = Math.max(from.errorMs ?? 0, to.errorMs ?? 0);
  const outside = Math.max(from.mono - stamp.mono, stamp.mono - to.mono, 0);
  return {
    ...stamp,
    wall,
    trust: trustAt(error + outside * worstDrift),
    isCorrected: true,
  };
}

/** An alarm change's times, put right. */
export function correctedTimes(
  { event, at, since, raised }: Pick<HeardChange, 'event' | 'at' | 'since' | 'raised'>,
  clocks: readonly RunClock[],
): { readonly at: CorrectedStamp; readonly since?: WallTime } {
  const right = corrected(at, clocks);
  const begun = event === 'raised' ? right : raised && corrected(raised, clocks);
  const began = since === undefined ? undefined : (begun?.wall ?? since);
  return { at: right, ...(began !== undefined && { since: began }) };
}

/** On the line through both: a clock that was left alone drifts evenly. */
function between(from: ClockPoint, to: ClockPoint, mono: MonoTime): WallTime {
  const offset = from.wall - from.mono;
  const span = to.mono - from.mono;
  const drifted = span > 0 ? ((to.wall - to.mono - offset) * (mono - from.mono)) / span : 0;
  return wallTime(Math.round(mono + offset + drifted));
}

const trustAt = (errorMs: number): ClockTrust => (errorMs <= rightEnough ? 'synced' : 'estimated');
