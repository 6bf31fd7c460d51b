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
  /** The next one, or of those that may go; it stays. */
  first(mayGo?: (job: Job) => boolean): Job | undefined;
  /** Takes it out. */
  take(job: Job): void;
};

type Waiting = { readonly job: Job; readonly leave: () => void };

export function requestQueue(): RequestQueue {
  const lanes = urgencies.map((): Waiting[] => []);
  const laneOf = (job: Job): Waiting[] => lanes[urgencies.indexOf(job.urgency)] ?? [];
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
    first(mayGo = () => true) {
      for (const lane of lanes) {
        const waiting = lane.find(({ job }) => mayGo(job));
        if (waiting) return waiting.job;
      }
      return undefined;
    },
    take(job) {
      const lane = laneOf(job);
      const at = lane.findIndex((waiting) => waiting.job === job);
      for (const { leave } of lane.splice(at, at < 0 ? 0 : 1)) job.signal.removeEventListener('abort', leave);
    },
  };
}
