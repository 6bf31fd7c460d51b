import { type Urgency, urgencies, type Words } from '../reading.ts';
import type { Request } from './request.ts';

/** A request that somebody waits for. */
export type Job = {
  readonly request: Request;
  readonly urgency: Urgency;
  readonly resolve: (words: Words) => void;
  readonly reject: (reason: unknown) => void;
  readonly signal: AbortSignal;
  /** It was sent before, and its answer was damaged. */
  readonly isRetry?: true;
};

/** Waiting requests, the most urgent first, else in the order asked. An aborted one leaves at once. */
export type RequestQueue = {
  add(job: Job): void;
  /** Puts it before all others of its urgency. */
  addFirst(job: Job): void;
  /** The next one; it stays. */
  first(): Job | undefined;
  /** Takes out the next one. */
  next(): Job | undefined;
};

type Waiting = { readonly job: Job; readonly leave: () => void };

export function requestQueue(): RequestQueue {
  const lanes = urgencies.map((): Waiting[] => []);
  const laneOf = (job: Job): Waiting[] => lanes[urgencies.indexOf(job.urgency)] ?? [];
  const busiest = (): Waiting[] | undefined => lanes.find((lane) => lane.length > 0);
  const waitingOf = (job: Job): Waiting => {
    const waiting: Waiting = {
      job,
      leave: () => {
        const lane = laneOf(job);
        lane.splice(lane.indexOf(waiting), 1);
        job.reject(job.signal.reason);
      },
    };
    job.signal.addEventListener('abort', waiting.leave, { once: true });
    return waiting;
  };
  return {
    add: (job) => void laneOf(job).push(waitingOf(job)),
    addFirst: (job) => void laneOf(job).unshift(waitingOf(job)),
    first: () => busiest()?.[0]?.job,
    next() {
      const first = busiest()?.shift();
      first?.job.signal.removeEventListener('abort', first.leave);
      return first?.job;
    },
  };
}
