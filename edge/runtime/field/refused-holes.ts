import type { PlannedRead } from '../../bus/plan/planned-read.ts';
import { readKey } from '../../bus/poll/poll-unit.ts';
import type { Block, Reading } from '../../bus/reading.ts';

/** Registers that nobody wants, and that units refuse to be read across. */
export interface RefusedHoles {
  known(): readonly Block[];
  /** Takes what came of a read; whether another hole is known by it, so that the plan has to be made anew. */
  note(read: PlannedRead, answer: Reading, wants: readonly PlannedRead[]): boolean;
  /** Forgets the units that are gone. */
  keep(units: ReadonlySet<number>): void;
}

/**
 * A read that bridges holes and is refused twice in a row is not to be made again: its wants may be answered without
 * them. Once might have been a device that was busy.
 */
export function refusedHoles(): RefusedHoles {
  const refusedOnce = new Set<string>();
  let holes: readonly Block[] = [];
  return {
    known: () => holes,
    note(read, answer, wants) {
      if (answer.ok && refusedOnce.size === 0) return false;
      const key = readKey(read);
      if (answer.ok) refusedOnce.delete(key);
      if (answer.ok || answer.why !== 'refused') return false;
      const within = holesIn(read.block, wants);
      if (within.length === 0) return false;
      if (!refusedOnce.delete(key)) {
        refusedOnce.add(key);
        return false;
      }
      holes = [...holes, ...within];
      return true;
    },
    keep(units) {
      holes = holes.filter(({ unit }) => units.has(unit));
      refusedOnce.clear();
    },
  };
}

/** What of a block nobody wants. */
function holesIn(block: Block, wants: readonly PlannedRead[]): readonly Block[] {
  const holes: Block[] = [];
  let from = block.address;
  const end = block.address + block.count;
  const hole = (to: number): void => {
    if (to > from) holes.push({ ...block, address: from, count: to - from });
  };
  const own = wants.filter((want) => want.block.unit === block.unit && want.block.table === block.table);
  for (const { block: want } of own.toSorted((a, b) => a.block.address - b.block.address)) {
    hole(Math.min(want.address, end));
    from = Math.max(from, want.address + want.count);
  }
  hole(end);
  return holes;
}
