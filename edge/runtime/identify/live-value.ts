import type { PointValue } from '../../../sdk/model/point.ts';
import type { NumberPoint, ProfileSpec } from '../../../sdk/model/profile.ts';
import { monoTime } from '../../../sdk/model/time.ts';
import type { ModbusBus } from '../../bus/modbus/modbus-bus.ts';
import type { Block } from '../../bus/reading.ts';
import { askUnit } from '../../bus/scan/ask-unit.ts';
import { devicePoints } from '../../point/device-points.ts';

/** A number of the device as its profile would show it, for a person to compare with the dial. */
export type LiveValue = { readonly point: string; readonly spec: NumberPoint; readonly value: PointValue };

/** The first number of a profile, read once with the settings as the profile has them. `undefined`: it cannot be had. */
export async function liveValue(
  bus: ModbusBus,
  profile: ProfileSpec,
  unit: number,
  signal: AbortSignal,
): Promise<LiveValue | undefined> {
  const settings = Object.fromEntries(Object.entries(profile.settings ?? {}).map(([name, s]) => [name, s.default]));
  const words = async (block: Block): Promise<readonly number[] | undefined> => {
    const heard = await askUnit(bus, block, signal);
    return heard.kind === 'words' ? heard.words : undefined;
  };
  for (const point of devicePoints(profile, settings, unit)) {
    const spec = profile.points[point.name];
    if (!spec || !('resolution' in spec)) continue;
    const value = await words(point.value);
    const decimals = point.decimals && (await words(point.decimals));
    if (!value || (point.decimals && !decimals)) return undefined;
    return { point: point.name, spec, value: point.decode(value, 0, monoTime(0), decimals?.[0]) };
  }
  return undefined;
}
