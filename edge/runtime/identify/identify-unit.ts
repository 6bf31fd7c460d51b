import type { IdentityCheck, ProfileSpec } from '../../../sdk/model/profile.ts';
import type { ModbusBus } from '../../bus/modbus/modbus-bus.ts';
import { askUnit, type Heard } from '../../bus/scan/ask-unit.ts';
import { type Candidate, identify, trusted } from './identify.ts';

/**
 * Reads what tells the profiles apart, and says who the unit may be. Identity registers first, one read each; only if they
 * leave it open, what makes a guess.
 * @throws FengsuiError BUS_DOWN
 */
export async function identifyUnit(
  bus: ModbusBus,
  unit: number,
  profiles: readonly ProfileSpec[],
  signal: AbortSignal,
): Promise<readonly Candidate[]> {
  const heard = new Map<string, Heard>();
  const ask = async (checks: readonly IdentityCheck[]): Promise<readonly Candidate[]> => {
    for (const check of checks) {
      const { from, at, words } = check;
      if (heard.has(keyOf(check))) continue;
      heard.set(keyOf(check), await askUnit(bus, { unit, table: from, address: at, count: words.length }, signal));
    }
    return identify(profiles, unit, (check) => heard.get(keyOf(check)));
  };
  const certain = await ask(profiles.flatMap((p) => p.identification?.certain ?? []));
  if (certain.some(({ confidence }) => confidence >= trusted)) return certain;
  return ask(profiles.flatMap((p) => p.identification?.plausible ?? []));
}

const keyOf = ({ from, at, words }: IdentityCheck): string => `${from} ${at} ${words.length}`;
