import type { PlannedRead } from '../../bus/plan/planned-read.ts';
import { readKey } from '../../bus/poll/poll-unit.ts';
import type { Block, Reading } from '../../bus/reading.ts';

/** Registers that nobody wants, and that units refuse to be read across. */
export interface RefusedHoles {
  known(): readonly Block[];
  /** Takes what came of a read; whether another hole is known by it, so that the plan has to be made anew. */
  note(read: PlannedRead, answer: Reading, wants: readonly PlannedRead[]): boolean;
  /** Forgets the units that are gone, or are something else now; `profiles`: what each unit is. */
  keep(profiles: ReadonlyMap<number, string>): void;
}

/**
 * A read that bridges holes and is refused twice in a row is not to be made again: its wants may be answered without
 * them. Once might have been a slip, and only exceptions 2 and 3 say that it is for the registers.
 */
export function refusedHoles(): RefusedHoles {
  const refusedOnce = new Set<string>();
  let holes: readonly Block[] = [];
  let known: ReadonlyMap<number, string> = new Map();
  return {
    known: () => holes,
    note(read, answer, wants) {
      if (answer.ok && refusedOnce.size === 0) return false;
      const key = readKey(read);
      if (answer.ok) refusedOnce.delete(key);
      if (answer.ok || !isForTheRegisters(answer.exception)) return false;
      const within = holesIn(read.block, wants);
      if (within.length === 0) return false;
      if (!refusedOnce.delete(key)) {
        refusedOnce.add(key);
        return false;
      }
      holes = [...holes, ...within];
      return true;
    },
    keep(profiles) {
      holes = holes.filter(({ unit }) => profiles.has(unit) && profiles.get(unit) === known.get(unit));
      known = profiles;
      refusedOnce.clear();
    },
  };
}

/** Illegal data address, or illegal data value: Modbus Application Protocol V1.1b3, clause 7. */
const isForTheRegisters = (exception: number | undefined): boolean => exception === 2 || exception === 3;

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
