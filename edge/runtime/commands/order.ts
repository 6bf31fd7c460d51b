import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { DeviceId } from '../../../sdk/model/ids.ts';
import type { Scalar } from '../../../sdk/model/point.ts';
import type { CommandSpec, HardwarePulse } from '../../../sdk/model/profile.ts';
import type { CommandArgs } from '../../../sdk/wire/command.ts';
import type { SiteDevice } from '../config/site.ts';

/** A point of any device, and what it must be. */
export type Wanted = { readonly device: DeviceId; readonly point: string; readonly is: Scalar };

/** A command of one device with its arguments, resolved: what to switch, what must hold before, and what proves it. */
export type Order = {
  readonly device: SiteDevice;
  readonly output: string;
  /** Pulses end after `ms`; `byDevice`: the device itself ends it. */
  readonly does: { readonly ms: number; readonly byDevice: boolean } | { readonly to: boolean };
  readonly before?: Wanted;
  readonly proof?: Wanted & { readonly withinMs: number };
};

/** The command of a device by its name. @throws FengsuiError NOT_FOUND */
export function commandOf(device: SiteDevice, name: string): CommandSpec {
  const commands = device.profile.commands ?? {};
  const spec = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (spec) return spec;
  const known = Object.keys(commands).join(', ') || 'none';
  throw new FengsuiError(
    'NOT_FOUND',
    `“${device.id}” (${device.profile.id}) has no command “${name}”; it has ${known}`,
  );
}

/** Pure. @throws FengsuiError INVALID for an argument that is missing, too much or out of its bounds */
export function orderOf(device: SiteDevice, name: string, args: CommandArgs): Order {
  const spec = commandOf(device, name);
  checkArgs(spec, args);
  const { does, before } = spec;
  const output = 'pulse' in does ? does.pulse : does.set;
  const proof = proofOf(device, name, spec);
  return {
    device,
    output,
    does:
      'pulse' in does
        ? { ms: lengthOf(does.ms, args), byDevice: ownPulse(device, output) !== undefined }
        : { to: does.to },
    ...(before && { before: { device: device.id, ...before } }),
    ...(proof && { proof }),
  };
}

/** The site's word goes before the profile's. */
function proofOf(device: SiteDevice, name: string, { proof }: CommandSpec): Order['proof'] {
  const { proofs = {} } = device;
  const own = Object.hasOwn(proofs, name) ? proofs[name] : undefined;
  if (own) return { ...own, is: true };
  return proof && { device: device.id, ...proof };
}

const lengthOf = (ms: number | { readonly arg: string }, args: CommandArgs): number =>
  typeof ms === 'number' ? ms : (args[ms.arg] ?? 0) * 1_000;

function ownPulse({ profile }: SiteDevice, output: string): HardwarePulse | undefined {
  const spec = profile.points[output];
  return spec && 'pulse' in spec ? spec.pulse : undefined;
}

function checkArgs({ args: declared = {} }: CommandSpec, args: CommandArgs): void {
  const stray = Object.keys(args).find((name) => !Object.hasOwn(declared, name));
  if (stray !== undefined)
    throw new FengsuiError(
      'INVALID',
      `args: there is no “${stray}”; it takes ${Object.keys(declared).join(', ') || 'none'}`,
    );
  for (const [name, { min, max, unit = '' }] of Object.entries(declared)) {
    const value = Object.hasOwn(args, name) ? args[name] : undefined;
    if (value === undefined)
      throw new FengsuiError('INVALID', `args: “${name}” is missing: give ${min} to ${max} ${unit}`);
    if (!(value >= min && value <= max))
      throw new FengsuiError('INVALID', `args: “${name}” is ${value}: give ${min} to ${max} ${unit}`);
  }
}
