import { FengsuiError } from '../../model/errors.ts';
import type { ConfigPage, DesiredConflict, DesiredState, ListedDevice } from '../../wire/desired.ts';
import type { DeviceSpec } from '../../wire/methods.ts';
import type { Site } from '../../wire/topics.ts';
import type { Requests } from '../requests.ts';
import { type CallOptions, sharedLimit } from '../time-limit.ts';
import { parseConfigPage } from './parse-desired.ts';

/** All that a gateway has been told to poll, as one moment has it. */
export type DeviceListing = {
  readonly configVersion: number;
  readonly desired: DesiredState;
  readonly devices: readonly ListedDevice[];
  readonly conflicts: readonly DesiredConflict[];
};

/** Far more than a gateway could poll: whoever tells of more is not believed. */
const mostDevices = 10_000;
/** A list that changes while it is read is read anew so often. */
const tries = 3;

/** @throws FengsuiError as a query does; CONFLICT when the list changes faster than it can be read */
export async function readListing(requests: Requests, site: Site, options: CallOptions): Promise<DeviceListing> {
  const limit = sharedLimit(options);
  for (let left = tries; left > 0; left--) {
    const whole = await readOnce(requests, site, limit);
    if (whole) return whole;
  }
  throw new FengsuiError('CONFLICT', `the devices of gateway ${site.gateway} change while they are read; try again`, {
    details: { gateway: site.gateway },
  });
}

/** The devices of a listing that are not of the site's file, as a platform wants them. */
export const wantedOf = ({ devices }: Pick<DeviceListing, 'devices'>): readonly DeviceSpec[] =>
  devices.flatMap(({ origin, ...spec }) => (origin === 'file' ? [] : [spec]));

async function readOnce(requests: Requests, site: Site, limit: () => CallOptions): Promise<DeviceListing | undefined> {
  let page: ConfigPage | undefined;
  const devices: ListedDevice[] = [];
  const conflicts: DesiredConflict[] = [];
  do {
    const after = page?.next;
    const next: ConfigPage = parseConfigPage(await requests.query(site, 'config', { after }, limit()));
    if (page && next.configVersion !== page.configVersion) return undefined;
    devices.push(...next.devices);
    conflicts.push(...next.conflicts);
    if (devices.length > mostDevices || (next.next !== undefined && next.devices.length === 0))
      throw new FengsuiError('PROTOCOL', `config: gateway ${site.gateway} tells of devices without an end`);
    page = next;
  } while (page.next !== undefined);
  return { configVersion: page.configVersion, desired: page.desired, devices, conflicts };
}
