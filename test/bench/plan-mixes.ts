import { aimR100 } from '../../device-profiles/acrel/aim-r100.ts';
import { asj } from '../../device-profiles/acrel/asj.ts';
import { cbi } from '../../device-profiles/adelsystem/cbi.ts';
import { ug3 } from '../../device-profiles/calectro/ug-3.ts';
import { dtsu666 } from '../../device-profiles/chint/dtsu666.ts';
import { wssfcUlc } from '../../device-profiles/daviteq/wssfc-ulc.ts';
import { sen0352 } from '../../device-profiles/dfrobot/sen0352.ts';
import { sdm120 } from '../../device-profiles/eastron/sdm120.ts';
import { fireMain } from '../../device-profiles/generic/fire-main.ts';
import { municipalHydrant } from '../../device-profiles/generic/municipal-hydrant.ts';
import { rawRegisters } from '../../device-profiles/generic/raw-registers.ts';
import { waterLevel } from '../../device-profiles/generic/water-level.ts';
import { wirelessSmokeAlarm } from '../../device-profiles/generic/wireless-smoke-alarm.ts';
import { ups2000 } from '../../device-profiles/huawei/ups2000.ts';
import { m7002 } from '../../device-profiles/icp-das/m-7002.ts';
import { kellerSeries30 } from '../../device-profiles/keller/series-30.ts';
import { monnitSlot } from '../../device-profiles/monnit/serial-gateway-slot.ts';
import { modbusGwPoint } from '../../device-profiles/notifier/modbus-gw-point.ts';
import { quint4Ups } from '../../device-profiles/phoenix-contact/quint4-ups.ts';
import { vigirexRhu } from '../../device-profiles/schneider/vigirex-rhu.ts';
import { fc20Element, fc20Zone } from '../../device-profiles/siemens/fc20.ts';
import { relay8 } from '../../device-profiles/waveshare/relay-8.ts';
import { wbUpsV3 } from '../../device-profiles/wirenboard/wb-ups-v3.ts';
import type { Framing } from '../../edge/bus/plan/line-cost.ts';
import type { SiteDevice } from '../../edge/runtime/config/site.ts';
import { deviceId } from '../../sdk/model/ids.ts';
import type { PointSpec, ProfileSpec } from '../../sdk/model/profile.ts';
import { defaultSettings } from '../support/default-settings.ts';

/** Devices that hang on one line. */
export type Mix = {
  readonly name: string;
  readonly line: Framing;
  /** From the end of a request to the first byte of the answer, in ms; without, as soon as the standard allows. */
  readonly turnaroundMs?: number;
  readonly devices: readonly SiteDevice[];
};

type Fitted = Omit<SiteDevice, 'unit' | 'id'>;

/** A device with its default settings but for those given. */
const fitted = (profile: ProfileSpec, settings: Readonly<Record<string, number>> = {}): Fitted => ({
  bus: 'line',
  name: profile.name.en,
  place: '',
  profile,
  settings: { ...defaultSettings(profile), ...settings },
  pollMs: profile.pollMs,
});

const times = (count: number, profile: ProfileSpec): readonly Fitted[] =>
  Array.from({ length: count }, () => fitted(profile));

/** Slots of one receiver or panel: they share a unit. */
const slots = (count: number, profile: ProfileSpec, settings: (slot: number) => Record<string, number>): Slots => ({
  shared: Array.from({ length: count }, (_, slot) => fitted(profile, settings(slot))),
});
type Slots = { readonly shared: readonly Fitted[] };

function mix(
  name: string,
  { turnaroundMs, ...line }: Partial<Framing> & { readonly turnaroundMs?: number },
  ...parts: readonly (readonly Fitted[] | Slots)[]
): Mix {
  const units = parts.flatMap((part) => ('shared' in part ? [part.shared] : part.map((device) => [device])));
  const devices = units.flatMap((together, i) =>
    together.map((device, slot) => ({ ...device, unit: i + 1, id: deviceId(`unit-${i + 1}-${slot}`) })),
  );
  const framing: Framing = { baud: 9_600, parity: 'none', stopBits: 1, ...line };
  return { name, line: framing, devices, ...(turnaroundMs !== undefined && { turnaroundMs }) };
}

/**
 * A made-up profile in the manner of real maps: `[address, registers, period]` each, 2 s unless given, so that the holes
 * between them lie where makers leave them.
 */
function map(name: string, points: readonly (readonly [at: number, words: 1 | 2, everyMs?: number])[]): ProfileSpec {
  const point = ([at, words, everyMs]: (typeof points)[number]): PointSpec => ({
    from: 'holding',
    at,
    as: words === 1 ? 'u16' : 'f32',
    unit: '1',
    resolution: 1,
    range: [0, 65_535],
    ...(everyMs !== undefined && { everyMs }),
  });
  return {
    id: `bench/${name}`,
    name: { en: name, zh: name },
    source: 'the benchmark',
    points: Object.fromEntries(points.map((each) => [`r${each[0]}`, point(each)])),
    pollMs: 2_000,
    silenceMs: 20_000,
  };
}

/** Like the energy meters of many makers: three phases in blocks, totals far off. */
const threePhaseMeter = map('three-phase-meter', [
  ...[0, 2, 4, 6, 8, 10, 12, 14, 16, 24, 26, 28, 30, 32, 34].map((at) => [at, 2] as const),
  ...[52, 56, 60, 62, 66, 70].map((at) => [at, 2, 4_000] as const),
  ...[342, 344, 346, 348].map((at) => [at, 2, 60_000] as const),
]);
/** Like residual-current and temperature controllers: values, then set points that hardly change, then states. */
const electricalFire = map('electrical-fire', [
  ...[0, 1, 2, 3, 4].map((at) => [at, 1] as const),
  ...[16, 17, 18, 19, 20, 21].map((at) => [at, 1, 10_000] as const),
  ...[27, 30, 33].map((at) => [at, 1] as const),
]);
/** Like pump controllers: scattered words, some of them wanted faster than others. */
const pumpController = map('pump-controller', [
  ...[0, 3, 9, 14, 22, 37, 40].map((at) => [at, 1] as const),
  ...[1, 5, 11, 28, 41, 60].map((at) => [at, 1, 4_000] as const),
  ...[80, 81, 100, 120].map((at) => [at, 2, 30_000] as const),
]);

/** Lines as villages, rented houses and plant rooms have them, from the slowest to the fastest. */
export const mixes: readonly Mix[] = [
  mix('meters as they come from the works', { baud: 2_400 }, times(2, sdm120)),
  mix('a long line to hydrants', { baud: 2_400, turnaroundMs: 30 }, times(6, municipalHydrant)),
  mix('meters and residual current', { baud: 4_800, parity: 'even' }, times(2, sdm120), times(2, asj)),
  mix('three-phase meter far away', { baud: 4_800 }, times(1, threePhaseMeter)),
  mix('hydrants and fire main', {}, times(8, municipalHydrant), times(1, fireMain)),
  mix('meters of a rented house', { turnaroundMs: 15 }, times(4, sdm120)),
  mix('residual current, twelve loops', {}, times(3, aimR100)),
  mix('electrical fire controllers', { turnaroundMs: 8 }, times(4, electricalFire)),
  mix(
    'wireless receiver of thirty',
    {},
    slots(30, wirelessSmokeAlarm, (slot) => ({ slot })),
  ),
  mix('pressure with at most four registers', {}, times(4, kellerSeries30), times(2, waterLevel)),
  mix('relays and inputs', {}, times(2, relay8), times(2, m7002), times(4, ug3)),
  mix(
    'village',
    {},
    times(3, municipalHydrant),
    times(1, dtsu666),
    slots(8, wirelessSmokeAlarm, (slot) => ({ slot })),
    times(1, relay8),
  ),
  mix('UPS room', { turnaroundMs: 20 }, times(1, ups2000), times(1, wbUpsV3)),
  mix(
    'panel, a register a point',
    { baud: 19_200 },
    slots(40, modbusGwPoint, (n) => ({ reference: 40_001 + n * 3 })),
  ),
  mix('leakage relays', { baud: 19_200, parity: 'even' }, times(6, vigirexRhu), times(2, sen0352)),
  mix(
    'sensor gateway',
    { baud: 19_200, turnaroundMs: 10 },
    slots(12, monnitSlot, (slot) => ({ slot })),
  ),
  mix(
    'panel, zones and elements',
    { baud: 38_400, turnaroundMs: 5 },
    slots(10, fc20Zone, (n) => ({ index: n * 4 })),
    slots(20, fc20Element, (n) => ({ index: n * 5 })),
  ),
  mix('pump room', { baud: 38_400, parity: 'even', turnaroundMs: 5 }, times(3, pumpController), times(1, cbi)),
  mix('radio sensors', { baud: 57_600, turnaroundMs: 8 }, times(5, wssfcUlc)),
  mix(
    'supply of a plant',
    { baud: 115_200, parity: 'even', turnaroundMs: 5 },
    times(2, quint4Ups),
    times(2, threePhaseMeter),
    times(2, rawRegisters),
  ),
];
