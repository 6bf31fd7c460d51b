import { type DeviceAddress, FengsuiError } from 'fengsui';
import type { GatewayRecord, PlatformStore } from 'fengsui/store';
import { every } from './store.ts';

/** A page that shows the registry, with no connection to any broker. */
export async function sites(store: PlatformStore, town: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { gateway, name, state } of every((page) => store.gateways.list({ town, ...page })))
    names.push(`${gateway} ${name} ${state}`);
  return names;
}

/** Renames a site. Another person’s change meanwhile is not lost: it is looked at again. */
export async function rename(store: PlatformStore, gateway: string, name: string): Promise<GatewayRecord> {
  const seen = await store.gateways.get(gateway);
  if (!seen) throw new FengsuiError('NOT_FOUND', `there is no gateway ${gateway} in the registry`);
  try {
    return await store.gateways.put({ ...seen, name }, { ifEtag: seen.etag });
  } catch (e) {
    if (FengsuiError.is(e, 'CONFLICT')) return rename(store, gateway, name);
    throw e;
  }
}

/** Which gateways do not have yet what is wanted of them, and why. */
export async function notYet(store: PlatformStore): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { gateway, version, reported } of every((page) => store.desired.waiting(page)))
    found.push(`${gateway} version ${version}: ${reported?.sync === 'rejected' ? 'rejected' : 'not answered'}`);
  return found;
}

/** A site is gone for good, and so is what was wanted of it. What was recorded stays. */
export const nothingWanted = (store: PlatformStore, gateway: string): Promise<boolean> => store.desired.forget(gateway);

/**
 * Moves a platform from one store to another, e.g. from a folder to PostgreSQL. Cut off, it can be begun again.
 * @param devices whose readings of the last year come along, e.g. `fs.devices.list()`
 */
export async function move(from: PlatformStore, to: PlatformStore, devices: Iterable<DeviceAddress>): Promise<void> {
  for await (const entry of every((page) => from.alarms.list(page))) await to.alarms.append(entry);
  for await (const entry of every((page) => from.audit.list(page))) await to.audit.append(entry);
  for await (const record of every((page) => from.gateways.list(page))) {
    await to.gateways.put(record);
    await moveDesired(from, to, record.gateway);
  }
  for (const device of devices) await moveReadings(from, to, device);
}

/** Under the same version: it is what the gateway goes by. */
async function moveDesired(from: PlatformStore, to: PlatformStore, gateway: string): Promise<void> {
  const wanted = await from.desired.get(gateway);
  if (!wanted || (await to.desired.get(gateway))) return;
  const { version, devices, by, reported } = wanted;
  await to.desired.change(gateway, { ifVersion: 0, above: version - 1, devices, by });
  if (reported) await to.desired.report(gateway, reported);
}

async function moveReadings(from: PlatformStore, to: PlatformStore, { gateway, device }: DeviceAddress): Promise<void> {
  const span = { from: new Date(Date.now() - 365 * 86_400_000), to: new Date() };
  let after: string | undefined;
  do {
    const { items, next } = await from.history.range({ gateway, device, ...span, after });
    await to.history.append(items);
    after = next;
  } while (after !== undefined);
}
