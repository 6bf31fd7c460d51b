import { alarmKinds, type HeardKind } from '../model/alarm.ts';
import { type DeviceId, deviceId, type VillageCode, villageCode } from '../model/ids.ts';
import { type RiskLevel, riskLevels } from '../model/profile.ts';
import type { RunClock } from '../model/run-clock.ts';
import { type ClockTrust, clockTrusts, type WallTime } from '../model/time.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';
import { documentLimits } from './cbor-limits.ts';
import { type DesiredState, desiredCbor, readDesired } from './desired.ts';
import { fieldsOf, mapOf } from './parse.ts';
import { readRunClock, runClockCbor } from './run-clock.ts';
import { joinWall, splitWall } from './stamp.ts';

/** Whether a gateway is connected. Retained; the broker itself says "offline" by the gateway's last will. */
export type Presence = { readonly online: boolean; readonly boot: number };

/** Position is the wire value: append only. `unknown`: not heard since start. */
export const healths = ['unknown', 'ok', 'fault'] as const;
export type Health = (typeof healths)[number];

/** Position is the wire value. This list is closed: a reader of an earlier version refuses what is not in it. */
export const origins = ['file', 'platform'] as const;
/** Where a device's entry comes from: the site's file, the platform, or somebody on site, who added it to the list. */
export type Origin = (typeof origins)[number] | 'local';

export type DeviceState = {
  readonly id: DeviceId;
  readonly profile: string;
  readonly name: string;
  readonly place: string;
  readonly bus: string;
  readonly origin: Origin;
  readonly health: Health;
  /** Most urgent kind of alarm that is active on it. */
  readonly alarm?: HeardKind;
  /** A person has taken it out of service. */
  readonly outOfService?: true;
};

export type BusState = { readonly id: string; readonly problem?: string };

/** All that the platform shows of a gateway between alarms and readings. Retained. */
export type GatewayState = {
  readonly name: string;
  readonly version: string;
  readonly boot: number;
  readonly at: WallTime;
  readonly clock: ClockTrust;
  /** Grows by one with every change of the device list. */
  readonly configVersion: number;
  /** Identity of the journal and how much of it waits to be taken. */
  readonly log: number;
  readonly alarmBacklog: number;
  readonly telemetryBacklog: number;
  readonly riskLevel: RiskLevel;
  /** How stamps of this run and of those before lie in right time; absent in states of an earlier version. */
  readonly clocks?: readonly RunClock[];
  /** How often the system's clock was set since the gateway started. */
  readonly clockSteps?: number;
  /** Ed25519 public key (32 bytes) by which the gateway signs what became of commands; absent in states of an earlier version. */
  readonly receiptKey?: Uint8Array;
  /** What has become of the list that the platform wants; absent in states of an earlier version. */
  readonly desired?: DesiredState;
  /** What is wrong with the journal's disk. */
  readonly degraded?: string;
  /** Where it stands within its town, where the site says so. */
  readonly village?: VillageCode;
  readonly buses: readonly BusState[];
  readonly devices: readonly DeviceState[];
};

const presenceKey = { online: 1, boot: 2 } as const;

export const encodePresence = (p: Presence): Uint8Array =>
  encodeCbor(
    mapOf([
      [presenceKey.online, p.online],
      [presenceKey.boot, p.boot],
    ]),
  );

/** @throws FengsuiError PROTOCOL */
export function decodePresence(bytes: Uint8Array): Presence {
  const fields = fieldsOf(decodeCbor(bytes), 'presence');
  return { online: fields.flag(presenceKey.online), boot: fields.count(presenceKey.boot) };
}

const key = {
  name: 1,
  version: 2,
  boot: 3,
  wallS: 4,
  wallMs: 5,
  clock: 6,
  configVersion: 7,
  log: 8,
  alarmBacklog: 9,
  telemetryBacklog: 10,
  degraded: 11,
  buses: 12,
  devices: 13,
  riskLevel: 14,
  clocks: 15,
  clockSteps: 16,
  village: 17,
  desired: 18,
  receiptKey: 19,
} as const;
const bus = { id: 1, problem: 2 } as const;
const device = {
  id: 1,
  profile: 2,
  name: 3,
  place: 4,
  bus: 5,
  origin: 6,
  health: 7,
  alarm: 8,
  isLocal: 9,
  outOfService: 10,
} as const;

/** Checked against docs/contract/fengsui.cddl. */
export { bus as busStateKeys, device as deviceStateKeys, key as stateKeys, presenceKey as presenceKeys };

export function encodeGatewayState(s: GatewayState): Uint8Array {
  const [wallS, wallMs] = splitWall(s.at);
  return encodeCbor(
    mapOf([
      [key.name, s.name],
      [key.version, s.version],
      [key.boot, s.boot],
      [key.wallS, wallS],
      [key.wallMs, wallMs],
      [key.clock, clockTrusts.indexOf(s.clock)],
      [key.configVersion, s.configVersion],
      [key.log, s.log],
      [key.alarmBacklog, s.alarmBacklog],
      [key.telemetryBacklog, s.telemetryBacklog],
      [key.degraded, s.degraded],
      [key.riskLevel, riskLevels.indexOf(s.riskLevel)],
      [key.clocks, s.clocks?.map(runClockCbor)],
      [key.clockSteps, s.clockSteps],
      [key.village, s.village],
      [key.receiptKey, s.receiptKey],
      [key.desired, s.desired && desiredCbor(s.desired)],
      [
        key.buses,
        s.buses.map((b) =>
          mapOf([
            [bus.id, b.id],
            [bus.problem, b.problem],
          ]),
        ),
      ],
      [
        key.devices,
        s.devices.map((d) =>
          mapOf([
            [device.id, d.id],
            [device.profile, d.profile],
            [device.name, d.name],
            [device.place, d.place],
            [device.bus, d.bus],
            // A reader of an earlier version knows two origins; to it, what was added on site is the site's.
            [device.origin, origins.indexOf(d.origin === 'local' ? 'file' : d.origin)],
            [device.health, healths.indexOf(d.health)],
            [device.alarm, d.alarm && kindCode(d.alarm)],
            [device.outOfService, d.outOfService],
            [device.isLocal, d.origin === 'local' || undefined],
          ]),
        ),
      ],
    ]),
  );
}

/** Behind the end of the list stands what has no name. */
const kindCode = (kind: HeardKind): number => (kind === 'other' ? alarmKinds.length : alarmKinds.indexOf(kind));

/** @throws FengsuiError PROTOCOL */
export function decodeGatewayState(bytes: Uint8Array): GatewayState {
  const fields = fieldsOf(decodeCbor(bytes, documentLimits), 'state');
  return {
    name: fields.text(key.name),
    version: fields.text(key.version),
    boot: fields.count(key.boot),
    at: joinWall(fields.count(key.wallS), fields.count(key.wallMs)),
    clock: fields.one(key.clock, clockTrusts),
    configVersion: fields.count(key.configVersion),
    log: fields.count(key.log),
    alarmBacklog: fields.count(key.alarmBacklog),
    telemetryBacklog: fields.count(key.telemetryBacklog),
    // A level of a later version is taken for the highest: rather too watchful.
    riskLevel: fields.has(key.riskLevel) ? fields.oneOr(key.riskLevel, riskLevels, 'severe') : 'normal',
    ...(fields.has(key.clocks) && {
      clocks: fields.list(key.clocks).map((raw, i) => readRunClock(raw, `state.clocks[${i}]`)),
    }),
    ...(fields.has(key.clockSteps) && { clockSteps: fields.count(key.clockSteps) }),
    ...(fields.has(key.village) && { village: villageCode(fields.text(key.village)) }),
    ...(fields.has(key.receiptKey) && { receiptKey: fields.bytes(key.receiptKey) }),
    ...(fields.has(key.desired) && { desired: readDesired(fields.fields(key.desired)) }),
    ...(fields.has(key.degraded) && { degraded: fields.text(key.degraded) }),
    buses: fields.list(key.buses).map((raw, i) => {
      const b = fieldsOf(raw, `state.buses[${i}]`);
      return { id: b.text(bus.id), ...(b.has(bus.problem) && { problem: b.text(bus.problem) }) };
    }),
    devices: fields.list(key.devices).map((raw, i) => {
      const d = fieldsOf(raw, `state.devices[${i}]`);
      return {
        id: deviceId(d.text(device.id)),
        profile: d.text(device.profile),
        name: d.text(device.name),
        place: d.text(device.place),
        bus: d.text(device.bus),
        origin: d.has(device.isLocal) && d.flag(device.isLocal) ? 'local' : d.one(device.origin, origins),
        health: d.one(device.health, healths),
        ...(d.has(device.alarm) && { alarm: d.oneOr(device.alarm, alarmKinds, 'other') }),
        ...(d.has(device.outOfService) && d.flag(device.outOfService) && { outOfService: true as const }),
      };
    }),
  };
}
