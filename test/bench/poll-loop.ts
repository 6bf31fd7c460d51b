/**
 * The gateway's own poll path and nothing else: buses, plan, decoding, judgement. `poll-loop.js PORT…`: unit 1 of each
 * port, ten registers once a second; of even devices the first register is an alarm point.
 */
import { judge, quiet } from '../../edge/alarm/judge.ts';
import { rulesOf } from '../../edge/alarm/rules-of.ts';
import { systemClock } from '../../edge/platform/clock.ts';
import { stopper } from '../../edge/platform/stop.ts';
import { differs } from '../../edge/point/decode-point.ts';
import type { SiteBus, SiteDevice } from '../../edge/runtime/config/site.ts';
import { openFields } from '../../edge/runtime/field/open-fields.ts';
import { deviceId } from '../../sdk/model/ids.ts';
import type { PointValue } from '../../sdk/model/point.ts';
import type { PointSpec, ProfileSpec } from '../../sdk/model/profile.ts';
import { parentLink } from '../../simulators/process/parent-link.ts';

const ports = process.argv.slice(2).map(Number);
const register = (at: number): PointSpec => ({
  from: 'holding',
  at,
  as: 'u16',
  unit: '1',
  resolution: 1,
  range: [0, 65_535],
});
const points = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`r${at}`, register(at)]));
const base = { source: 'the benchmark', points, pollMs: 1_000, silenceMs: 10_000 } as const;
const telemetry: ProfileSpec = { ...base, id: 'bench/telemetry', name: { en: 'Telemetry', zh: '遥测' } };
const alarm: ProfileSpec = {
  ...base,
  id: 'bench/alarm',
  name: { en: 'Alarm', zh: '报警' },
  conditions: {
    toggled: {
      kind: 'supervisory',
      point: 'r0',
      when: { is: 1 },
      onDelayMs: 0,
      offDelayMs: 0,
      source: 'the benchmark',
    },
  },
};

const now = (): number => Number(process.hrtime.bigint()) / 1e6;
const buses = ports.map(
  (port, i): SiteBus => ({
    id: `bus-${i}`,
    kind: 'tcp',
    config: { id: `bus-${i}`, tcp: `127.0.0.1:${port}`, devices: [] },
  }),
);
const devices = ports.map(
  (_, i): SiteDevice => ({
    id: deviceId(`device-${i}`),
    bus: `bus-${i}`,
    name: 'Bench',
    place: '',
    profile: i % 2 === 0 ? alarm : telemetry,
    settings: {},
    pollMs: 1_000,
    unit: 1,
  }),
);

let reads = 0;
let judged: { device: number; at: number }[] = [];
const silentLog = { info: () => {}, warn: () => {}, error: () => {}, child: () => silentLog };

/** Judges a device's values as the gateway does, and notes when it knows of a change of the first register. */
function watcher(index: number): (values: readonly (readonly [string, PointValue])[]) => void {
  const device = devices[index];
  const rules = device ? rulesOf(device).filter((rule) => rule.point !== '') : [];
  const last = new Map<string, PointValue>();
  let state = quiet;
  return (values) => {
    reads++;
    for (const [name, value] of values) {
      const spec = points[name];
      const before = last.get(name);
      const isNew = spec !== undefined && differs(spec, before, value);
      if (isNew) last.set(name, value);
      for (const rule of rules) {
        if (rule.point === name) state = judge(rule, state, { kind: 'value', value }).state;
      }
      if (isNew && before && name === 'r0') judged.push({ device: index, at: now() });
    }
  };
}

const link = parentLink({
  message: () => {
    const { user, system } = process.cpuUsage();
    link.send({ reads, cpuMs: (user + system) / 1_000, rssMb: process.memoryUsage.rss() / 1_048_576, judged });
    judged = [];
  },
  gone: () => process.exit(0),
});
await using fields = openFields(
  buses,
  (bus) => {
    const watch = watcher(Number(bus.slice('bus-'.length)));
    return { values: (_device, values) => watch(values), problem: (why) => why && console.error(bus, why) };
  },
  { clock: systemClock('synced'), log: silentLog },
);
fields.replace(devices);
await fields.run(stopper().signal);
