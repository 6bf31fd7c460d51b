import { deviceId } from '../../../sdk/model/ids.ts';
import type { RiskLevel } from '../../../sdk/model/profile.ts';
import type { Rule } from '../../alarm/rule.ts';
import { ruleBook } from '../../alarm/rule-book.ts';
import type { AlarmDesk } from '../alarms/alarm-desk.ts';
import { commandRules } from '../commands/command-rules.ts';
import type { Site, SiteDevice } from '../config/site.ts';
import { type DesiredDesk, desiredDesk } from '../desired/desired-desk.ts';
import type { HandlerContext } from '../handler-context.ts';
import { endRule, followRule } from '../linkage-actor.ts';
import { atRisk } from '../risk/risk-desk.ts';
import type { FieldSide } from './field-side.ts';
import type { Ground } from './ground.ts';
import type { Judgement } from './judgement.ts';
import type { Later } from './later.ts';

/** Which devices there are to be, and how they come to work. */
export type DesiredSide = {
  readonly desired: DesiredDesk;
  readonly applyDevices: HandlerContext['applyDevices'];
};

type Opened = { readonly ground: Ground; readonly judgement: Judgement; readonly field: FieldSide };

export function openDesiredSide({ ground, judgement, field }: Opened, later: Later): DesiredSide {
  const { site, own, shared, devices, reporter, audit } = ground;
  const { alarms, risk } = judgement;
  const { fields } = field;
  const applyDevices: DesiredSide['applyDevices'] = (removed) => {
    if (removed) alarms.forget(deviceId(removed.device), removed.operator);
    const { level } = risk.state();
    const now = devices.devices.map((device) => atRisk(device, level));
    applyRules(site, now, level, alarms);
    fields.replace(now);
    later.uplinks().show('points');
    later.uplinks().show('state');
  };
  const desired = own(
    desiredDesk({
      ...shared,
      devices,
      sight: () => fields,
      applyDevices,
      onChange: reporter.touch,
      forget: (device, operator) => alarms.forget(deviceId(device), operator),
      note: audit.note,
    }),
  );
  return { desired, applyDevices };
}

function applyRules(site: Site, devices: readonly SiteDevice[], level: RiskLevel, alarms: AlarmDesk): void {
  const rules = ruleBook();
  for (const device of devices) {
    const own = rules(device, level);
    alarms.watch(device.id, [...own, ...outputRules(site, device.id), ...commandRules(device)], device.bus);
  }
}

/** What is told of a device that linkage switches. */
function outputRules(site: Site, device: string): readonly Rule[] {
  const linked = site.linkage.filter((rule) => rule.output === device);
  const [within] = linked.flatMap(({ proof }) => (proof ? [proof.within] : [])).toSorted((a, b) => b - a);
  return [...(linked.length > 0 ? [followRule] : []), ...(within === undefined ? [] : [endRule(within)])];
}
