import type { Seq } from '../journal.ts';

/** What a destination was handed: rows above `after`, up to `upTo`. It may go on from anywhere in there. */
type Handed = { readonly after: Seq; readonly upTo: Seq };

/** Where sums may not reach across, so that nobody misses a part of one or is told of a reading twice. */
export type Boundaries = {
  /** A destination was handed rows. What it was handed before counts as long as this goes on from there: it may be under way. */
  readonly handed: (destination: string, rows: Handed) => void;
  /** Whether the numbers `first` to `last` must not become one. */
  divide(first: Seq, last: Seq, cursors: ReadonlyMap<string, Seq>): boolean;
};

export function boundaries(): Boundaries {
  const byDestination = new Map<string, Handed>();
  return {
    handed: (destination, rows) => {
      const before = byDestination.get(destination);
      const after = before?.upTo === rows.after ? before.after : rows.after;
      byDestination.set(destination, { after, upTo: rows.upTo });
    },
    divide(first, last, cursors) {
      for (const [destination, { after, upTo }] of byDestination)
        if (first <= upTo && last > Math.max(after, cursors.get(destination) ?? 0)) return true;
      for (const cursor of cursors.values()) if (first <= cursor && cursor < last) return true;
      return false;
    },
  };
}
