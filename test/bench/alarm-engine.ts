import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ruleBook } from '../../edge/alarm/rule-book.ts';
import type { Journal } from '../../edge/journal/journal.ts';
import { type AlarmDesk, alarmDesk } from '../../edge/runtime/alarms/alarm-desk.ts';
import { type DeviceId, deviceId } from '../../sdk/model/ids.ts';
import type { PointValue, Scalar } from '../../sdk/model/point.ts';
import type { ProfileSpec } from '../../sdk/model/profile.ts';
import { type MonoTime, monoTime } from '../../sdk/model/time.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { memoryJournal } from '../support/memory-journal.ts';

const sizes = [100, 1_000, 10_000, 100_000] as const;
/** Evaluations that are timed at each size, and rounds beforehand, in which every detector fills its memory. */
const evaluations = 4_000_000;
const warmUpRounds = 40;
const pollMs = 1_000;

const number = (at: number) =>
  ({ from: 'holding', at, as: 'u16', unit: 'MPa', scale: 0.001, resolution: 0.001, range: [0, 60] }) as const;
const rest = { onDelayMs: 5_000, offDelayMs: 5_000, source: 'a benchmark' } as const;
/** Five points of a device, with one condition each: two limits, a state that latches, a rate, a stuck sensor. */
const profile: ProfileSpec = {
  id: 'bench/five-points',
  name: { en: 'Five points', zh: '五点' },
  source: 'a benchmark',
  points: {
    main: number(0),
    tank: number(1),
    smoke: { from: 'discrete', at: 0, as: 'bool' },
    cable: number(2),
    flow: number(3),
  },
  conditions: {
    low: { kind: 'supervisory', point: 'main', when: { below: 0.14, deadband: 0.01 }, ...rest },
    high: { kind: 'supervisory', point: 'tank', when: { above: 50, deadband: 0.1 }, ...rest },
    smoke: { kind: 'fire', point: 'smoke', when: { is: true }, latched: true, ...rest, onDelayMs: 0 },
    heating: { kind: 'pre-alarm', point: 'cable', when: { rises: 20, withinMs: 60_000 }, ...rest },
    stuck: { kind: 'fault', point: 'flow', when: { stuckMs: 3_600_000 }, ...rest },
  },
  pollMs,
  silenceMs: 60_000,
};
const points = Object.keys(profile.points);

/**
 * What one more point costs a gateway: time of a value being judged, in the alarm desk as it runs, with ten devices in a
 * thousand chattering about their limits; and memory once every detector remembers all it ever will. In one process, after
 * a garbage collection each time.
 */
export async function alarmEngine(): Promise<Record<string, number>> {
  console.log('points   ns/evaluation   bytes/point');
  const figures: Record<string, number> = {};
  for (const size of sizes) {
    const { ns, bytes } = await measure(size);
    console.log(`${String(size).padEnd(8)} ${ns.toFixed(0).padStart(13)} ${bytes.toFixed(0).padStart(13)}`);
    figures[`ns_per_eval_${size}`] = Math.round(ns);
    figures[`bytes_per_point_${size}`] = Math.round(bytes);
  }
  const flat = (figures['ns_per_eval_100000'] ?? Number.NaN) / (figures['ns_per_eval_1000'] ?? Number.NaN);
  return { ...figures, growth_1000_to_100000: Number(flat.toFixed(2)) };
}

async function measure(size: number): Promise<{ ns: number; bytes: number }> {
  const devices = Array.from({ length: size / points.length }, (_, i) => deviceId(`device-${i}`));
  const collect = collector();
  collect();
  const before = process.memoryUsage().heapUsed;
  const desk = await newDesk();
  const rules = ruleBook();
  for (const device of devices) desk.watch(device, rules({ profile, settings: {}, pollMs }, 'normal'));
  let round = 0;
  for (; round < warmUpRounds; round++) feed(desk, devices, round);
  collect();
  const bytes = (process.memoryUsage().heapUsed - before) / size;
  const rounds = Math.ceil(evaluations / size);
  const began = process.hrtime.bigint();
  for (let i = 0; i < rounds; i++) feed(desk, devices, round + i);
  const ns = Number(process.hrtime.bigint() - began) / (rounds * size);
  return { ns, bytes };
}

/** One sweep of all devices. Values are made once a round: making them is the bus's affair. */
function feed(desk: AlarmDesk, devices: readonly DeviceId[], round: number): void {
  const at = monoTime(round * pollMs);
  const steady = valuesOf(at, [0.3 + (round % 3) / 1_000, 20, false, 30 + (round % 5), round % 7]);
  const chattering = valuesOf(at, [round % 20 < 10 ? 0.13 : 0.3, 20, false, 30, round % 7]);
  for (const [i, device] of devices.entries()) {
    for (const [name, value] of i % 100 === 0 ? chattering : steady) desk.value(device, name, value);
  }
}

const valuesOf = (at: MonoTime, values: readonly Scalar[]): readonly (readonly [string, PointValue])[] =>
  points.map((name, i) => [name, { quality: 'good', at, value: values[i] ?? 0 }]);

async function newDesk(): Promise<AlarmDesk> {
  const log = { info: () => {}, warn: () => {}, child: () => log };
  const memory = memoryJournal();
  const journal: Journal = { ...memory, append: async () => 1, keep: async () => {} };
  return alarmDesk({ journal, clock: fakeClock(), log, boot: 1, onChange: () => {}, onStored: () => {} });
}

function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  return () => {
    if (typeof gc === 'function') gc();
  };
}
