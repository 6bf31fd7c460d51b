import { deviceId } from '../../../sdk/model/ids.ts';
import type { Config, DeviceConfig } from './config-schema.ts';
import type { Report, SiteDevice, SiteProof } from './site.ts';

export const proofsOf = (commands: NonNullable<DeviceConfig['commands']>): Readonly<Record<string, SiteProof>> =>
  Object.fromEntries(
    Object.entries(commands).flatMap(([name, { proof, proofWithinMs }]) => {
      const [device = '', point = ''] = proof.split('/');
      return isId(device) ? [[name, { device: deviceId(device), point, withinMs: proofWithinMs }] as const] : [];
    }),
  );

/** Whether what is to prove the effect of a command is there, and a contact. */
export function checkProofs(config: Config, devices: readonly SiteDevice[], report: Report): void {
  for (const [b, bus] of config.buses.entries()) {
    for (const [d, device] of bus.devices.entries()) {
      for (const [name, { proof }] of Object.entries(device.commands ?? {})) {
        const what = wrongWith(proof, devices);
        if (what !== undefined) report(['buses', b, 'devices', d, 'commands', name, 'proof'], what);
      }
    }
  }
}

function wrongWith(proof: string, devices: readonly SiteDevice[]): string | undefined {
  const [id, point = ''] = proof.split('/');
  const device = devices.find((each) => each.id === id);
  if (!device) return `there is no device “${id}” in this file`;
  if (device.profile.points[point]?.as === 'bool') return undefined;
  const contacts = Object.entries(device.profile.points).flatMap(([name, { as }]) => (as === 'bool' ? [name] : []));
  return `“${id}” has no contact “${point}”; it has ${contacts.join(', ') || 'none'}`;
}

const isId = (text: string): boolean => /^[a-z0-9][a-z0-9-]{0,62}$/.test(text);
