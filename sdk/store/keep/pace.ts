/** How fast holes of one gateway are filled: its line is for alarms and for what is read now. */
export type Pace = {
  /** Entries that are asked for at once. */
  readonly entries: number;
  /** Milliseconds of history that are asked for at once. */
  readonly windowMs: number;
  /** How long it is left alone after the next failure, ms. */
  readonly afterFailureMs: number;
};

const least = { entries: 1, windowMs: 10_000 };
const most = { entries: 16, windowMs: 3_600_000 };
const firstFailureMs = 5_000;
const longestFailureMs = 300_000;
/** One answer should hold up the line no longer than this, … */
const slowMs = 500;
/** … and may be larger when it takes no longer than this. */
const fastMs = 150;
/** An answer takes a tenth of the line. */
const restFactor = 9;
const leastRestMs = 20;
const longestRestMs = 30_000;

export const firstPace: Pace = { entries: 4, windowMs: 60_000, afterFailureMs: firstFailureMs };

/** After an answer that took so long. Pure. */
export function afterAnswer({ entries, windowMs }: Pace, tookMs: number): Pace {
  const factor = tookMs > slowMs ? 0.5 : tookMs < fastMs ? 2 : 1;
  return {
    entries: within(Math.floor(entries * factor), least.entries, most.entries),
    windowMs: within(windowMs * factor, least.windowMs, most.windowMs),
    afterFailureMs: firstFailureMs,
  };
}

/** After no answer. Pure. */
export const afterFailure = (pace: Pace): Pace => ({
  ...pace,
  entries: least.entries,
  windowMs: least.windowMs,
  afterFailureMs: Math.min(pace.afterFailureMs * 2, longestFailureMs),
});

/** How long a gateway is left alone after an answer that took so long, ms. */
export const restMs = (tookMs: number): number => within(tookMs * restFactor, leastRestMs, longestRestMs);

const within = (n: number, low: number, high: number): number => Math.min(Math.max(n, low), high);
