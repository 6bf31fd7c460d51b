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
/** Requests in a row without an answer after which the unit counts as not there. */
const patience = 4;

/**
 * Reads what can be read of a stretch. A refused block is halved until the single registers that are refused are left out.
 * The blocks of the runs can be read again as they are.
 * @throws FengsuiError BUS_TIMEOUT when the unit does not answer at all, BUS_DOWN
 */
export async function readableRuns(bus: ModbusBus, stretch: Stretch, signal: AbortSignal): Promise<readonly Run[]> {
  const runs: Run[] = [];
  let silences = 0;
  let anybody = false;
  for (const from of stretch.tables) {
    const open = blocksOf(stretch, from);
    for (let block = open.shift(); block; block = open.shift()) {
      const heard = await askTwice(bus, block, signal);
      if (heard.kind === 'silent') silences++;
      else [silences, anybody] = [0, true];
      if (!anybody && silences >= patience) throw nobody(stretch.unit);
      if (heard.kind === 'words') runs.push({ from, at: block.address, words: heard.words });
      // The device does not know this table (MODBUS Application Protocol V1.1b3, clause 7: exception 1).
      else if (heard.kind === 'refused' && heard.exception === 1) break;
      else open.unshift(...halves(block));
    }
  }
  if (!anybody) throw nobody(stretch.unit);
  return runs;
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
