import { join } from 'node:path';
import type { Log } from '../../platform/log.ts';
import type { Site, SiteDevice } from '../../runtime/config/site.ts';
import { deviceList } from '../../runtime/device-list.ts';

/** Devices of the file, and those that the platform added to the running gateway. */
export async function devicesOf(site: Site): Promise<readonly SiteDevice[]> {
  return (await deviceList(site, join(site.journal.path, 'devices.json'), silence)).devices;
}

/** What is wrong with the list is the gateway's to log. */
const silence: Log = { info: () => undefined, warn: () => undefined, child: () => silence };
