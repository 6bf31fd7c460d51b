import { type Millis, millis } from '../../../sdk/model/time.ts';
import { probesPerSilence } from '../../alarm/rules-of.ts';
import type { LineCost } from '../../bus/plan/line-cost.ts';
import { mostOf, planReads } from '../../bus/plan/plan-reads.ts';
import type { PlannedRead } from '../../bus/plan/planned-read.ts';
import type { PollUnit } from '../../bus/poll/poll-unit.ts';
import type { Block } from '../../bus/reading.ts';
import { type DevicePoint, devicePoints, type PlacedPoint, placePoints } from '../../point/device-points.ts';
import type { SiteDevice } from '../config/site.ts';
import { expectedIdentity } from './expected-identity.ts';

/** A device and where its points stand in the answers to its unit's reads. */
export type PlannedDevice = { readonly device: SiteDevice; readonly points: readonly PlacedPoint[] };

export type PlannedUnit = PollUnit & {
  readonly devices: readonly PlannedDevice[];
  /** What the reads were made of. */
  readonly wants: readonly PlannedRead[];
};

/**
 * What a bus with these devices is asked for: the same for the gateway that runs and for the check of a configuration.
 * Devices of one unit are read together: the slots of a receiver are one block and not one request each. Pure.
 * @param refused ranges that units were found to refuse; nothing is read across them
 * @throws FengsuiError CONFIG | INVALID for a profile that cannot be read with its settings
 */
export function planBus(
  devices: readonly SiteDevice[],
  cost: LineCost,
  refused: readonly Block[] = [],
): { readonly units: readonly PlannedUnit[] } {
  const byUnit = new Map<number, SiteDevice[]>();
  for (const device of devices) byUnit.set(device.unit, [...(byUnit.get(device.unit) ?? []), device]);
  return { units: [...byUnit].map(([unit, together]) => planUnit(unit, together, { cost, refused })) };
}

type Line = { readonly cost: LineCost; readonly refused: readonly Block[] };

function planUnit(unit: number, devices: readonly SiteDevice[], { cost, refused }: Line): PlannedUnit {
  const pointed = devices.map((device) => ({ device, points: devicePoints(device.profile, device.settings, unit) }));
  const wants = pointed.flatMap(({ device, points }) => points.flatMap((point) => wantsOf(device, point)));
  const forbidden = devices.flatMap(({ profile }) =>
    (profile.forbidden ?? []).map(({ from, at, count }): Block => ({ unit, table: from, address: at, count })),
  );
  const most = Math.min(...devices.map(({ profile }) => profile.maxBlock ?? Number.POSITIVE_INFINITY));
  const reads = planReads(wants, {
    cost,
    limits: { registers: Math.min(mostOf.registers, most), bits: Math.min(mostOf.bits, most) },
    barriers: [...forbidden, ...refused.filter((block) => block.unit === unit)],
  });
  const blocks = reads.map(({ block }) => block);
  return {
    unit,
    probe: probeOf(devices),
    reads,
    identity: expectedIdentity(unit, devices),
    devices: pointed.map(({ device, points }) => ({ device, points: placePoints(points, blocks) })),
    wants,
  };
}

function wantsOf({ profile, pollMs }: SiteDevice, { name, value, decimals }: DevicePoint): readonly PlannedRead[] {
  const spec = profile.points[name];
  const own = spec && 'everyMs' in spec ? spec.everyMs : undefined;
  // A site may poll a device even less often than its profile would.
  const every = millis(Math.max(own ?? 0, pollMs));
  const isJudged =
    Object.values(profile.conditions ?? {}).some(({ point }) => point === name) ||
    // Whether an output follows is judged by what is read back.
    (spec !== undefined && 'writable' in spec && spec.writable);
  const urgency = isJudged ? 'alarm' : 'telemetry';
  return [value, ...(decimals ? [decimals] : [])].map((block) => ({ block, every, urgency }));
}

/** Silence is promised to be found within so many probes; a tenth of the time is left for a line that is busy. */
function probeOf(devices: readonly SiteDevice[]): Millis {
  const silence = Math.min(...devices.map(({ profile }) => profile.silenceMs));
  return millis((0.9 * silence) / probesPerSilence);
}
