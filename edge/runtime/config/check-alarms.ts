import { checkCondition, checkTogether } from '../../../device-profiles/check-condition.ts';
import { type ConditionChanges, conditionAt, hasLimit } from '../../../sdk/model/condition-at.ts';
import { type ProfileSpec, riskLevels } from '../../../sdk/model/profile.ts';
import type { Zone } from '../../alarm/zone.ts';
import { isCron } from '../../platform/calendar.ts';
import type { Settings } from '../../point/resolve-address.ts';
import type { RiskWindow } from '../risk/risk-calendar.ts';
import type { Config, DeviceConfig } from './config-schema.ts';
import type { Report, SiteDevice } from './site.ts';

/** A device of the configuration, or what somebody tries out. */
type Changed = Pick<DeviceConfig, 'pollMs' | 'verifyMs'> & { readonly conditions?: ConditionChanges | undefined };

/** What a site changes of a profile's conditions must still make sense, at every risk level. */
export function checkConditions(device: Changed, profile: ProfileSpec, settings: Settings, fail: Report): void {
  const own = profile.conditions ?? {};
  for (const [name, change] of Object.entries(device.conditions ?? {})) {
    const path = ['conditions', name];
    const condition = Object.hasOwn(own, name) ? own[name] : undefined;
    if (!condition) {
      fail(path, `${profile.id} has no condition “${name}”; it has ${Object.keys(own).join(', ') || 'none'}`);
    } else if (change.limit !== undefined && !hasLimit(condition)) {
      fail([...path, 'limit'], `“${name}” looks for a state and has no limit`);
    } else {
      const wrong = riskLevels.flatMap((level) =>
        checkCondition(conditionAt(condition, change, level), profile, settings),
      );
      for (const what of new Set(wrong)) fail(path, what);
    }
  }
  for (const level of riskLevels) {
    const all = Object.entries(own).map(
      ([name, c]) => [name, conditionAt(c, device.conditions?.[name], level)] as const,
    );
    for (const [name, what] of checkTogether(Object.fromEntries(all), settings)) fail(['conditions', name], what);
  }
  checkVerification(device, profile, fail);
}

function checkVerification({ verifyMs, pollMs }: Changed, profile: ProfileSpec, fail: Report): void {
  if (verifyMs === undefined) return;
  const period = pollMs ?? profile.pollMs;
  if (!Object.values(profile.conditions ?? {}).some(({ kind }) => kind === 'fire'))
    fail(['verifyMs'], `${profile.id} raises no fire that could be verified`);
  else if (verifyMs < 2 * period)
    fail(['verifyMs'], `at least ${2 * period}: the second look comes with the next poll, every ${period} ms`);
}

/** Zones of devices that are there, each under a name of its own. */
export function checkZones(
  config: Config,
  devices: readonly SiteDevice[],
  taken: ReadonlySet<string>,
  report: Report,
): readonly Zone[] {
  const names = new Set(taken);
  return config.zones.flatMap((zone, i): Zone[] => {
    if (names.has(zone.id)) report(['zones', i, 'id'], `“${zone.id}” is the name of something else already`);
    names.add(zone.id);
    const known = new Set<string>(devices.map(({ id }) => id));
    for (const [d, device] of zone.devices.entries()) {
      if (!known.has(device)) report(['zones', i, 'devices', d], `there is no device “${device}” in this file`);
      if (zone.devices.indexOf(device) < d) report(['zones', i, 'devices', d], `“${device}” is there twice`);
    }
    const { coincidence } = zone;
    if (coincidence && coincidence.atLeast > zone.devices.length)
      report(
        ['zones', i, 'coincidence', 'atLeast'],
        `it can never hold: the zone has ${zone.devices.length} devices, not ${coincidence.atLeast}`,
      );
    return [{ id: zone.id, name: zone.name, devices: zone.devices, ...(coincidence && { coincidence }) }];
  });
}

/** Windows of the calendar in which the risk is higher. */
export function checkRiskCalendar(config: Config, report: Report): readonly RiskWindow[] {
  for (const [i, window] of config.riskCalendar.entries()) {
    for (const edge of ['from', 'to'] as const) {
      if (!isCron(window[edge]))
        report(
          ['riskCalendar', i, edge],
          `“${window[edge]}” is no cron expression; 1 October at midnight is "0 0 1 10 *"`,
        );
    }
    if (window.from === window.to) report(['riskCalendar', i], 'it begins and ends at the same time');
  }
  return config.riskCalendar;
}
