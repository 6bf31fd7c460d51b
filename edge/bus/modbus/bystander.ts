import type { MonoTime } from '../../../sdk/model/time.ts';
import type { Inbox } from './inbox.ts';
import type { Overdue } from './overdue.ts';
import { type Found, findAnyAnswer } from './rtu-frame.ts';

/** Deals with whole frames on a line that are no answer to the request under way: tells of them, and forgets them. */
export type Bystander = {
  /** Those among the first `end` bytes. */
  sortOut(end: number): void;
  /** Late answers only: they may not be taken for a wrong answer to the next request. */
  dropLate(): void;
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
  return {
    sortOut(end) {
      let left = end;
      for (let frame = findAnyAnswer(received.bytes, left); frame; frame = findAnyAnswer(received.bytes, left)) {
        if (!isLate(frame)) foreign(received.bytes[frame.start] ?? 0);
        left -= forget(frame);
      }
    },
    dropLate() {
      const frame = findAnyAnswer(received.bytes, received.length());
      if (frame && isLate(frame)) forget(frame);
    },
  };
}
