import { describe, expect, it } from 'vitest';
import { profiles } from '../../../device-profiles/index.ts';
import { fleet } from '../../../sdk/client/fleet.ts';
import { gatewayDirectory } from '../../../sdk/client/gateway-directory.ts';
import type { KnownRecords } from '../../../sdk/client/registry/known-records.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { deviceId, districtCode, gatewayId, townCode, villageCode } from '../../../sdk/model/ids.ts';
import { wallTime } from '../../../sdk/model/time.ts';
import type { GatewayRecord } from '../../../sdk/store/platform-store.ts';
import { type DeviceState, encodeGatewayState, encodePresence } from '../../../sdk/wire/gateway-state.ts';

type Told = {
  /** Its key among what was told unless given. */
  readonly id?: string;
  readonly town?: string;
  readonly village?: string;
  readonly online?: boolean;
  readonly degraded?: string;
  readonly busProblem?: string;
  readonly devices?: readonly (Partial<DeviceState> & { readonly profile: string })[];
};
const municipal = 'generic/municipal-hydrant';
const t0 = Date.UTC(2026, 0, 1);

type Registered = Partial<GatewayRecord> & { readonly gateway: string };
const recordsOf = (registered: readonly Registered[]): KnownRecords => {
  const records = registered.map((one): GatewayRecord => {
    const about = { district: '330603', town: '001', name: one.gateway, etag: '1', at: new Date(t0) } as const;
    return { ...about, state: 'enrolled', ...one };
  });
  return {
    of: (id) => records.find(({ gateway }) => gateway === id),
    all: () => records,
    onChange: () => expect.unreachable(),
  };
};

/** A district whose gateways have told this, in this order, an hour apart. */
function district(
  told: Readonly<Record<string, Told>>,
  active: Parameters<typeof fleet>[0]['active'] = neverAsked,
  registered?: readonly Registered[],
) {
  let now = t0;
  const directory = gatewayDirectory(() => new Date(now));
  for (const [key, one] of Object.entries(told)) {
    const { id = key, town = '001', village, online = true, degraded, busProblem, devices = [] } = one;
    const site = { district: districtCode('330603'), town: townCode(town), gateway: gatewayId(id) };
    directory.receivePresence(site, encodePresence({ online, boot: 1 }));
    directory.receiveState(
      site,
      encodeGatewayState({
        name: id,
        version: '1',
        boot: 1,
        at: wallTime(t0),
        clock: 'synced',
        configVersion: 0,
        log: 1,
        alarmBacklog: 0,
        telemetryBacklog: 0,
        riskLevel: 'normal',
        ...(village !== undefined && { village: villageCode(village) }),
        ...(degraded !== undefined && { degraded }),
        buses: [{ id: 'b', ...(busProblem !== undefined && { problem: busProblem }) }],
        devices: devices.map((d, i) => ({
          id: deviceId(`d-${i}`),
          name: 'd',
          place: '',
          bus: 'b',
          origin: 'file',
          health: 'ok',
          ...d,
        })),
      }),
    );
    now += 3_600_000;
  }
  return fleet({ directory, profiles, active, known: registered && recordsOf(registered) });
}
const neverAsked = (): never => expect.unreachable();

describe('the overview of a fleet', () => {
  it('tells the hydrants in service as a share: what is offline, silent, in alarm or taken out is not', () => {
    const { devices } = district({
      a: {
        devices: [
          { profile: municipal },
          { profile: 'generic/indoor-hydrant' },
          { profile: municipal, health: 'fault' },
          { profile: municipal, health: 'unknown' },
          { profile: municipal, alarm: 'supervisory' },
          { profile: municipal, outOfService: true },
          { profile: municipal, alarm: 'test' },
        ],
      },
      b: { online: false, devices: [{ profile: municipal }] },
    }).overview();
    expect(devices.hydrant).toEqual({ all: 8, inService: 3, share: 3 / 8 });
    expect(devices.smoke).toEqual({ all: 0, inService: 0 });
  });

  it('takes a device for in service that tells of a fire or a call, and not one that tells of its own trouble', () => {
    const { devices, alarms } = district({
      a: {
        devices: [
          { profile: 'generic/wireless-smoke-alarm', alarm: 'fire' },
          { profile: 'generic/wireless-smoke-alarm', alarm: 'fault' },
          { profile: 'generic/call-button', alarm: 'call' },
        ],
      },
    }).overview();
    expect(devices.smoke).toEqual({ all: 2, inService: 1, share: 0.5 });
    expect(devices.call).toEqual({ all: 1, inService: 1, share: 1 });
    expect(alarms).toEqual({ fire: 1, fault: 1, call: 1 });
  });

  it('counts what this version has no profile of among the others', () => {
    expect(district({ a: { devices: [{ profile: 'acme/x' }] } }).overview().devices.other.all).toBe(1);
  });

  it('counts by town and village, and what does not say where it is beside them', () => {
    const hydrant = { devices: [{ profile: municipal }] };
    const overview = district({
      a: { town: '002', village: '201', ...hydrant },
      b: { town: '001', village: '202', ...hydrant },
      c: { town: '001', village: '201', online: false, ...hydrant },
      d: { town: '001', degraded: 'disk full', ...hydrant },
      e: { town: '001', busProblem: 'busy', village: '201', ...hydrant },
    }).overview();
    expect(overview.gateways).toEqual({ all: 5, online: 4, offline: 1, awaited: 0, inTrouble: 2 });
    expect(overview.towns.map(({ town, gateways }) => [town, gateways.all])).toEqual([
      ['001', 4],
      ['002', 1],
    ]);
    expect(overview.towns[0]?.villages.map((v) => [v.village, v.gateways.all, v.devices.hydrant.inService])).toEqual([
      [undefined, 1, 1],
      ['201', 2, 1],
      ['202', 1, 1],
    ]);
  });

  it('counts a gateway that does not say where it is in the village that it was registered for', () => {
    const all = district({ a: {}, b: { village: '202' }, c: { town: '002' }, d: {} }, neverAsked, [
      { gateway: 'a', village: '201' },
      { gateway: 'b', village: '201' }, // its own file says otherwise
      { gateway: 'c', village: '201' }, // of another town: what is 201 there is another village here
      { gateway: 'd' },
    ]);
    const villages = all.overview().towns.map((t) => [t.town, t.villages.map((v) => [v.village, v.gateways.all])]);
    expect(villages).toEqual([
      [
        '001',
        [
          [undefined, 1],
          ['201', 1],
          ['202', 1],
        ],
      ],
      ['002', [[undefined, 1]]],
    ]);
    expect(all.overview({ village: '201' }).gateways.all).toBe(1);
  });

  it('counts those of the registry of which the broker shows nothing: awaited, or offline once they were there', () => {
    const all = district({ a: {} }, neverAsked, [
      { gateway: 'a' },
      { gateway: 'b', village: '201', state: 'claimable' },
      { gateway: 'c', town: '002', village: '201', at: new Date(t0 + 5) },
      { gateway: 'd', state: 'decommissioned' },
    ]);
    const { gateways, towns } = all.overview();
    expect(gateways).toEqual({ all: 2, online: 1, offline: 1, awaited: 1, inTrouble: 0 });
    expect(towns.map(({ town, gateways: g }) => [town, g.all, g.awaited])).toEqual([
      ['001', 1, 1],
      ['002', 1, 0],
    ]);
    expect(all.offline()).toEqual([{ gateway: 'c', town: '002', village: '201', since: new Date(t0 + 5), devices: 0 }]);
  });

  it('leaves out one that is decommissioned, also while the broker still shows its documents', () => {
    const hydrant = { devices: [{ profile: municipal }] };
    const all = district({ a: { online: false, ...hydrant }, b: hydrant }, neverAsked, [
      { gateway: 'a', state: 'decommissioned' },
    ]);
    expect(all.overview().devices.hydrant).toEqual({ all: 1, inService: 1, share: 1 });
    expect(all.offline()).toEqual([]);
  });

  it('counts one that has moved to another town where it is online', () => {
    const hydrant = { id: 'a', devices: [{ profile: municipal }] };
    const all = district({
      before: { town: '001', online: false, ...hydrant },
      now: { town: '002', ...hydrant },
      again: { town: '003', online: false, ...hydrant },
    });
    expect(all.overview().towns.map(({ town, devices }) => [town, devices.hydrant.share])).toEqual([['002', 1]]);
    expect(all.offline()).toEqual([]);
  });

  it('is of one town or village where that is asked for', () => {
    const all = district({
      a: { town: '001', village: '201' },
      b: { town: '001', village: '202' },
      c: { town: '002', village: '201' },
    });
    expect(all.overview({ town: '001' }).gateways.all).toBe(2);
    expect(all.overview({ town: '001', village: '201' }).gateways.all).toBe(1);
    expect(all.overview({ village: '201' }).gateways.all).toBe(2);
    expect(all.overview({ town: '009' }).gateways.all).toBe(0);
  });
});

describe('what is not as it should be', () => {
  it('the gateways that are offline, longest first, with how many devices nobody watches', () => {
    const all = district({
      a: { online: false, devices: [{ profile: municipal }, { profile: municipal }] },
      b: {},
      c: { online: false, village: '201' },
    });
    expect(all.offline()).toEqual([
      { gateway: 'a', town: '001', since: new Date(t0), devices: 2 },
      { gateway: 'c', town: '001', village: '201', since: new Date(t0 + 7_200_000), devices: 0 },
    ]);
    expect(all.offline({ village: '201' }).map(({ gateway }) => gateway)).toEqual(['c']);
  });

  it('the devices whose test is overdue, also where that is hidden, and who could not be asked', async () => {
    const asked: unknown[] = [];
    const since = new Date(t0);
    const alarm = (gateway: string, device: string, condition: string, isActive = true) => ({
      gateway,
      device,
      condition,
      isActive,
      since,
    });
    const all = district({ a: { village: '201' }, b: { town: '002' }, c: { town: '002' } }, async (filter) => {
      asked.push(filter);
      const error = new FengsuiError('TIMEOUT');
      const alarms = [
        alarm('a', 'd-1', 'test-overdue'),
        alarm('a', 'd-2', 'low'),
        alarm('a', 'd-3', 'test-overdue', false),
        alarm('b', 'd-1', 'test-overdue'),
      ];
      return { alarms, unanswered: [{ gateway: 'c', error }] } as never;
    });
    expect(await all.overdue({ town: '001' })).toEqual({
      devices: [{ gateway: 'a', town: '001', village: '201', device: 'd-1', since }],
      unanswered: [],
    });
    const district002 = await all.overdue({ town: '002' });
    expect(district002.devices.map(({ gateway }) => gateway)).toEqual(['b']);
    expect(district002.unanswered.map(({ gateway }) => gateway)).toEqual(['c']);
    expect(asked).toEqual([{ hidden: true }, { hidden: true }]);
  });
});
