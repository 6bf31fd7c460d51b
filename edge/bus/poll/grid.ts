import { type Millis, type MonoTime, monoTime } from '../../../sdk/model/time.ts';
import { golden, tick } from './ticker.ts';

/**
 * When something that is due every `every` ms is due next: after `due`, and not before `now`. All such moments lie on a
 * grid of the monotonic clock, so that a late answer shifts nothing and what could not be done in time is left out.
 * @param phase where in the period the grid lies, 0 to below 1
 */
export function nextDue(due: MonoTime, now: MonoTime, every: Millis, phase: number): MonoTime {
  const offset = Math.floor((phase * every) / tick) * tick;
  const first = offset + Math.ceil((Math.max(due, now) - offset) / every) * every;
  return monoTime(first > due ? first : first + every);
}

/** Where the periods of a poller's units lie, in the order in which they came: they take turns. */
export const phaseOf = (index: number, pollerPhase: number): number => (pollerPhase + index * golden) % 1;
