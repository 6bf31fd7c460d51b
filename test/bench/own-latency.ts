/** Times are in ms on the clock that all processes of a machine share. */

/** A change of a device, as the first read saw it that could. `late`: how late that read was against its period. */
export type Seen = { readonly device: number; readonly at: number; readonly late: number };
/** The gateway knew of a change. */
export type Judged = { readonly device: number; readonly at: number };

/** The moments at which a device is due: `base` and every `period` from there on. */
export type Grid = { readonly base: number; readonly period: number };

/**
 * How late a read came that saw a change, against the first moment of the grid at which it could have seen it: periods
 * that were left out count in full. A change may come after that moment and before its read; then the read is late
 * against the moment before the change.
 */
export function lateness({ base, period }: Grid, changedAt: number, readAt: number): number {
  const expected = Math.ceil((changedAt - base) / period);
  const latest = Math.floor((readAt - base) / period);
  return readAt - base - Math.min(expected, latest) * period;
}

export type OwnLatency = {
  readonly times: readonly { readonly device: number; readonly ms: number }[];
  /** Changes that nobody judged before the next one of the device was seen, or ever. */
  readonly missed: number;
};

/** From the moment at which a read should have seen each change to its judgement, however long that took. */
export function ownLatency(seen: readonly Seen[], judged: readonly Judged[]): OwnLatency {
  const times: { device: number; ms: number }[] = [];
  for (const change of seen) {
    const { device, at, late } = change;
    const next = Math.min(...seen.filter((other) => other.device === device && other.at > at).map((other) => other.at));
    const known = judged.filter((j) => j.device === device && j.at >= at && j.at < next).map((j) => j.at);
    if (known.length > 0) times.push({ device, ms: late + Math.min(...known) - at });
  }
  return { times, missed: seen.length - times.length };
}
