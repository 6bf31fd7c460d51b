import { FengsuiError } from '../../model/errors.ts';
import type { Directory } from '../gateway-directory.ts';
import type { Requests } from '../requests.ts';
import { parseConfig } from '../results.ts';
import { sharedLimit } from '../time-limit.ts';
import { readListing, wantedOf } from './listed-devices.ts';
import type { Placed, Provisioner } from './provisioner.ts';
import { withDevices } from './spec-edits.ts';
import { deviceData, dryRun } from './try-out.ts';

/** Without a store, a change of any device of a gateway changes the etags of all. */
export const listEtag = (configVersion: number): string => `list-${configVersion}`;

const versionOf = (etag: string | undefined): number | undefined => {
  const digits = /^list-(\d{1,15})$/.exec(etag ?? '')?.[1];
  if (digits !== undefined) return Number(digits);
  if (etag === undefined) return undefined;
  throw new FengsuiError('CONFLICT', `“${etag}” is not the etag of a device that was read without a store`);
};

/** Straight to the gateway, which must be online. */
export function directProvisioner(ctx: { readonly directory: Directory; readonly requests: Requests }): Provisioner {
  const { directory, requests } = ctx;
  return {
    isTransaction: false,
    async change(gateway, edit, { ifVersion, idempotencyKey: _none, operator, ...options }) {
      const site = directory.reach(gateway);
      let expected = ifVersion ?? versionOf(edit.etag);
      let version = 0;
      const send = async (method: 'provision' | 'remove', params: object): Promise<void> => {
        const sent = { ...params, ifVersion: expected, operator };
        version = parseConfig(await requests.command(site, method, sent, options)).configVersion;
        if (expected !== undefined) expected = version;
      };
      if ('remove' in edit) await send('remove', { device: edit.remove });
      else for (const device of edit.put) await send('provision', { device: deviceData(device) });
      return { version, sync: 'in-sync' } satisfies Placed;
    },
    async wanted(gateway, device, options) {
      const { configVersion, devices } = await readListing(requests, directory.reach(gateway), options);
      const found = devices.find((d) => d.id === device);
      if (!found) throw new FengsuiError('NOT_FOUND', `gateway “${gateway}” has no device “${device}”`);
      const { origin, ...spec } = found;
      if (origin === 'file') throw ofSitesFile(gateway, device);
      return { spec, etag: listEtag(configVersion) };
    },
    async tryOut(gateway, devices, options) {
      const site = directory.reach(gateway);
      const left = sharedLimit(options);
      const listing = await readListing(requests, site, left());
      const all = withDevices(wantedOf(listing), devices);
      return dryRun(requests, site, { version: listing.desired.version + 1, devices: all }, left());
    },
  };
}

export const ofSitesFile = (gateway: string, device: string): FengsuiError =>
  new FengsuiError(
    'CONFLICT',
    `“${device}” stands in the configuration file of gateway “${gateway}” and can only be changed there`,
    { details: { gateway, device } },
  );
