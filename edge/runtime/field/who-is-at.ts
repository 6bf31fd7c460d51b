import { profiles } from '../../../device-profiles/index.ts';
import type { FoundUnit } from '../../../sdk/wire/methods.ts';
import type { ModbusBus } from '../../bus/modbus/modbus-bus.ts';
import { judgeUnit } from '../../bus/scan/judge-unit.ts';
import { type LookContext, lookAtUnit } from '../../bus/scan/look-at-unit.ts';
import { identifyUnit } from '../identify/identify-unit.ts';

/** Candidates that are told. */
const most = 3;

/** Looks at one address of a bus that others are polled on, and asks who answers who it is. Reads only. @throws FengsuiError BUS_DOWN */
export async function whoIsAt(bus: ModbusBus, unit: number, ctx: LookContext): Promise<FoundUnit | undefined> {
  const seen = await lookAtUnit(bus, unit, ctx);
  if (!seen) return undefined;
  const finding = { setting: '', ...seen };
  const { kind } = judgeUnit(finding, [finding]);
  const candidates = kind === 'present' ? await identifyUnit(bus, unit, profiles, ctx.signal) : [];
  return {
    unit,
    devices: [],
    kind,
    candidates: candidates.slice(0, most).map(({ profile, confidence }) => ({ profile: profile.id, confidence })),
  };
}
