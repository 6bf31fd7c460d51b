import { describe, expect, expectTypeOf, it } from 'vitest';
import { sdm120 } from '../../device-profiles/eastron/sdm120.ts';
import { municipalHydrant } from '../../device-profiles/generic/municipal-hydrant.ts';
import { wirelessSmokeAlarm } from '../../device-profiles/generic/wireless-smoke-alarm.ts';
import type { PointsOf } from '../../device-profiles/index.ts';
import { relay8 } from '../../device-profiles/waveshare/relay-8.ts';
import type { Block } from '../../edge/bus/reading.ts';
import { type DevicePoint, devicePoints } from '../../edge/point/device-points.ts';
import type { ProfileSpec } from '../../sdk/model/profile.ts';
import { monoTime } from '../../sdk/model/time.ts';
import { crc16 } from '../../simulators/modbus/crc16.ts';
import { defaultSettings } from '../support/default-settings.ts';

function pointOf(profile: ProfileSpec, name: string, settings = {}): DevicePoint {
  const point = devicePoints(profile, { ...defaultSettings(profile), ...settings }, 1).find((p) => p.name === name);
  if (!point) throw new Error(`no point ${name}`);
  return point;
}

/** The request as it stands on the wire, put together by hand: unit, function, address, count, CRC low byte first. */
function request({ unit, table, address, count }: Block): string {
  const code = { coil: 1, discrete: 2, holding: 3, input: 4 }[table];
  const body = Uint8Array.of(unit, code, address >> 8, address & 0xff, count >> 8, count & 0xff);
  const crc = crc16(body);
  return Buffer.from([...body, crc & 0xff, crc >> 8]).toString('hex');
}
/** Registers of an answer as a manual prints it: unit, function, byte count, data, CRC. */
function registers(frame: string): number[] {
  const bytes = Buffer.from(frame.replaceAll(' ', ''), 'hex');
  expect(crc16(bytes.subarray(0, -2))).toBe(bytes.readUInt16LE(bytes.length - 2));
  const data = bytes.subarray(3, 3 + (bytes[2] ?? 0));
  return Array.from({ length: data.length / 2 }, (_, i) => data.readUInt16BE(2 * i));
}
const at = monoTime(0);

describe('QDY30A-type transmitter', () => {
  it('the value is asked for by the frame that the manual prints', () => {
    expect(request(pointOf(municipalHydrant, 'pressure').value)).toBe('010300040001c5cb');
  });

  it('4210 on the dial of a kPa transmitter with one decimal is 0.421 MPa', () => {
    const { decode } = pointOf(municipalHydrant, 'pressure');
    const words = registers('01 03 02 10 72 35 A1');
    expect(decode(words, 0, at, 1)).toEqual({ quality: 'good', at, value: 0.421 });
  });

  it('the decimals stand one register before the value', () => {
    expect(pointOf(municipalHydrant, 'pressure').decimals).toEqual({ unit: 1, table: 'holding', address: 3, count: 1 });
  });
});

describe('Eastron SDM120', () => {
  it('the voltage is asked for by the frame that the manual prints', () => {
    expect(request(pointOf(sdm120, 'voltage').value)).toBe('01040000000271cb');
  });

  it('43 66 33 34 is 230.2 V', () => {
    const voltage = pointOf(sdm120, 'voltage').decode(registers('01 04 04 43 66 33 34 1B 38'), 0, at);
    expect(voltage).toEqual({ quality: 'good', at, value: expect.closeTo(230.2, 4) });
  });

  it.each([
    ['voltage', 0x0000],
    ['current', 0x0006],
    ['power', 0x000c],
    ['apparentPower', 0x0012],
    ['reactivePower', 0x0018],
    ['powerFactor', 0x001e],
    ['frequency', 0x0046],
    ['importEnergy', 0x0048],
    ['exportEnergy', 0x004a],
    ['totalEnergy', 0x0156],
  ])('%s stands in input register %i', (name, address) => {
    expect(pointOf(sdm120, name).value).toEqual({ unit: 1, table: 'input', address, count: 2 });
  });
});

describe('Waveshare relay board', () => {
  it('the state of relay 1 is asked for by the frame that the wiki prints, but for the count', () => {
    expect(request({ ...pointOf(relay8, 'relay1').value, count: 8 })).toBe('0101000000083dcc');
  });

  it('relay n is coil n − 1', () => {
    expect(devicePoints(relay8, {}, 1).map((p) => [p.name, p.value.table, p.value.address])).toEqual(
      Array.from({ length: 8 }, (_, i) => [`relay${i + 1}`, 'coil', i]),
    );
  });
});

describe('slots of a wireless receiver', () => {
  it.each<[settings: Record<string, number>, addresses: number[]]>([
    [{}, [0, 1, 2, 3]],
    [{ slot: 1 }, [4, 5, 6, 7]],
    [{ tableAt: 1_000, slot: 12, slotSize: 8 }, [1_096, 1_097, 1_098, 1_099]],
    [{ slot: 2, slotSize: 10, statusAt: 9, batteryAt: 0, signalAt: 5, ageAt: 1 }, [29, 20, 25, 21]],
  ])('with %j status, battery, signal and age stand at %j', (settings, addresses) => {
    expect(
      ['status', 'battery', 'signal', 'age'].map((name) => pointOf(wirelessSmokeAlarm, name, settings).value.address),
    ).toEqual(addresses);
  });

  it('a slot is read as the receiver means it: smoke, 85 %, −70 dBm, heard 2 minutes ago', () => {
    const words = [1, 85, 0x10000 - 70, 2];
    const values = devicePoints(wirelessSmokeAlarm, defaultSettings(wirelessSmokeAlarm), 1).map((p) =>
      p.decode(words, p.value.address, at),
    );
    expect(values).toEqual(['smoke', 85, -70, 120].map((value) => ({ quality: 'good', at, value })));
  });
});

it('what a profile says is what its values are typed as', () => {
  expectTypeOf<PointsOf<typeof wirelessSmokeAlarm>['status']>().toEqualTypeOf<'normal' | 'smoke' | 'test' | 'fault'>();
  expectTypeOf<PointsOf<typeof municipalHydrant>['pressure']>().toEqualTypeOf<number>();
  expectTypeOf<PointsOf<typeof relay8>['relay1']>().toEqualTypeOf<boolean>();
});
