import { join } from 'node:path';
import { noLog } from '../../platform/log.ts';
import type { Site, SiteDevice } from '../../runtime/config/site.ts';
import { deviceList } from '../../runtime/device-list.ts';

/** Devices of the file, and those that were added to the running gateway. What is wrong with the list is the gateway's to log. */
export async function devicesOf(site: Site): Promise<readonly SiteDevice[]> {
  return (await deviceList(site, join(site.journal.path, 'devices.json'), noLog)).devices;
}
