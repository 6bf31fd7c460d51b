import type { Seq } from '../journal.ts';

/** What a destination was handed: rows above `after`, up to `upTo`. It may go on from anywhere in there. */
type Handed = { readonly after: Seq; readonly upTo: Seq };

/** Where sums may not reach across, so that nobody misses a part of one or is told of a reading twice. */
export type Boundaries = {
  /** A destination was handed rows; what it was handed before no longer counts. */
  readonly handed: (destination: string, rows: Handed) => void;
  /** Whether the numbers `first` to `last` must not become one. */
  divide(first: Seq, last: Seq, cursors: Iterable<Seq>): boolean;
};

export function boundaries(): Boundaries {
  const byDestination = new Map<string, Handed>();
  return {
    handed: (destination, rows) => {
      byDestination.set(destination, rows);
    },
    divide(first, last, cursors) {
      for (const { after, upTo } of byDestination.values()) if (first <= upTo && last > after) return true;
      for (const cursor of cursors) if (first <= cursor && cursor < last) return true;
      return false;
    },
  };
}
