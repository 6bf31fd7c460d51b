import type { PointValue } from '../../../sdk/model/point.ts';
import { elapsed, later, type Millis, type MonoTime, millis } from '../../../sdk/model/time.ts';
import type { Detector, Memory } from './detector.ts';

/** Levels of a span that are kept: bounds the memory whatever the poll period. */
const kept = 16;

/**
 * A change by at least `by` within a span, up or down. A level is what two samples in a row agree on, so that one wrong
 * sample is neither the start of a change nor its end. The span is kept as at most sixteen levels: of those closer
 * together than a sixteenth of it the extreme one is kept, so that no valley or peak is lost.
 *
 * Memory: in `values` where the change has come to, the last sample, and the levels that it may have started from; in
 * `times` those of the levels.
 */
export function changes(direction: 'rises' | 'falls', by: number, within: Millis): Detector {
  const sign = direction === 'rises' ? 1 : -1;
  const start = (a: number, b: number): number => (sign * a < sign * b ? a : b);
  const end = (a: number, b: number): number => (sign * a < sign * b ? b : a);
  return {
    remember: (memory, value) => {
      const now = goodNumber(value);
      if (now === undefined) return memory;
      const [, last] = memory.values;
      if (last === undefined) return { times: [], values: [now, now] };
      // Both samples have come at least so far; and neither was further back than this.
      const [reached, level] = [start(Number(last), now), end(Number(last), now)];
      const levels = memory.values.slice(2);
      const fresh = memory.times.findIndex((at) => elapsed(at, value.at) <= within);
      const newest = memory.times.at(-1);
      if (fresh < 0 || newest === undefined) return { times: [value.at], values: [reached, now, level] };
      if (elapsed(newest, value.at) >= within / kept)
        return {
          times: [...memory.times.slice(fresh), value.at],
          values: [reached, now, ...levels.slice(fresh), level],
        };
      levels[levels.length - 1] = start(Number(levels.at(-1)), level);
      const times = fresh === 0 ? memory.times : memory.times.slice(fresh);
      return { times, values: [reached, now, ...levels.slice(fresh)] };
    },
    holds: (value, _held, { values }) => {
      if (goodNumber(value) === undefined) return undefined;
      const [reached = Number.NaN, , ...levels] = values.map(Number);
      const from = levels.reduce<number | undefined>((extreme, each) => start(extreme ?? each, each), undefined);
      // A sum of the sensor's steps carries the dust of binary fractions: 0.3 - 0.1 is a change by 0.2.
      return from !== undefined && sign * (reached - from) >= by - Math.abs(by) * 1e-9;
    },
  };
}

/** A pause longer than this share of the time is one in which nobody looked: it does not count. */
const longestPause = 1 / 4;
/** How exactly the last look is remembered, as a share of the time. */
const exactness = 1 / 32;

/**
 * No change by the sensor's own resolution for so long, looked at all the while. A value that is not good neither proves
 * nor disproves it. Memory: the value, since when it stands, and when it was last looked at.
 */
export const stuck = (resolution: number, forMs: Millis): Detector => ({
  remember: (memory, value) => {
    if (value.quality !== 'good') return memory;
    const [since, seen] = memory.times;
    const [anchor] = memory.values;
    if (since === undefined || seen === undefined || differs(anchor, value.value, resolution))
      return { times: [value.at, value.at], values: [value.value] };
    const pause = elapsed(seen, value.at);
    if (pause < forMs * exactness) return memory;
    const unseen = pause > forMs * longestPause ? pause : millis(0);
    return { times: [later(since, unseen), value.at], values: memory.values };
  },
  holds: (value, _held, { times }) =>
    value.quality === 'good' ? elapsed(sinceOf(times, value), value.at) >= forMs : undefined,
});

const sinceOf = ([since]: Memory['times'], value: PointValue): MonoTime => since ?? value.at;

const differs = (a: unknown, b: unknown, resolution: number): boolean =>
  typeof a === 'number' && typeof b === 'number' ? Math.abs(a - b) >= resolution * (1 - 1e-9) : a !== b;

const goodNumber = (value: PointValue): number | undefined =>
  value.quality === 'good' && typeof value.value === 'number' ? value.value : undefined;
