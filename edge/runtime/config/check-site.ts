import { checkProfile, profiles } from '../../../device-profiles/index.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { deviceId, districtCode, gatewayId, townCode, villageCode } from '../../../sdk/model/ids.ts';
import type { ProfileSpec } from '../../../sdk/model/profile.ts';
import { millis } from '../../../sdk/model/time.ts';
import { probesPerSilence } from '../../alarm/rules-of.ts';
import { isCron } from '../../platform/calendar.ts';
import { operatorKey } from '../../platform/ed25519.ts';
import { devicePoints } from '../../point/device-points.ts';
import type { Settings } from '../../point/resolve-address.ts';
import type { Operator, Operators } from '../../uplink/signatures.ts';
import { checkConditions, checkRiskCalendar, checkZones } from './check-alarms.ts';
import { checkProofs, proofsOf } from './check-commands.ts';
import { checkLinkage } from './check-linkage.ts';
import type { ConfigProblem } from './config-problem.ts';
import { type BusConfig, busKinds, type Config, type DeviceConfig } from './config-schema.ts';
import { type BusKind, isLineBus, type Report, type Site, type SiteBus, type SiteDevice } from './site.ts';

/** All that a schema cannot see. Pure but for `absolute`, which places relative paths. */
export function checkSite(
  config: Config,
  absolute: (path: string) => string,
): { site: Omit<Site, 'configHash'>; problems: readonly ConfigProblem[] } {
  const problems: ConfigProblem[] = [];
  const report: Report = (path, message) => problems.push({ path, message });
  const buses = config.buses.map((bus): SiteBus => ({ id: bus.id, kind: kindOf(bus), config: bus }));
  noDuplicates(
    buses.map((b) => b.id),
    (i) => report(['buses', i, 'id'], `another bus is called “${buses[i]?.id}” too`),
  );
  for (const [i, bus] of buses.entries()) {
    if (bus.id === config.gateway.id)
      report(['buses', i, 'id'], `“${bus.id}” is the name of the gateway; their faults go by it`);
  }
  if (!isCron(config.selfTest))
    report(['selfTest'], `“${config.selfTest}” is no cron expression; every night at three is "0 3 * * *"`);
  noDuplicates(
    config.uplinks.map((u) => u.id),
    (i) => report(['uplinks', i, 'id'], 'another uplink has this id'),
  );
  checkStandby(config, report);
  const devices: SiteDevice[] = [];
  for (const [b, bus] of buses.entries()) {
    for (const [d, device] of bus.config.devices.entries()) {
      const checked = checkDevice(device, bus, { devices, buses, gateway: config.gateway.id }, (path, message) =>
        report(['buses', b, 'devices', d, ...path], message),
      );
      if (checked) devices.push(checked);
    }
  }
  checkProofs(config, devices, report);
  const taken = new Set<string>([config.gateway.id, ...buses.map(({ id }) => id), ...devices.map(({ id }) => id)]);
  const zones = checkZones(config, devices, taken, report);
  const site: Omit<Site, 'configHash'> = {
    address: {
      district: districtCode(config.gateway.district),
      town: townCode(config.gateway.town),
      gateway: gatewayId(config.gateway.id),
    },
    name: config.gateway.name,
    ...(config.gateway.village !== undefined && { village: villageCode(config.gateway.village) }),
    clock: config.gateway.clock,
    uplinks: config.uplinks.map(({ url, urls, ...u }) => ({
      ...u,
      urls: urls ?? (url === undefined ? [] : [url]),
      ...(u.ca && { ca: absolute(u.ca) }),
      ...(u.cert && { cert: absolute(u.cert) }),
      ...(u.key && { key: absolute(u.key) }),
    })),
    operators: checkOperators(config, report),
    twoPersons: config.policy.twoPersons,
    journal: {
      path: absolute(config.journal.path),
      maxBytes: config.journal.maxMb * 1_048_576,
      maxDays: config.journal.maxDays,
      commitMs: config.journal.commitMs,
      chunkBytes: config.journal.chunkKb * 1_024,
      fsync: config.journal.fsync,
      cardTbw: config.journal.cardTbw,
      history: { days: config.journal.historyDays, maxBytes: config.journal.historyMb * 1_048_576 },
    },
    receiptWithin: millis(config.delivery.receiptWithinMs),
    buses,
    devices,
    linkage: checkLinkage(config, devices, zones, report),
    zones,
    riskCalendar: checkRiskCalendar(config, report),
    selfTest: config.selfTest,
    ...(config.watchdog !== undefined && { watchdog: config.watchdog }),
  };
  return { site, problems };
}

function checkStandby({ uplinks }: Config, report: Report): void {
  const others = uplinks.filter((u) => !u.standby);
  const taken = new Set(others.flatMap(({ url, urls }) => urls ?? url ?? []));
  for (const [i, { standby, url, urls }] of uplinks.entries()) {
    if (!standby) continue;
    if (others.length === 0) report(['uplinks', i, 'standby'], 'every uplink stands by; one must be in use always');
    // By the same broker it would take the place of the other, and the other the place of it.
    if ([urls ?? url ?? []].flat().some((own) => taken.has(own)))
      report(
        ['uplinks', i, url === undefined ? 'urls' : 'url'],
        'an uplink that stands by needs another broker than the one in whose place it stands in',
      );
  }
}

type Neighbours = {
  readonly devices: readonly SiteDevice[];
  readonly buses: readonly SiteBus[];
  readonly gateway: string;
};

/** Whether a device fits its profile, its bus and its neighbours; reports why not. */
export function checkDevice(
  device: DeviceConfig,
  bus: SiteBus,
  near: Neighbours,
  report: Report,
): SiteDevice | undefined {
  const profile: ProfileSpec | undefined = profiles.find((p) => p.id === device.profile);
  if (!profile) {
    report(['profile'], `there is no profile “${device.profile}”; known are ${profiles.map((p) => p.id).join(', ')}`);
    return undefined;
  }
  let sound = true;
  const fail: Report = (path, message) => {
    sound = false;
    report(path, message);
  };
  if (near.devices.some((d) => d.id === device.id)) fail(['id'], `another device is called “${device.id}” too`);
  if (near.buses.some((b) => b.id === device.id) || near.gateway === device.id) {
    fail(['id'], `“${device.id}” is the name of a bus or of the gateway; their faults go by it`);
  }
  const settings = checkSettings(device, profile, fail);
  const [problem] = checkProfile(profile, settings);
  if (problem && sound) fail([device.settings ? 'settings' : 'profile'], problem.message);
  if (sound) checkConditions(device, profile, settings, fail);
  for (const name of Object.keys(device.commands ?? {})) {
    if (!Object.hasOwn(profile.commands ?? {}, name))
      fail(
        ['commands', name],
        `${profile.id} has no such command; it has ${Object.keys(profile.commands ?? {}).join(', ') || 'none'}`,
      );
  }
  checkConnection(device, profile, bus, fail);
  const slowest = profile.silenceMs / probesPerSilence;
  if (device.pollMs !== undefined && device.pollMs > slowest) {
    fail(
      ['pollMs'],
      `at most ${slowest}: ${profile.id} promises to tell of silence within ${profile.silenceMs / 1_000} s`,
    );
  }
  if (!sound) return undefined;
  const checked: SiteDevice = {
    id: deviceId(device.id),
    bus: bus.id,
    name: device.name,
    place: device.place ?? '',
    profile,
    settings,
    pollMs: device.pollMs ?? profile.pollMs,
    ...(device.pollMs !== undefined && { ownPeriod: true }),
    ...(device.conditions && { conditions: device.conditions }),
    ...(device.verifyMs !== undefined && { verifyMs: device.verifyMs }),
    ...(device.commands && { proofs: proofsOf(device.commands) }),
    unit: device.unit ?? 0,
    ...(device.line !== undefined && {
      line: { offset: device.line, activeLow: device.activeLow ?? isInput(profile) },
    }),
  };
  checkOverlap(checked, near.devices, fail);
  return sound ? checked : undefined;
}

function checkSettings(device: DeviceConfig, profile: ProfileSpec, fail: Report): Settings {
  const declared = profile.settings ?? {};
  for (const [name, value] of Object.entries(device.settings ?? {})) {
    const setting = Object.hasOwn(declared, name) ? declared[name] : undefined;
    if (!setting) {
      const known = Object.keys(declared);
      fail(
        ['settings', name],
        `${profile.id} has no such setting${known.length > 0 ? `; it has ${known.join(', ')}` : ''}`,
      );
    } else if (value < setting.min || value > setting.max) {
      fail(['settings', name], `${value} is outside ${setting.min}–${setting.max} (${setting.help})`);
    }
  }
  const defaults = Object.entries(declared).map(([name, setting]): [string, number] => [name, setting.default]);
  return { ...Object.fromEntries(defaults), ...device.settings };
}

const isInput = (profile: ProfileSpec): boolean => Object.values(profile.points).some((p) => p.from === 'line-in');
const needsLine = (profile: ProfileSpec): boolean => Object.values(profile.points).some((p) => !('at' in p));

function checkConnection(device: DeviceConfig, profile: ProfileSpec, bus: SiteBus, fail: Report): void {
  if (isLineBus(bus.kind) !== needsLine(profile)) {
    const wants = needsLine(profile)
      ? 'a GPIO line (bus with firmata or gpiochip)'
      : 'Modbus registers (bus with tcp, rtuOverTcp or serial)';
    return fail(['profile'], `${profile.id} needs ${wants}, but bus “${bus.id}” is ${bus.kind}`);
  }
  if (isLineBus(bus.kind)) {
    if (device.line === undefined) fail(['line'], 'is missing: which line or pin is it wired to?');
    if (device.unit !== undefined) fail(['unit'], 'a device on a GPIO line has no unit');
  } else {
    if (device.unit === undefined) fail(['unit'], 'is missing: which Modbus address (1–247) does it have?');
    if (device.line !== undefined) fail(['line'], 'a device on a Modbus bus has no line');
  }
}

/** Several devices may share a unit (slots of one receiver) as long as they read different registers. */
function checkOverlap(device: SiteDevice, others: readonly SiteDevice[], fail: Report): void {
  const own = pointsOf(device);
  for (const other of others.filter((o) => o.bus === device.bus)) {
    if (device.line) {
      if (other.line?.offset === device.line.offset)
        fail(['line'], `line ${device.line.offset} is used by “${other.id}” already`);
      continue;
    }
    if (other.unit !== device.unit) continue;
    const taken = new Set(pointsOf(other).map((p) => `${p.value.table} ${p.value.address}`));
    const clash = own.find((p) => taken.has(`${p.value.table} ${p.value.address}`));
    if (clash) {
      fail(
        ['unit'],
        `unit ${device.unit} is used by “${other.id}” already, and both read ${clash.value.table} ${clash.value.address}`,
      );
      return;
    }
  }
}

const pointsOf = (device: SiteDevice) => devicePoints(device.profile, device.settings, device.unit);

function checkOperators(config: Config, report: Report): Operators {
  const operators = new Map<string, Operator>();
  const keys = new Map<string, string>();
  for (const [i, { name, key, roles }] of config.operators.entries()) {
    if (operators.has(name)) report(['operators', i, 'name'], 'another operator has this name');
    const other = keys.get(key);
    if (other !== undefined && other !== name && config.policy.twoPersons.length > 0)
      report(['operators', i, 'key'], `“${other}” has this key, too: with it one person could sign for two`);
    keys.set(key, name);
    try {
      operators.set(name, { ...operatorKey(key), ...(roles && { roles }) });
    } catch (e) {
      if (!FengsuiError.is(e, 'INVALID')) throw e;
      report(['operators', i, 'key'], e.message);
    }
  }
  return operators;
}

function kindOf(bus: BusConfig): BusKind {
  return busKinds.find((kind) => bus[kind] !== undefined) ?? 'tcp';
}

function noDuplicates(names: readonly string[], report: (index: number) => void): void {
  for (const [i, name] of names.entries()) if (names.indexOf(name) < i) report(i);
}
