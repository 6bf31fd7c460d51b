import type { MonoTime } from '../../../sdk/model/time.ts';
import type { Inbox } from './inbox.ts';
import type { Overdue } from './overdue.ts';
import { answerLength, type Request } from './request.ts';
import { type Found, findAnyAnswer, findAnyFrame } from './rtu-frame.ts';

/** Deals with whole frames on a line that are no answer to the request under way: tells of them, and forgets them. */
export type Bystander = {
  /** Those among the first `end` bytes. */
  sortOut(end: number): void;
  /**
   * Those of other units than the one that is asked, requests to them included, and whether there were any. They say
   * nothing of it, and its answer may still come; what looks like a frame within that answer is left alone.
   */
  dropOthers(request: Request): boolean;
};

export type BystanderOptions = {
  readonly received: Inbox;
  readonly overdue: Overdue;
  /** A late answer of `length` bytes to a request that was sent then. */
  readonly late: (unit: number, sent: MonoTime, length: number) => void;
  readonly foreign: (unit: number) => void;
};

export function bystander({ received, overdue, late, foreign }: BystanderOptions): Bystander {
  const forget = ({ start, length }: Found): number => {
    received.dropTo(start + length);
    return start + length;
  };
  const isLate = (frame: Found): boolean => {
    const missed = overdue.take(received.bytes, frame);
    if (missed) late(missed.request.unit, missed.sent, frame.length);
    return missed !== undefined;
  };
  /** Whether an answer to the request begins before the frame. */
  const isWithin = (request: Request, { start }: Found): boolean => {
    for (let at = 0; at < start; at++) if (answerLength(received.bytes, at, request) > 0) return true;
    return false;
  };
  return {
    sortOut(end) {
      let left = end;
      for (let frame = findAnyAnswer(received.bytes, left); frame; frame = findAnyAnswer(received.bytes, left)) {
        if (!isLate(frame)) foreign(received.bytes[frame.start] ?? 0);
        left -= forget(frame);
      }
    },
    dropOthers(request) {
      for (let count = 0; ; count++) {
        const frame = findAnyFrame(received.bytes, received.length());
        const unit = frame && received.bytes[frame.start];
        if (!frame || unit === undefined || unit === request.unit || isWithin(request, frame)) return count > 0;
        if (!isLate(frame)) foreign(unit);
        forget(frame);
      }
    },
  };
}
