import { FengsuiError } from '../../sdk/model/errors.ts';
import type { Millis } from '../../sdk/model/time.ts';
import type { Clock } from './clock.ts';

type Deadline = { readonly clock: Clock; readonly ms: Millis; readonly signal: AbortSignal; readonly what: string };

/**
 * Runs `work` with a signal that also fires after `ms` of injected time, and leaves nothing behind: on Node 20
 * `AbortSignal.any` keeps every signal it ever made attached to a long-lived one.
 * @throws FengsuiError TIMEOUT when the time is over, even if `work` ignores its signal.
 */
export async function withDeadline<T>(deadline: Deadline, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { clock, ms, signal, what } = deadline;
  signal.throwIfAborted();
  const inner = new AbortController();
  const relay = (): void => inner.abort(signal.reason);
  signal.addEventListener('abort', relay, { once: true });
  const cancel = clock.after(ms, () => inner.abort(new FengsuiError('TIMEOUT', `${what}: no answer within ${ms} ms`)));
  const aborted = new Promise<never>((_, reject) => {
    inner.signal.addEventListener('abort', () => reject(inner.signal.reason), { once: true });
  });
  try {
    return await Promise.race([work(inner.signal), aborted]);
  } finally {
    cancel();
    signal.removeEventListener('abort', relay);
  }
}
