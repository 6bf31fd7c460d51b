import type { InSamples } from '../../../sdk/model/profile.ts';
import type { Detector } from './detector.ts';

/** What one sample said: nothing · within the deadband, which counts only while the condition is active · everything. */
const marks = { no: 0, near: 1, yes: 2 } as const;

/** So many of the last so many samples that could be judged. */
export const inSamples = ({ atLeast, of }: InSamples, each: Detector): Detector => ({
  remember: (memory, value) => {
    const holds = each.holds(value, false, memory);
    if (holds === undefined) return memory;
    const mark = holds ? marks.yes : each.holds(value, true, memory) ? marks.near : marks.no;
    return { times: [], values: [...memory.values, mark].slice(-of) };
  },
  holds: (value, held, memory) => {
    if (each.holds(value, held, memory) === undefined) return undefined;
    const least = held ? marks.near : marks.yes;
    return memory.values.filter((mark) => Number(mark) >= least).length >= atLeast;
  },
});
