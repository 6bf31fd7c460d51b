import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { WordTable } from '../../../sdk/model/profile.ts';
import type { ModbusBus } from '../modbus/modbus-bus.ts';
import type { Block } from '../reading.ts';
import { askUnit, type Heard } from './ask-unit.ts';

/** Registers that stand beside each other, as they were read in one request. */
export type Run = { readonly from: WordTable; readonly at: number; readonly words: readonly number[] };

/** Registers from the first to the last, both included. */
export type Stretch = {
  readonly unit: number;
  readonly tables: readonly WordTable[];
  readonly first: number;
  readonly last: number;
};

/** Registers a request: few enough for devices that refuse long ones. */
const longest = 16;
/** Requests in a row without an answer after which the unit is asked for what it has answered before. */
const patience = 4;

export type RunsContext = {
  readonly signal: AbortSignal;
  /** This block is asked for next. */
  readonly asking?: (block: Block) => void;
};

/**
 * Reads what can be read of a stretch. A block that is refused or met with silence is halved until the single registers
 * that cannot be read are left out. The blocks of the runs can be read again as they are.
 * @throws FengsuiError BUS_TIMEOUT when the unit does not answer at all, or not any more; BUS_DOWN
 */
export async function readableRuns(bus: ModbusBus, stretch: Stretch, ctx: RunsContext): Promise<readonly Run[]> {
  const runs: Run[] = [];
  const presence = presenceOf(bus, stretch.unit, ctx.signal);
  for (const from of stretch.tables) {
    const open = blocksOf(stretch, from);
    for (let block = open.shift(); block; block = open.shift()) {
      ctx.asking?.(block);
      const heard = await askTwice(bus, block, ctx.signal);
      await presence.note(block, heard);
      if (heard.kind === 'words') runs.push({ from, at: block.address, words: heard.words });
      // The device does not know this table (MODBUS Application Protocol V1.1b3, clause 7: exception 1).
      else if (heard.kind === 'refused' && heard.exception === 1) break;
      else open.unshift(...halves(block));
    }
  }
  presence.conclude();
  return runs;
}

type Presence = {
  /** @throws FengsuiError BUS_TIMEOUT when the unit seems not to be there, or not any more */
  note(block: Block, heard: Heard): Promise<void>;
  /** @throws FengsuiError BUS_TIMEOUT when it never answered */
  conclude(): void;
};

/** Tells a unit that keeps silent about some registers from one that is not there. */
function presenceOf(bus: ModbusBus, unit: number, signal: AbortSignal): Presence {
  let silences = 0;
  let answered: Block | undefined;
  return {
    async note(block, heard) {
      if (heard.kind !== 'silent') {
        // Words are better proof than a refusal, which costs some devices more time.
        if (heard.kind === 'words' || answered === undefined) answered = block;
        silences = 0;
        return;
      }
      silences++;
      if (silences < patience) return;
      if (answered === undefined) throw nobody(unit);
      if ((await askTwice(bus, answered, signal)).kind === 'silent') throw gone(answered);
      silences = 0;
    },
    conclude() {
      if (answered === undefined) throw nobody(unit);
    },
  };
}

/** Reads runs again; what does not come this time is left out. */
export async function readAgain(
  bus: ModbusBus,
  unit: number,
  runs: readonly Run[],
  signal: AbortSignal,
): Promise<readonly Run[]> {
  const fresh: Run[] = [];
  for (const { from, at, words } of runs) {
    const heard = await askTwice(bus, { unit, table: from, address: at, count: words.length }, signal);
    if (heard.kind === 'words') fresh.push({ from, at, words: heard.words });
  }
  return fresh;
}

/** Runs that follow on each other as one, for values and their neighbours that two requests have cut apart. */
export function joined(runs: readonly Run[]): readonly Run[] {
  const sorted = runs.toSorted((a, b) => a.from.localeCompare(b.from) || a.at - b.at);
  return sorted.reduce<readonly Run[]>((whole, run) => {
    const last = whole.at(-1);
    if (!last || last.from !== run.from || last.at + last.words.length !== run.at) return [...whole, run];
    return [...whole.slice(0, -1), { ...last, words: [...last.words, ...run.words] }];
  }, []);
}

/** Damage on the line says nothing of the register. */
async function askTwice(bus: ModbusBus, block: Block, signal: AbortSignal): Promise<Heard> {
  const heard = await askUnit(bus, block, signal);
  return heard.kind === 'damaged' ? askUnit(bus, block, signal) : heard;
}

function blocksOf({ unit, first, last }: Stretch, table: WordTable): Block[] {
  const count = Math.ceil((last - first + 1) / longest);
  return Array.from({ length: count }, (_, i) => {
    const address = first + i * longest;
    return { unit, table, address, count: Math.min(longest, last - address + 1) };
  });
}

function halves(block: Block): readonly Block[] {
  if (block.count < 2) return [];
  const half = Math.ceil(block.count / 2);
  return [
    { ...block, count: half },
    { ...block, address: block.address + half, count: block.count - half },
  ];
}

const nobody = (unit: number): FengsuiError =>
  new FengsuiError(
    'BUS_TIMEOUT',
    `unit ${unit} does not answer; check its address, the speed and parity of the line, its power and wiring (A and B). “fengsui scan” finds who is there`,
  );

const gone = ({ unit, table, address, count }: Block): FengsuiError =>
  new FengsuiError(
    'BUS_TIMEOUT',
    `unit ${unit} does not answer any more, not even with ${table} ${address} to ${address + count - 1}, which it has given before; check its power and wiring and begin anew`,
  );
