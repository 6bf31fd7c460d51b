import type { ClockPoint } from '../../sdk/model/run-clock.ts';
import { type ClockTrust, type Millis, type MonoTime, millis, type WallTime } from '../../sdk/model/time.ts';

/** The system's clocks as they were read at one moment. */
export type ClockSample = {
  readonly mono: MonoTime;
  readonly wall: WallTime;
  readonly trust: ClockTrust;
  readonly errorMs?: number | undefined;
};

/** What was seen of the system's wall clock so far. */
export type ClockWatch = {
  readonly last?: ClockSample;
  /** Moments at which it was right. */
  readonly points: readonly ClockPoint[];
  /** How often it was set. */
  readonly steps: number;
  /** By how much last; negative: back. */
  readonly lastStep?: Millis;
};

export const unwatched: ClockWatch = { points: [], steps: 0 };

/** A wall clock that moved this much against the monotonic one was set: slewing moves both. */
const stepped = 500;
/** Two points that differ less lie on one line. */
const sameLine = 20;
/** The first, which earlier stamps go by, and the newest. */
const mostPoints = 8;

/** Pure: takes one more sample. A step since the one before shows in `steps`. */
export function watchedClock(before: ClockWatch, sample: ClockSample): ClockWatch {
  const { last } = before;
  const moved = last ? offsetOf(sample) - offsetOf(last) : 0;
  const isStep = Math.abs(moved) > stepped;
  return {
    ...before,
    last: sample,
    points: sample.trust === 'synced' ? withPoint(before.points, sample) : before.points,
    ...(isStep && { steps: before.steps + 1, lastStep: millis(moved) }),
  };
}

/** While the offset stays, the newest point moves along; one that is off the line is added. */
function withPoint(points: readonly ClockPoint[], { mono, wall, errorMs }: ClockSample): readonly ClockPoint[] {
  const point: ClockPoint = { mono, wall, ...(errorMs !== undefined && { errorMs }) };
  const [first, ...rest] = points;
  const [before, newest] = [points.at(-2), points.at(-1)];
  if (before && newest && isOn(before, point) && isOn(newest, point)) return [...points.slice(0, -1), point];
  return points.length < mostPoints || !first ? [...points, point] : [first, ...rest.slice(1), point];
}

const isOn = (a: ClockPoint, b: ClockPoint): boolean => Math.abs(offsetOf(a) - offsetOf(b)) <= sameLine;

const offsetOf = ({ mono, wall }: Pick<ClockPoint, 'mono' | 'wall'>): number => wall - mono;
