import { later, type Millis, type MonoTime, millis } from '../../../sdk/model/time.ts';
import type { Request } from './request.ts';

/** A request on a line, and what is known of its answer. */
export type RtuWait = {
  readonly request: Request;
  /** How long the unit may take to begin its answer. */
  readonly limit: Millis;
  /** When the request has left, by the time it takes on the wire. */
  readonly sent: MonoTime;
  /** When it is given up if no byte came. */
  readonly firstBy: MonoTime;
  /** How long its answer takes on the wire. */
  readonly answerTime: Millis;
  /** When the first bytes came that are no echo, and how many they were. */
  first?: { readonly at: MonoTime; readonly count: number } | undefined;
};

/**
 * How long the line must be silent before what came is judged to be no answer, though it is long enough for one.
 * Longer than the 16 ms for which a USB adapter may hold bytes back.
 */
const lull = millis(50);

/** When the request is given up unless more comes; `count` bytes came, the last of them at `lastByte`. */
export function rtuDue({ request, firstBy, answerTime, first }: RtuWait, count: number, lastByte: MonoTime): MonoTime {
  if (!first) return firstBy;
  const end = later(later(first.at, answerTime), lull);
  const latest = end > firstBy ? end : firstBy;
  const ofLull = later(lastByte, lull);
  return count >= request.length && ofLull < latest ? ofLull : latest;
}
