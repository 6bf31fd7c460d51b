import { FengsuiError } from '../../model/errors.ts';
import type { DeviceSpec } from '../../wire/methods.ts';
import { type Data, encodeRequest } from '../../wire/request.ts';
import type { Site } from '../../wire/topics.ts';
import type { Requests } from '../requests.ts';
import type { CallOptions } from '../time-limit.ts';
import { parseApply } from './parse-desired.ts';
import type { Trial } from './provisioner.ts';

/** What a list of devices as a whole may take up in a message; a gateway reads 64 KiB, its head and signature included. */
const mostBytes = 63_000;

/** @throws FengsuiError INVALID for a list that does not fit into one message */
export function refuseTooMany(gateway: string, devices: readonly DeviceSpec[]): void {
  const bytes = encodeRequest({ id: 'x', client: 'x', method: 'apply', params: { devices: devicesData(devices) } });
  if (bytes.length <= mostBytes) return;
  throw new FengsuiError(
    'INVALID',
    `the ${devices.length} devices of gateway “${gateway}” take ${bytes.length} bytes, and it takes ${mostBytes} in one message: shorten their names and places, or use a second gateway`,
    { details: { gateway, bytes: bytes.length, most: mostBytes } },
  );
}

export const devicesData = (devices: readonly DeviceSpec[]): readonly Data[] => devices.map(deviceData);

/** A device as it travels. */
export function deviceData({ settings, conditions, ...device }: DeviceSpec): { readonly [key: string]: Data } {
  const changes = Object.entries(conditions ?? {}).map(([name, change]): [string, Data] => [name, plain(change)]);
  return {
    ...device,
    ...(settings && { settings: { ...settings } }),
    ...(conditions && { conditions: Object.fromEntries(changes) }),
  };
}

/** Asks a gateway what a list would come to. It changes nothing. @throws FengsuiError as a command does */
export async function dryRun(
  requests: Requests,
  site: Site,
  { version, devices }: { readonly version: number; readonly devices: readonly DeviceSpec[] },
  options: CallOptions,
): Promise<Trial> {
  refuseTooMany(site.gateway, devices);
  const params = { version, devices: devicesData(devices), dryRun: true };
  const { problems, sync } = parseApply(await requests.command(site, 'apply', params, options));
  if (sync === 'rejected' && problems.length === 0)
    throw new FengsuiError('INVALID', `gateway ${site.gateway} would reject the devices and does not say why`);
  return { checkedBy: 'gateway', problems: sync === 'rejected' ? problems : [] };
}

function plain(value: object): Data {
  const entries = Object.entries(value).flatMap(([key, x]): [string, Data][] => {
    if (typeof x === 'number' || typeof x === 'string') return [[key, x]];
    return typeof x === 'object' && x !== null ? [[key, plain(x)]] : [];
  });
  return Object.fromEntries(entries);
}
