import { describe, expect, expectTypeOf, it } from 'vitest';
import type { wssfcUlc } from '../../device-profiles/daviteq/wssfc-ulc.ts';
import type { sdm120 } from '../../device-profiles/eastron/sdm120.ts';
import type { municipalHydrant } from '../../device-profiles/generic/municipal-hydrant.ts';
import type { wirelessSmokeAlarm } from '../../device-profiles/generic/wireless-smoke-alarm.ts';
import { type PointsOf, type ProfileSpec, profiles } from '../../device-profiles/index.ts';
import type { relay8 } from '../../device-profiles/waveshare/relay-8.ts';
import type { Block, Reading, Table } from '../../edge/bus/reading.ts';
import { devicePoints, placePoints, readPoint } from '../../edge/point/device-points.ts';
import { monoTime } from '../../sdk/model/time.ts';
import { everyGoldenFrame } from '../golden/every-golden-frame.ts';
import type { GoldenFrames } from '../golden/golden-frame.ts';
import { defaultSettings } from '../support/default-settings.ts';

const all: readonly ProfileSpec[] = profiles;
const at = monoTime(0);

/** The bytes before the CRC, which must fit them: polynomial 0xA001, low byte first (MODBUS over Serial Line V1.02, 6.2.2). */
function checked(frame: string): Buffer {
  const bytes = Buffer.from(frame.replaceAll(' ', ''), 'hex');
  let crc = 0xffff;
  for (const byte of bytes.subarray(0, -2)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  expect(bytes.readUInt16LE(bytes.length - 2)).toBe(crc);
  return bytes.subarray(0, -2);
}

const tables: readonly (Table | undefined)[] = [undefined, 'coil', 'discrete', 'holding', 'input'];

function blockOf(request: string): Block {
  const bytes = checked(request);
  expect(bytes).toHaveLength(6);
  const table = tables[bytes.readUInt8(1)];
  if (!table) throw new Error(`function ${bytes[1]} reads nothing`);
  return { unit: bytes.readUInt8(0), table, address: bytes.readUInt16BE(2), count: bytes.readUInt16BE(4) };
}

function readingOf(answer: string, { unit, table, count }: Block): Reading {
  const bytes = checked(answer);
  const data = bytes.subarray(3);
  expect([bytes[0], tables[bytes[1] ?? 0], bytes[2]]).toEqual([unit, table, data.length]);
  const isBits = table === 'coil' || table === 'discrete';
  const words = Array.from({ length: count }, (_, i) =>
    isBits ? ((data[i >> 3] ?? 0) >> (i & 7)) & 1 : data.readUInt16BE(2 * i),
  );
  return { ok: true, at, words };
}

/** What the profile makes of the answers, by the names of the points that are expected. */
function decoded({ exchanges, settings, values }: GoldenFrames, profile: ProfileSpec): Record<string, unknown> {
  const blocks = exchanges.map(([request]) => blockOf(request));
  const readings = exchanges.map(([, answer], i) => readingOf(answer, blocks[i] as Block));
  const wanted = devicePoints(profile, { ...defaultSettings(profile), ...settings }, blocks[0]?.unit ?? 1).filter(
    ({ name }) => Object.hasOwn(values, name),
  );
  return Object.fromEntries(
    placePoints(wanted, blocks).map((point) => {
      const value = readPoint(point, readings);
      return [point.name, value.quality === 'lost' ? { lost: value.why } : value.quality === 'good' && value.value];
    }),
  );
}

/** Floats of 32 bits carry seven digits. */
const nearly = (value: unknown): unknown => (typeof value === 'number' ? Number(value.toPrecision(7)) : value);
const rounded = (values: object): object =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, nearly(value)]));

describe.each(everyGoldenFrame)('$profile: $computedFrom', (golden) => {
  it('is decoded as its source says', () => {
    const profile = all.find(({ id }) => id === golden.profile);
    if (!profile) throw new Error(`no profile ${golden.profile}`);
    expect(rounded(decoded(golden, profile))).toEqual(rounded(golden.values));
  });
});

it.each(all.filter((p) => Object.values(p.points).some((point) => 'at' in point)))(
  'every point of $id has a golden frame',
  ({ id, points }) => {
    const shown = everyGoldenFrame.filter(({ profile }) => profile === id).flatMap(({ values }) => Object.keys(values));
    expect(new Set(shown)).toEqual(new Set(Object.keys(points)));
  },
);

it('what a profile says is what its values are typed as', () => {
  expectTypeOf<PointsOf<typeof wirelessSmokeAlarm>['status']>().toEqualTypeOf<'normal' | 'smoke' | 'test' | 'fault'>();
  expectTypeOf<PointsOf<typeof municipalHydrant>['pressure']>().toEqualTypeOf<number>();
  expectTypeOf<PointsOf<typeof sdm120>['serialNumber']>().toEqualTypeOf<number>();
  expectTypeOf<PointsOf<typeof wssfcUlc>['product']>().toEqualTypeOf<string>();
  expectTypeOf<PointsOf<typeof relay8>['relay1']>().toEqualTypeOf<boolean>();
});
