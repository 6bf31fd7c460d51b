import type { PointValue } from '../../sdk/model/point.ts';
import { noAnswer, type RiskLevel } from '../../sdk/model/profile.ts';
import type { DeviceState, GatewayState, Health } from '../../sdk/wire/gateway-state.ts';
import type { Journal, Lane } from '../journal/journal.ts';
import { conditionKey } from '../linkage/linkage.ts';
import type { AlarmDesk } from './alarms/alarm-desk.ts';
import type { Site, SiteDevice } from './config/site.ts';
import type { DeviceList } from './device-list.ts';
import { version } from './version.ts';

export type StateParts = {
  readonly site: Site;
  readonly boot: number;
  readonly journal: Journal;
  readonly devices: DeviceList;
  readonly alarms: AlarmDesk;
  readonly answered: ReadonlyMap<string, PointValue>;
  readonly problems: ReadonlyMap<string, string>;
  /** How many entries of a lane the slowest uplink has not taken. */
  readonly riskLevel: RiskLevel;
  readonly backlog: (lane: Lane) => number;
};

/** What the platform is shown of this gateway. Pure but for reading the parts. */
export const gatewayState = (
  parts: StateParts,
  now: Pick<GatewayState, 'at' | 'clock' | 'clocks' | 'clockSteps' | 'receiptKey'>,
): GatewayState => {
  const { degraded } = parts.journal.status();
  return {
    ...now,
    name: parts.site.name,
    version,
    boot: parts.boot,
    configVersion: parts.devices.version,
    log: parts.journal.id,
    alarmBacklog: parts.backlog('alarm'),
    telemetryBacklog: parts.backlog('telemetry'),
    riskLevel: parts.riskLevel,
    ...(degraded !== undefined && { degraded }),
    buses: parts.site.buses.map(({ id }) => {
      const problem = parts.problems.get(id);
      return problem === undefined ? { id } : { id, problem };
    }),
    devices: parts.devices.devices.map((device) => deviceState(parts, device)),
  };
};

function deviceState(parts: StateParts, device: SiteDevice): DeviceState {
  const alarm = parts.alarms.mostUrgent(device.id);
  return {
    id: device.id,
    profile: device.profile.id,
    name: device.name,
    place: device.place,
    bus: device.bus,
    origin: parts.devices.isProvisioned(device.id) ? 'platform' : 'file',
    health: healthOf(parts, device),
    ...(alarm && { alarm }),
  };
}

function healthOf(parts: StateParts, device: SiteDevice): Health {
  if (parts.alarms.active.has(conditionKey(device.id, noAnswer)) || parts.problems.has(device.bus)) return 'fault';
  const answered = parts.answered.get(device.id);
  if (!answered) return 'unknown';
  return answered.quality === 'lost' ? 'fault' : 'ok';
}
