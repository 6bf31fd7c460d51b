/** Which of several brokers is tried next. Pure: the time is the caller's, in milliseconds of any clock that only goes on. */
export type BrokerOrder = {
  /** The one to try now, as a position in the list. */
  readonly next: (now: number) => number;
  /** It could not be reached, refused, or its connection broke. */
  readonly failed: (which: number, now: number) => void;
};

/** A broker that has failed is tried after all others for so long, in milliseconds. */
export const restAfterFailureMs = 60_000;

/**
 * Brokers are told in the order in which they are preferred. The first is taken that has not failed within the last
 * minute; when all have, the one whose failure is longest ago. So a connection that works is never left for a preferred
 * broker: only when it breaks is there a choice, and none is tried twice before all others were.
 */
export function brokerOrder(count: number): BrokerOrder {
  const failures = new Map<number, number>();
  const rests = (which: number, now: number): boolean => {
    const failedAt = failures.get(which);
    return failedAt !== undefined && now - failedAt < restAfterFailureMs;
  };
  return {
    next(now) {
      const all = Array.from({ length: count }, (_, which) => which);
      const fresh = all.find((which) => !rests(which, now));
      if (fresh !== undefined) return fresh;
      return all.reduce((best, which) => ((failures.get(which) ?? 0) < (failures.get(best) ?? 0) ? which : best), 0);
    },
    failed: (which, now) => void failures.set(which, now),
  };
}
