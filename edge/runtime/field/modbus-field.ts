import { FengsuiError } from '../../../sdk/model/errors.ts';
import { millis } from '../../../sdk/model/time.ts';
import { probesPerSilence } from '../../alarm/rule.ts';
import type { ModbusBus } from '../../bus/modbus/modbus-bus.ts';
import { planReads } from '../../bus/plan-reads.ts';
import { type PollGroup, poller } from '../../bus/poll.ts';
import type { Clock } from '../../platform/clock.ts';
import { onChange } from '../../platform/log.ts';
import { devicePoints, type PlacedPoint, placePoints, readPoint } from '../../point/device-points.ts';
import type { SiteDevice } from '../config/check-site.ts';
import type { Field, FieldListener } from './field.ts';

/** Registers that nobody asked for are read along if that saves a request, but not further than this. */
const maxGap = 8;

type Served = { readonly device: SiteDevice; readonly points: readonly PlacedPoint[] };

export function modbusField(
  bus: ModbusBus,
  options: { readonly clock: Clock; readonly confirm: boolean; readonly listener: FieldListener },
): Field {
  const { listener } = options;
  let served = new Map<PollGroup, readonly Served[]>();
  const noteProblem = onChange<string>((why) => listener.problem(why === '' ? undefined : why));
  const polls = poller(bus, {
    clock: options.clock,
    confirm: options.confirm,
    deliver: (group, answers) => {
      const down = answers.find((a) => !a.ok && a.why === 'bus-down');
      noteProblem(down && !down.ok ? down.detail : '');
      for (const { device, points } of served.get(group) ?? []) {
        listener.values(
          device,
          points.map((point) => [point.name, readPoint(point, answers)] as const),
        );
      }
    },
  });

  return {
    replace(devices) {
      served = groupByUnit(devices);
      polls.replace([...served.keys()]);
    },
    async write(device, name, on, signal) {
      const point = devicePoints(device.profile, device.settings, device.unit).find((p) => p.name === name);
      if (!point || point.value.table !== 'coil')
        throw new FengsuiError('INVALID', `“${device.id}” has no coil “${name}”`);
      await bus.write({ unit: device.unit, table: 'coil', address: point.value.address, value: on }, signal);
    },
    stats: () => bus.stats(),
    run: (signal) => polls.run(signal),
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  };
}

/** Devices of one unit and period are read together: the slots of a receiver are one block, not one request each. */
function groupByUnit(devices: readonly SiteDevice[]): Map<PollGroup, readonly Served[]> {
  const byUnit = new Map<string, SiteDevice[]>();
  for (const device of devices) {
    const key = `${device.unit}/${device.pollMs}`;
    byUnit.set(key, [...(byUnit.get(key) ?? []), device]);
  }
  const groups = new Map<PollGroup, readonly Served[]>();
  for (const together of byUnit.values()) {
    const [first] = together;
    if (!first) continue;
    const wanted = together.map((device) => ({
      device,
      points: devicePoints(device.profile, device.settings, device.unit),
    }));
    const most = Math.min(...together.map((d) => d.profile.maxBlock ?? Number.POSITIVE_INFINITY));
    const blocks = planReads(
      wanted.flatMap(({ points }) => points.flatMap((p) => (p.decimals ? [p.value, p.decimals] : [p.value]))),
      { registers: Math.min(125, most), bits: Math.min(2_000, most), maxGap },
    );
    const silence = Math.min(...together.map((d) => d.profile.silenceMs));
    const group = { unit: first.unit, every: millis(first.pollMs), probe: millis(silence / probesPerSilence), blocks };
    groups.set(
      group,
      wanted.map(({ device, points }) => ({ device, points: placePoints(points, blocks) })),
    );
  }
  return groups;
}
