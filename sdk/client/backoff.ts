export type Backoff = { readonly firstMs: number; readonly factor: number; readonly ceilingMs: number };

/** Between attempts to reach the broker. Full jitter: a district's platforms must not return in step after an outage. They are few, and alarms wait for them: hence the low ceiling. */
export const reconnectBackoff: Backoff = { firstMs: 250, factor: 2, ceilingMs: 2_000 };

/** Yields waits in milliseconds for ever, each random between 0 and a ceiling that grows. */
export function* delays(backoff: Backoff, random: () => number): Generator<number, never> {
  let ceiling = backoff.firstMs;
  for (;;) {
    yield ceiling * random();
    ceiling = Math.min(backoff.ceilingMs, ceiling * backoff.factor);
  }
}
