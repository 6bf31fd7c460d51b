/** Runs work, so much of it at a time; the rest waits its turn. */
export type AtMost = <T>(work: () => Promise<T>) => Promise<T>;

/** @param limit how much runs at once, from 1 */
export function atMost(limit: number): AtMost {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    // Whoever ends hands its place over, so that nobody who comes then can take it.
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
