import { type DeviceAddress, type Fengsui, FengsuiError } from 'fengsui';

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
