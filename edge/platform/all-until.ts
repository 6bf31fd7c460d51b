import { stopper } from './stop.ts';

/** Runs all until the signal fires; one that fails stops the others, so that nothing is left half alive. */
export async function allUntil(
  signal: AbortSignal,
  start: (inner: AbortSignal) => readonly Promise<void>[],
): Promise<void> {
  const inner = stopper();
  const stop = (): void => inner.abort(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const running = start(inner.signal);
  try {
    await Promise.all(running);
  } finally {
    inner.abort(new Error('another part of the gateway failed'));
    await Promise.allSettled(running);
    signal.removeEventListener('abort', stop);
  }
}
