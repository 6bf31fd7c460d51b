import { describe, expect, it } from 'vitest';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { deviceId, districtCode, gatewayId, townCode } from '../../../sdk/model/ids.ts';
import { monoTime, wallTime } from '../../../sdk/model/time.ts';
import { decodeAlarm, encodeAlarm } from '../../../sdk/wire/alarm-message.ts';
import { type Cbor, decodeCbor, encodeCbor } from '../../../sdk/wire/cbor.ts';
import {
  decodeGatewayState,
  decodePresence,
  encodeGatewayState,
  encodePresence,
  type GatewayState,
} from '../../../sdk/wire/gateway-state.ts';
import { decodePointTable, encodePointTable, pointTable } from '../../../sdk/wire/point-table.ts';
import { decodeReceipt, encodeReceipt } from '../../../sdk/wire/receipt.ts';
import { decodeReply, decodeRequest, encodeReply, encodeRequest } from '../../../sdk/wire/request.ts';
import { encodeTelemetry, openReadings, type Sample } from '../../../sdk/wire/telemetry.ts';
import { channels, parseTopic, type Site, topicFilter, topicOf } from '../../../sdk/wire/topics.ts';
import { alarmChange, sample } from '../../support/fake-gateway.ts';

const site: Site = { district: districtCode('330603'), town: townCode('001'), gateway: gatewayId('gw-1') };
const at = monoTime(0);
const wall = wallTime(1_790_000_000_250);
const table = pointTable([
  { device: deviceId('hydrant-1'), point: 'pressure', unit: 'MPa', resolution: 0.001 },
  { device: deviceId('smoke-1'), point: 'status', choices: ['normal', 'smoke'] },
  { device: deviceId('button-1'), point: 'pressed' },
]);
const state: GatewayState = {
  name: '站一',
  version: '0.1.0',
  boot: 9,
  at: wallTime(1_790_000_000_250),
  clock: 'estimated',
  riskLevel: 'normal',
  configVersion: 3,
  log: 7,
  alarmBacklog: 0,
  telemetryBacklog: 12,
  degraded: 'disk full',
  buses: [{ id: 'rs485' }, { id: 'gpio', problem: 'busy' }],
  devices: [
    {
      id: deviceId('h-1'),
      profile: 'generic/municipal-hydrant',
      name: 'h',
      place: '',
      bus: 'rs485',
      origin: 'file',
      health: 'fault',
      alarm: 'fire',
    },
    {
      id: deviceId('h-2'),
      profile: 'generic/siren',
      name: 's',
      place: 'gate',
      bus: 'gpio',
      origin: 'platform',
      health: 'unknown',
    },
  ],
};

describe('what is encoded', () => {
  it('comes back as it was: alarm', () => {
    const change = { ...alarmChange(3), operator: 'duty', since: wallTime(1_789_999_990_007) };
    expect(decodeAlarm(encodeAlarm({ log: 4_000_000_000, seq: 1, change }))).toEqual({
      log: 4_000_000_000,
      seq: 1,
      change,
    });
    const { value: _, ...cause } = change.cause;
    expect(decodeAlarm(encodeAlarm({ log: 7, seq: 1, change: { ...change, cause } })).change.cause).toEqual(cause);
  });

  it('comes back as it was: when an alarm was raised, with the stamp of that', () => {
    const raised = { boot: 3, mono: monoTime(2 ** 33), wall: wallTime(1_234), trust: 'unknown' } as const;
    const change = { ...alarmChange(3), event: 'cleared', since: raised.wall, raised } as const;
    expect(decodeAlarm(encodeAlarm({ log: 7, seq: 1, change })).change).toEqual(change);
  });

  it('comes back as it was: how stamps lie in right time', () => {
    const clocks = [
      { boot: 8, points: [] },
      {
        boot: 9,
        points: [
          { mono: monoTime(5), wall: wallTime(1_790_000_000_250) },
          { mono: monoTime(2 ** 33), wall: wallTime(1_790_000_001_000), errorMs: 12 },
        ],
      },
    ];
    const told = { ...state, clocks, clockSteps: 2 };
    expect(decodeGatewayState(encodeGatewayState(told))).toEqual(told);
  });

  it('comes back as it was: state, presence, receipt, table', () => {
    expect(decodeGatewayState(encodeGatewayState(state))).toEqual(state);
    expect(decodePresence(encodePresence({ online: false, boot: 3 }))).toEqual({ online: false, boot: 3 });
    expect(decodeReceipt(encodeReceipt({ log: 7, ranges: [[1, 3]] }))).toEqual({ log: 7, ranges: [[1, 3]] });
    expect(decodePointTable(encodePointTable(table))).toEqual(table);
  });

  it('comes back as it was: every quality of telemetry', () => {
    const samples: Sample[] = [
      { column: 0, wall, value: { quality: 'good', at, value: 0.421 } },
      {
        column: 0,
        wall: wallTime(wall - 5_000),
        value: { quality: 'doubtful', at, value: -0.05, why: 'out-of-range' },
      },
      { column: 0, wall: wallTime(wall + 1), value: { quality: 'lost', at, why: 'timeout' } },
      { column: 1, wall, value: { quality: 'good', at, value: 'smoke' } },
      { column: 1, wall, value: { quality: 'doubtful', at, value: 'code 9', why: 'unknown-code' } },
      { column: 2, wall, value: { quality: 'good', at, value: false } },
    ];
    const opened = openReadings(
      encodeTelemetry({ log: 7, seq: 2, boot: 1, trust: 'unknown', table: table.hash }, table, samples),
    );
    expect(opened).toMatchObject({ log: 7, seq: 2, boot: 1, trust: 'unknown', table: table.hash });
    expect(opened.samples({ ...table, hash: opened.table })).toEqual(samples);
    expect(() => opened.samples({ ...table, hash: 1 })).toThrow(FengsuiError);
  });

  it('comes back as it was: text, also one that looks like a number or like nothing', () => {
    const texts = pointTable([{ device: deviceId('level-1'), point: 'firmware' }]);
    const samples = ['1.02', '7', '', 'WSFC-ULC rev. B'].map((value, i) => sample(0, value, wallTime(wall + i)));
    const batch = { log: 7, seq: 3, boot: 1, trust: 'synced', table: texts.hash } as const;
    expect(openReadings(encodeTelemetry(batch, texts, samples)).samples(texts)).toEqual(samples);
  });

  it('comes back as it was: requests and replies', () => {
    const request = {
      id: 'r1',
      client: 'c1',
      method: 'provision',
      params: { device: { id: 'x', settings: { low: 0.2 } }, list: [1, null, true] },
      nonce: Uint8Array.of(1, 2),
    } as const;
    expect(decodeRequest(encodeRequest(request))).toMatchObject({ ...request, nonce: expect.anything() });
    expect(decodeReply(encodeReply({ id: 'r', ok: false, code: 'CONFLICT', message: 'm' }))).toEqual({
      id: 'r',
      ok: false,
      code: 'CONFLICT',
      message: 'm',
    });
    expect(() => decodeRequest(encodeRequest({ ...request, id: '' }))).toThrow(/1 to 64/);
  });

  it('survives a reader of an older minor version: a kind of alarm and a risk level that it does not know', () => {
    const devices = state.devices.map((device) => ({ ...device, alarm: 'other' as const }));
    expect(decodeGatewayState(encodeGatewayState({ ...state, devices })).devices).toEqual(devices);
    const fields = decodeCbor(encodeGatewayState(state));
    if (!(fields instanceof Map)) throw new Error('a state is a map');
    expect(decodeGatewayState(encodeCbor(new Map<Cbor, Cbor>([...fields, [14, 9]]))).riskLevel).toBe('severe');
    fields.delete(14);
    expect(decodeGatewayState(encodeCbor(fields)).riskLevel).toBe('normal');
  });

  it('survives a reader of an older minor version: unknown keys are ignored', () => {
    const longer = Uint8Array.of(0xa3, ...encodePresence({ online: true, boot: 2 }).subarray(1), 0x18, 0x63, 0x01);
    expect(decodePresence(longer)).toEqual({ online: true, boot: 2 });
  });
});

describe('topics', () => {
  it.each(channels)('of channel %s are read back', (channel) => {
    const client = channel === 'reply' ? 'sdk-1' : undefined;
    expect(parseTopic(topicOf(site, channel, client))).toEqual({ site, channel, ...(client && { client }) });
  });
  it.each([
    '',
    'fengsui',
    'fengsui/v2/330603/001/gw-1/alarm',
    'fengsui/v1/330603/001/GW/alarm',
    'fengsui/v1/330603/1/gw-1/alarm',
    'fengsui/v1/330603/001/gw-1/reply',
    'fengsui/v1/330603/001/gw-1/alarm/x',
    'fengsui/v1/330603/001/gw-1/reply/a/b',
    'fengsui/v1/330603/001/gw-1/reply/#',
  ])('that are not ours are told apart: %j', (topic) => {
    expect(parseTopic(topic)).toBeUndefined();
  });
  it('of a client that would subscribe to all are refused', () => {
    expect(() => topicOf(site, 'reply', '#')).toThrow(FengsuiError);
    const { district, town } = site;
    expect(topicFilter({ district }, 'reply', 'c')).toBe('fengsui/v1/330603/+/+/reply/c');
    expect(topicFilter({ district, town }, 'alarm')).toBe('fengsui/v1/330603/001/+/alarm');
    expect(topicFilter(site, 'reply', '+')).toBe(topicOf(site, 'reply', 'c').replace(/c$/, '+'));
  });
});
