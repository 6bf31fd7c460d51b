import type { PointValue } from '../../../sdk/model/point.ts';
import { elapsed, type Millis, type MonoTime } from '../../../sdk/model/time.ts';
import type { Detector, Memory } from './detector.ts';

/** Samples of a span that are kept: bounds the memory whatever the poll period. */
const kept = 16;

/**
 * A change by at least `by` within a span, up or down. The span is kept as at most sixteen samples: of samples closer
 * together than a sixteenth of it the extreme one is kept, so that no peak is lost.
 */
export function changes(direction: 'rises' | 'falls', by: number, within: Millis): Detector {
  const sign = direction === 'rises' ? 1 : -1;
  const least = (a: number, b: number): number => (sign * a < sign * b ? a : b);
  return {
    remember: (memory, value) => {
      const now = goodNumber(value);
      if (now === undefined) return memory;
      const fresh = memory.times.findIndex((at) => elapsed(at, value.at) <= within);
      const last = memory.times.at(-1);
      if (fresh < 0 || last === undefined) return { times: [value.at], values: [now] };
      const isClose = elapsed(last, value.at) < within / kept;
      const extreme = least(Number(memory.values.at(-1)), now);
      if (isClose && fresh === 0 && extreme === memory.values.at(-1)) return memory;
      const [times, values] = [memory.times.slice(fresh), memory.values.slice(fresh)];
      if (isClose) values[values.length - 1] = extreme;
      return isClose ? { times, values } : { times: [...times, value.at], values: [...values, now] };
    },
    holds: (value, _held, memory) => {
      const now = goodNumber(value);
      if (now === undefined) return undefined;
      const start = memory.values.reduce<number>((extreme, each) => least(extreme, Number(each)), now);
      // A sum of the sensor's steps carries the dust of binary fractions: 0.3 - 0.1 is a change by 0.2.
      return sign * (now - start) >= by - Math.abs(by) * 1e-9;
    },
  };
}

/** No change by the sensor's own resolution for so long. A value that is not good neither proves nor disproves it. */
export const stuck = (resolution: number, forMs: Millis): Detector => ({
  remember: (memory, value) => {
    if (value.quality !== 'good') return memory;
    const [since] = memory.times;
    const [anchor] = memory.values;
    const same =
      typeof value.value === 'number' && typeof anchor === 'number'
        ? Math.abs(value.value - anchor) < resolution * (1 - 1e-9)
        : value.value === anchor;
    return since !== undefined && same ? memory : { times: [value.at], values: [value.value] };
  },
  holds: (value, _held, memory) =>
    value.quality === 'good' ? elapsed(sinceOf(memory, value), value.at) >= forMs : undefined,
});

const sinceOf = ({ times }: Memory, value: PointValue): MonoTime => times[0] ?? value.at;

const goodNumber = (value: PointValue): number | undefined =>
  value.quality === 'good' && typeof value.value === 'number' ? value.value : undefined;
