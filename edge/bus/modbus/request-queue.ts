import type { Words } from '../reading.ts';
import type { Request } from './request.ts';

/** A request that somebody waits for. */
export type Job = {
  readonly request: Request;
  readonly resolve: (words: Words) => void;
  readonly reject: (reason: unknown) => void;
  readonly signal: AbortSignal;
};

/** Waiting requests in the order asked, writes before reads. An aborted one leaves at once. */
export type RequestQueue = {
  add(job: Job): void;
  /** Takes out the next one. */
  next(): Job | undefined;
  empty(): boolean;
};

type Waiting = { readonly job: Job; readonly leave: () => void };

export function requestQueue(): RequestQueue {
  const writes: Waiting[] = [];
  const reads: Waiting[] = [];
  return {
    add(job) {
      const lane = job.request.bytes === 0 ? writes : reads;
      const waiting: Waiting = {
        job,
        leave: () => {
          lane.splice(lane.indexOf(waiting), 1);
          job.reject(job.signal.reason);
        },
      };
      job.signal.addEventListener('abort', waiting.leave, { once: true });
      lane.push(waiting);
    },
    next() {
      const first = writes.shift() ?? reads.shift();
      first?.job.signal.removeEventListener('abort', first.leave);
      return first?.job;
    },
    empty: () => writes.length === 0 && reads.length === 0,
  };
}
