import { type Site, siteKey } from '../wire/topics.ts';
import type { Position } from './alarm-cursor.ts';
import { addRange, type Ranges } from './ranges.ts';
import type { Receipts } from './receipts.ts';

/**
 * Entries of the alarm lane that a stream has no use for. Whoever takes alarms over lets the gateways forget them, too;
 * whoever only watches must not: they may be worth something to the application that stores.
 */
export type PassedEntries = {
  readonly note: (site: Site, entry: Position) => void;
  /** The stream has committed something. */
  readonly takeOver: () => void;
  readonly isTaker: () => boolean;
};

export function passedEntries(receipts: Receipts, takesAlready: boolean): PassedEntries {
  const waiting = new Map<string, { readonly site: Site; readonly log: number; ranges: Ranges }>();
  let isTaker = takesAlready;
  return {
    note(site, { log, seq }) {
      if (isTaker) return receipts.note(site, log, [[seq, seq]]);
      const key = `${siteKey(site)}/${log}`;
      const known = waiting.get(key) ?? { site, log, ranges: [] };
      waiting.set(key, { ...known, ranges: addRange(known.ranges, [seq, seq]) });
    },
    takeOver() {
      if (isTaker) return;
      isTaker = true;
      for (const { site, log, ranges } of waiting.values()) receipts.note(site, log, ranges);
      waiting.clear();
    },
    isTaker: () => isTaker,
  };
}
