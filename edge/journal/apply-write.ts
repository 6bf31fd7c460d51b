import type { DatabaseFile } from './database-file.ts';
import type { Keep, Seq } from './journal.ts';
import type { LaneFile } from './lane-file.ts';
import type { Write } from './store.ts';

export type Target = {
  readonly file: DatabaseFile;
  readonly lane: LaneFile;
  readonly keep: (keep: Keep) => void;
  /** Leaves word of entries that were dropped; without, they are counted alone. */
  readonly lost?: (dropped: Extract<Write, { kind: 'dropped' }>) => void;
};

/** Inside a transaction of the file. Returns the bytes that the lane grew by. */
export function applyWrite({ file, lane, keep, lost }: Target, write: Write): number {
  let added = 0;
  switch (write.kind) {
    case 'entry':
      added = lane.insert(write.entry);
      if (write.keep) keep(write.keep);
      break;
    case 'keep':
      keep(write.keep);
      break;
    case 'cursor':
      raiseCursor(file, write.destination, write.upTo);
      break;
    case 'dropped':
      if (lost) lost(write);
      else countEvicted(file, write.last - write.first + 1);
      break;
  }
  return added;
}

export function countEvicted(file: DatabaseFile, count: number): void {
  if (count > 0) file.setMark('evicted', (file.mark('evicted') ?? 0) + count);
}

/** How far each known destination has come. */
export const cursorsOf = (file: DatabaseFile): ReadonlyMap<string, Seq> => file.marks('cursor:');

function raiseCursor(file: DatabaseFile, destination: string, upTo: Seq): void {
  const name = `cursor:${destination}`;
  if (upTo > (file.mark(name) ?? 0)) file.setMark(name, upTo);
}
