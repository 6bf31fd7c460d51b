import { type DeviceAddress, type Fengsui, FengsuiError, type KnownProfile, type NewDevice } from 'fengsui';

const profile = 'generic/municipal-hydrant';

/** All hydrants of the district, typed: a misspelt point does not compile. */
export const pressures = (fs: Fengsui): readonly string[] =>
  fs.devices.list({ profile }).map((hydrant) => {
    const { value, unit, quality } = hydrant.latest().pressure;
    return `${hydrant.name}: ${quality === 'good' ? `${value?.toFixed(3)} ${unit}` : quality}`;
  });

/** What is wrong on one gateway. */
export const faulty = (fs: Fengsui, gateway: string): readonly string[] =>
  fs.devices.list({ gateway, health: 'fault' }).map(({ device }) => device);

/** One device, of which we know what it is. */
export function pressureOf(fs: Fengsui, address: DeviceAddress): number | undefined {
  return fs.devices.get(address).as(profile).latest().pressure.value;
}

/** Whatever it is: what a page about any device shows. */
export const whatItSays = (fs: Fengsui, address: DeviceAddress): readonly string[] =>
  Object.entries(fs.devices.get(address).latest()).map(([point, { value, unit = '', quality }]) =>
    quality === 'good' ? `${point} ${String(value)} ${unit}`.trim() : `${point} ${quality}`,
  );

/** Adds a hydrant, and takes it away again. */
export async function addAndRemove(fs: Fengsui, gateway: string, bus: string): Promise<string> {
  try {
    const { device } = await fs.devices.provision({
      gateway,
      bus,
      id: 'hydrant-9',
      profile,
      unit: 9,
      name: '东桥消火栓',
    });
    await fs.devices.remove(device);
    return device.device;
  } catch (e) {
    // In the gateway's own words: which field of which device, and what would be right.
    if (FengsuiError.is(e, 'INVALID', 'CONFLICT')) return e.message;
    throw e;
  }
}

/** A new pressure limit: guarded, so that nobody's change is lost, and what it comes to at the gateway. */
export async function raiseLimit(fs: Fengsui, address: DeviceAddress, low: number): Promise<string> {
  const { sync, device } = await fs.devices.update(fs.devices.get(address).as(profile), { settings: { low } });
  await fs.devices.whenSynced(device); // with a store: once the gateway, which may be offline, has it in force
  return sync;
}

/** Tries a list out on the gateways, and changes nothing: which rows are wrong, and why. */
export async function tryOut(fs: Fengsui, rows: Iterable<NewDevice<KnownProfile>>): Promise<readonly string[]> {
  const wrong: string[] = [];
  for await (const row of fs.devices.provisionMany(rows, { dryRun: true }))
    if (!row.ok) wrong.push(`row ${row.index + 1}: ${row.error.message}`);
  return wrong;
}

/** Devices as they come and go, or change their health. */
export async function firstToCome(fs: Fengsui, gateway: string, signal: AbortSignal): Promise<string> {
  for await (const { type, device } of fs.devices.watch({ gateway }, { signal }))
    if (type === 'added') return device.device;
  return '';
}
