import { FengsuiError } from '../model/errors.ts';
import { pullQueue } from './pull-queue.ts';
import { abortError } from './time-limit.ts';

/**
 * What comes in from now on. Bounded: when the reader is slower than the district, the oldest items are let go and
 * counted in `dropped`. Ends when its signal fires, on `close()`, on leaving the loop, and when the client closes.
 */
export type LiveStream<T> = AsyncIterableIterator<T, undefined> &
  AsyncDisposable & {
    /** How many items were let go because the reader was slow. */
    readonly dropped: number;
    readonly close: () => void;
  };

export type StreamOptions = {
  /** Ends the stream quietly: the loop is left as if there were nothing more. */
  readonly signal?: AbortSignal | undefined;
  /** How many items wait for a slow reader; 10,000 unless given. */
  readonly buffer?: number | undefined;
};

/** Items that wait for a slow reader unless the caller says otherwise. */
const defaultBuffer = 10_000;

/** @param start is given the way in, and returns what to undo at the end. @throws FengsuiError INVALID | ABORTED */
export function liveStream<T extends object>(
  options: StreamOptions,
  start: (push: (item: T) => void) => () => void,
): LiveStream<T> {
  const buffer = checkedBuffer(options.buffer);
  if (options.signal?.aborted) throw abortError(options.signal.reason);
  const queue = pullQueue<T>();
  let dropped = 0;
  let stop: (() => void) | undefined;
  const close = (): void => {
    stop?.();
    options.signal?.removeEventListener('abort', close);
    queue.end();
  };
  options.signal?.addEventListener('abort', close, { once: true });
  stop = start((item) => {
    if (queue.size >= buffer) {
      queue.shift();
      dropped++;
    }
    queue.push(item);
  });
  return {
    get dropped() {
      return dropped;
    },
    close,
    ...iteration(queue.pull, close),
  };
}

/** The methods that make an object work in `for await` and `await using`. */
export function iteration<T>(
  next: () => Promise<IteratorResult<T, undefined>>,
  close: () => void,
): AsyncIterableIterator<T, undefined> & AsyncDisposable {
  const iterator = {
    next,
    return: async (): Promise<IteratorResult<T, undefined>> => {
      close();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => iterator,
    [Symbol.asyncDispose]: async () => close(),
  };
  return iterator;
}

/** @throws FengsuiError INVALID */
export function checkedBuffer(buffer: number | undefined): number {
  if (buffer === undefined) return defaultBuffer;
  if (!Number.isSafeInteger(buffer) || buffer < 1)
    throw new FengsuiError('INVALID', `buffer must be a whole number from 1, got ${buffer}`);
  return buffer;
}
