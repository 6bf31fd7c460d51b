import type { WordTable } from '../../../sdk/model/profile.ts';
import { millis } from '../../../sdk/model/time.ts';
import type { Clock } from '../../platform/clock.ts';
import type { ModbusBus } from '../modbus/modbus-bus.ts';
import { askUnit, type Heard } from './ask-unit.ts';
import type { Finding } from './judge-unit.ts';

export type LookContext = { readonly clock: Clock; readonly signal: AbortSignal };

/** Time for the second answer of an address that two devices share; most answer within 50 ms. */
const pause = millis(100);
const repeats = { silent: 0, damaged: 2, refused: 5, words: 5 } as const satisfies Record<Heard['kind'], number>;

/**
 * Asks whether a unit is there: holding register 0, then input register 0. Any intact frame is a yes, an exception too. Who
 * answers is asked the same again several times, slowly, so that two devices at one address give themselves away.
 * `undefined`: silence.
 */
export async function lookAtUnit(
  bus: ModbusBus,
  unit: number,
  { clock, signal }: LookContext,
): Promise<Omit<Finding, 'setting'> | undefined> {
  /** Intact frames that were expected: a request without its answer may have it late, or has one that does not fit. */
  let owed = 0;
  const ask = async (table: WordTable): Promise<Heard> => {
    const { damaged } = tally(bus, unit);
    const answer = await askUnit(bus, { unit, table, address: 0, count: 1 }, signal);
    const isMisfit = answer.kind === 'damaged' && tally(bus, unit).damaged === damaged;
    if (answer.kind === 'silent' || isMisfit) owed++;
    return answer;
  };
  const before = tally(bus, unit);
  let from: WordTable = 'holding';
  let first = await ask(from);
  if (first.kind === 'silent' || first.kind === 'refused') {
    const other = await ask('input');
    if (worth[other.kind] > worth[first.kind]) [from, first] = ['input', other];
  }
  if (first.kind === 'silent') return undefined;
  const heard: Heard[] = [first];
  for (let i = 0; i < repeats[first.kind]; i++) {
    await clock.sleep(pause, signal);
    heard.push(await ask(from));
  }
  await clock.sleep(pause, signal);
  const after = tally(bus, unit);
  const count = (kind: Heard['kind']): number => heard.filter((h) => h.kind === kind).length;
  return {
    unit,
    from,
    heard,
    damaged: Math.max(count('damaged'), after.damaged - before.damaged),
    surplus: Math.max(0, after.surplus - before.surplus - owed),
  };
}

/** How much an answer tells. */
const worth = { silent: 0, damaged: 1, refused: 2, words: 3 } as const satisfies Record<Heard['kind'], number>;

/** What the bus counted for this unit alone: a late answer of its neighbour is no evidence against it. */
function tally(bus: ModbusBus, unit: number): { damaged: number; surplus: number } {
  const counts = bus.quality().units.find((u) => u.unit === unit);
  return { damaged: counts?.crcErrors ?? 0, surplus: (counts?.foreign ?? 0) + (counts?.late ?? 0) };
}
