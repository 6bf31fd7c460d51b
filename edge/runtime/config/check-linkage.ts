import type { PointSpec } from '../../../sdk/model/profile.ts';
import { millis } from '../../../sdk/model/time.ts';
import { preAlarmOf } from '../../alarm/rules-of.ts';
import { coincidence, type Zone } from '../../alarm/zone.ts';
import type { LinkageRule } from '../../linkage/linkage.ts';
import { alarmNotReceived } from '../delivery/receipt-rule.ts';
import type { Config } from './config-schema.ts';
import type { Report, SiteDevice } from './site.ts';

/** Linkage whose causes and outputs are there. */
export function checkLinkage(
  config: Config,
  devices: readonly SiteDevice[],
  zones: readonly Zone[],
  report: Report,
): readonly LinkageRule[] {
  const device = (name: string | undefined): SiteDevice | undefined => devices.find((d) => d.id === name);
  const named = new Set(config.buses.flatMap((bus) => bus.devices.map((d) => d.id)));
  // What is wrong with a device that is there has been reported at the device.
  const missing = (path: readonly (string | number)[], name = ''): void => {
    if (!named.has(name)) report(path, `there is no device “${name}” in this file`);
  };
  return config.linkage.flatMap((rule, i): LinkageRule[] => {
    for (const [w, cause] of rule.when.entries()) {
      const [name, condition = ''] = cause.split('/');
      const zone = zones.find((z) => z.id === name);
      const found = device(name);
      if (name === config.gateway.id && condition === alarmNotReceived) continue;
      const known = zone ? zoneConditions(zone) : found ? deviceConditions(found) : [];
      if (!zone && !found) missing(['linkage', i, 'when', w], name);
      else if (!known.includes(condition)) {
        report(
          ['linkage', i, 'when', w],
          `“${name}” has no condition “${condition}”; it has ${known.join(', ') || 'none'}`,
        );
      }
    }
    const [name, point = ''] = rule.set.split('/');
    const output = device(name);
    const spec = output?.profile.points[point];
    const drives = spec !== undefined && isOutput(spec);
    if (!output) missing(['linkage', i, 'set'], name);
    else if (!drives) report(['linkage', i, 'set'], `“${name}” has no output “${point}”; it has ${outputsOf(output)}`);
    const [prover, shown = ''] = rule.proof?.split('/') ?? [];
    const found = device(prover);
    if (prover !== undefined && !found) missing(['linkage', i, 'proof'], prover);
    if (found && found.profile.points[shown]?.as !== 'bool')
      report(['linkage', i, 'proof'], `“${prover}” has no contact “${shown}”; it has ${contactsOf(found)}`);
    if (!output || !drives) return [];
    const proof = found && { device: found.id, point: shown, within: millis(rule.proofWithinMs) };
    const when = new Set(rule.when);
    return [{ name: rule.name, when, output: output.id, point, sounder: rule.sounder, ...(proof && { proof }) }];
  });
}

const zoneConditions = (zone: Zone): readonly string[] => (zone.coincidence ? [coincidence] : []);

function deviceConditions({ profile, verifyMs }: SiteDevice): readonly string[] {
  return Object.entries(profile.conditions ?? {}).flatMap(([name, { kind }]) =>
    kind === 'fire' && verifyMs !== undefined ? [name, preAlarmOf(name)] : [name],
  );
}

const isOutput = (spec: PointSpec): boolean =>
  spec.from === 'line-out' || (spec.from === 'coil' && spec.writable === true);

function contactsOf({ profile }: SiteDevice): string {
  const contacts = Object.entries(profile.points).filter(([, spec]) => spec.as === 'bool');
  return contacts.map(([name]) => name).join(', ') || 'none';
}

function outputsOf(device: SiteDevice): string {
  const outputs = Object.entries(device.profile.points).filter(([, spec]) => isOutput(spec));
  return outputs.map(([name]) => name).join(', ') || 'none';
}
