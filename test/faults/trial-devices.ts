import { analyse } from '../../edge/bus/plan/analyse.ts';
import { type LineCost, serialCost, tcpCost } from '../../edge/bus/plan/line-cost.ts';
import type { SiteDevice } from '../../edge/runtime/config/site.ts';
import { planBus } from '../../edge/runtime/field/plan-bus.ts';
import { deviceId } from '../../sdk/model/ids.ts';
import type { PointSpec, ProfileSpec } from '../../sdk/model/profile.ts';
import { millis } from '../../sdk/model/time.ts';
import type { RandomLine } from '../../simulators/serial/random-line.ts';
import { seededRandom } from '../../simulators/water/seeded-random.ts';

/** The gateway's own defaults. */
export const timing = { timeout: millis(1_000), quiet: millis(300), reconnect: millis(1_000) };
const periods = [500, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000] as const;

/** What reads cost when every device takes as long as the slowest. */
export function costOn({ over, framing, units }: RandomLine): LineCost {
  const slowest = Math.max(...units.map((unit) => unit.turnaroundMs));
  if (over === 'serial') return serialCost(framing, { ...timing, turnaround: millis(slowest) });
  return tcpCost({ roundTrip: millis(slowest + laterPieces), timeout: timing.timeout });
}

/** An answer that comes in two pieces is whole a millisecond later. */
const laterPieces = 1;

/** A few registers of each device, as often as the line can carry whoever falls silent; with what that promises. */
export function devicesFor(
  line: RandomLine,
  seed: number,
): { devices: readonly SiteDevice[]; worst: Map<number, number> } {
  const random = seededRandom(seed);
  const profiles = line.units.map(({ unit }) => ({ unit, points: drawnPoints(random) }));
  for (const pollMs of periods) {
    const devices = profiles.map(({ unit, points }) => deviceOf(unit, points, pollMs));
    const load = analyse(planBus(devices, costOn(line)).units, costOn(line));
    const limits = load.worst.map(({ unit, withOthersDead }) => [unit, withOthersDead] as const);
    if (limits.some(([, limit]) => limit === undefined || limit > pollMs)) continue;
    // From one answer to the next: a period, and the difference between the soonest and the latest that is promised.
    return { devices, worst: new Map(limits.map(([unit, limit]) => [unit, pollMs + Number(limit)])) };
  }
  throw new Error(`seed ${seed}: no period is long enough for ${line.story}`);
}

/** Half of the devices have blocks of one table and length: on a wire, nothing in their answers tells those apart. */
function drawnPoints(random: () => number): Record<string, PointSpec> {
  const points: Record<string, PointSpec> = {};
  const bases = Array.from({ length: 1 + Math.floor(random() * 3) }, () => Math.floor(random() * 200));
  const drawnBlock = () => ({
    from: random() < 0.7 ? ('holding' as const) : ('input' as const),
    count: 1 + Math.floor(random() * 10),
  });
  const alike = random() < 0.5 ? drawnBlock() : undefined;
  for (const base of bases) {
    const { from, count } = alike ?? drawnBlock();
    for (let at = base; at < base + count; at++) {
      points[`${from}${at}`] = { from, at, as: 'u16', unit: '1', resolution: 1, range: [0, 65_535] };
    }
  }
  return points;
}

function deviceOf(unit: number, points: Record<string, PointSpec>, pollMs: number): SiteDevice {
  const [point = ''] = Object.keys(points);
  const profile: ProfileSpec = {
    id: 'trial/registers',
    name: { en: 'Registers', zh: '寄存器' },
    source: 'the trial',
    points,
    conditions: {
      seen: { kind: 'supervisory', point, when: { is: 1 }, onDelayMs: 0, offDelayMs: 0, source: 'the trial' },
    },
    pollMs,
    silenceMs: Math.max(30_000, pollMs * 8),
  };
  return { id: deviceId(`unit-${unit}`), bus: 'line', name: 'Trial', place: '', profile, settings: {}, pollMs, unit };
}
