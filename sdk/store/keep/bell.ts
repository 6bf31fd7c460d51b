/** Wakes who waits for it. */
export type Bell = {
  readonly ring: () => void;
  /** Resolves with the next ring, after so many milliseconds, or when the signal fires; and at once if it has rung since the last wait. */
  readonly wait: (ms: number) => Promise<void>;
};

export function bell(signal: AbortSignal): Bell {
  let hasRung = false;
  const waiting = new Set<() => void>();
  const ring = (): void => {
    hasRung = waiting.size === 0;
    for (const wake of waiting) wake();
  };
  signal.addEventListener('abort', ring, { once: true });
  return {
    ring,
    wait: (ms) =>
      new Promise((resolve) => {
        if (hasRung || signal.aborted) {
          hasRung = false;
          return resolve();
        }
        const timer = setTimeout(() => wake(), ms);
        const wake = (): void => {
          clearTimeout(timer);
          waiting.delete(wake);
          resolve();
        };
        waiting.add(wake);
      }),
  };
}
