import { elapsed, type Millis } from '../../../sdk/model/time.ts';
import type { Detector, Memory } from './detector.ts';

/** The second look comes after this share of the bound: sooner, a receiver only says again what it has said. */
const secondLookAfter = 1 / 2;

/**
 * Alarm verification (报警复核): what one value says is a suspicion until a later one says it again, half of the bound
 * afterwards; a value in between that does not say it ends the suspicion. A suspicion that cannot be looked at again
 * within the bound counts: doubt costs a fire no more than `within`.
 */
export const verified = (each: Detector, within: Millis): Detector => ({
  remember: (memory, value, held) => {
    const holds = each.holds(value, held, memory);
    const [since] = memory.times;
    if (holds === false) return since === undefined ? memory : innocent;
    if (since === undefined) return holds ? { times: [value.at], values: [false] } : memory;
    if (isVerified(memory)) return memory;
    const waited = elapsed(since, value.at);
    return waited >= within || (holds && waited >= within * secondLookAfter) ? confirm(memory) : memory;
  },
  holds: (value, held, memory) => {
    const holds = each.holds(value, held, memory);
    if (holds === false) return false;
    return isVerified(memory) ? true : holds && false;
  },
});

const innocent: Memory = { times: [], values: [] };

const isVerified = ({ values }: Memory): boolean => values[0] === true;
/** Whether a fire is suspected and not yet verified. */
export const isSuspected = (memory: Memory | undefined): boolean => memory?.values[0] === false;
/** Somebody else has seen the same: the suspicion counts. */
export const confirm = ({ times }: Memory): Memory => ({ times, values: [true] });
