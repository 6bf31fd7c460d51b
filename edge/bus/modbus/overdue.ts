import type { MonoTime } from '../../../sdk/model/time.ts';
import { answerLength, type Request } from './request.ts';
import type { Found } from './rtu-frame.ts';

/** Given-up requests whose answers may still come, the last one of each unit. */
export type Overdue = {
  add(missed: Missed): void;
  /** Takes out the one that this frame answers, if there is one. */
  take(bytes: Uint8Array, frame: Found): Missed | undefined;
  forget(unit: number): void;
  /** Until when this unit must be left alone, so that a late answer is not taken for that of another request. */
  until(unit: number): MonoTime | undefined;
};

export type Missed = {
  readonly request: Request;
  /** When the request had been sent. */
  readonly sent: MonoTime;
  /** When the slowest answer that is reckoned with would have been over. */
  readonly until: MonoTime;
};

export function overdueAnswers(): Overdue {
  const byUnit = new Map<number, Missed>();
  return {
    add: (missed) => void byUnit.set(missed.request.unit, missed),
    take(bytes, { start, length }) {
      const missed = byUnit.get(bytes[start] ?? 0);
      if (!missed || answerLength(bytes, start, missed.request) !== length) return undefined;
      byUnit.delete(missed.request.unit);
      return missed;
    },
    forget: (unit) => void byUnit.delete(unit),
    until: (unit) => byUnit.get(unit)?.until,
  };
}
