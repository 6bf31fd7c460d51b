import { FengsuiError } from '../model/errors.ts';

/** The last argument of every call that may wait. */
export type CallOptions = {
  /** Gives up when it fires: the call rejects ABORTED. What a gateway was already told to do may still be done. */
  readonly signal?: AbortSignal | undefined;
  /** How long the whole call may take, in milliseconds; 10,000 unless given. */
  readonly timeoutMs?: number | undefined;
};

/** Default time limit of a request to a gateway. */
export const requestTimeoutMs = 10_000;
/** Default time limit of the first connection to the broker. */
export const connectTimeoutMs = 15_000;

export type Limit = {
  readonly ms: number;
  readonly signals: readonly (AbortSignal | undefined)[];
  /** What to reject with when the time is over. */
  readonly late: () => FengsuiError;
};

/** Timers of Node wrap round beyond this. */
const longestTimer = 2 ** 31 - 1;

/**
 * Runs `work` with a signal that fires when the time is over or one of the signals does, and leaves nothing behind.
 * @throws FengsuiError what `late` makes; ABORTED when a signal fires, or the signal's own FengsuiError.
 */
export async function within<T>(limit: Limit, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  if (!(limit.ms > 0)) throw new FengsuiError('INVALID', `timeoutMs must be more than 0, got ${limit.ms}`);
  const inner = new AbortController();
  const stops = limit.signals.flatMap((signal) => (signal ? [watch(signal, inner)] : []));
  const timer = setTimeout(() => inner.abort(limit.late()), Math.min(limit.ms, longestTimer));
  const aborted = new Promise<never>((_, reject) => {
    if (inner.signal.aborted) reject(inner.signal.reason);
    else inner.signal.addEventListener('abort', () => reject(inner.signal.reason), { once: true });
  });
  aborted.catch(() => undefined); // it is raced below; without a race nobody would look at it
  try {
    inner.signal.throwIfAborted();
    return await Promise.race([work(inner.signal), aborted]);
  } finally {
    clearTimeout(timer);
    for (const stop of stops) stop();
  }
}

/** One limit for a call of several steps: each is given what the ones before have left of it. */
export function sharedLimit({
  signal,
  timeoutMs: ms = requestTimeoutMs,
}: CallOptions): () => { readonly signal: AbortSignal | undefined; readonly timeoutMs: number } {
  const end = performance.now() + ms;
  return () => ({ signal, timeoutMs: ms > 0 ? Math.max(1, Math.ceil(end - performance.now())) : ms });
}

/** The reason of a signal as one of our errors. */
export const abortError = (reason: unknown): FengsuiError =>
  FengsuiError.is(reason, 'ABORTED', 'UNAVAILABLE', 'TIMEOUT')
    ? reason
    : new FengsuiError('ABORTED', 'the caller gave up', { cause: reason });

function watch(signal: AbortSignal, inner: AbortController): () => void {
  const relay = (): void => inner.abort(abortError(signal.reason));
  if (signal.aborted) relay();
  else signal.addEventListener('abort', relay, { once: true });
  return () => signal.removeEventListener('abort', relay);
}
