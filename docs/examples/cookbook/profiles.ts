import { connect, type DeviceAddress, type Fengsui, type KnownProfile } from 'fengsui';
import { checkProfile, defineProfile, profiles } from 'fengsui/device-profiles';

/** A device of another maker, as its manual says. A misspelt key does not compile. */
export const pumpRoom = defineProfile({
  id: 'acme/pump-room',
  name: { en: 'Pump room sensor', zh: '泵房传感器' },
  source: 'Acme PR-2 manual, revision 3, table 7',
  points: {
    temperature: { from: 'holding', at: 0, as: 'i16', scale: 0.1, unit: '°C', resolution: 0.1, range: [-40, 85] },
    running: { from: 'coil', at: 0, as: 'bool' },
  },
  pollMs: 1_000,
  silenceMs: 10_000,
});

/** What no type can forbid: registers that overlap, limits the wrong way round. `connect` looks at it, too. */
export const mistakes = (): readonly string[] =>
  checkProfile(pumpRoom).map(({ part, message }) => `${part}: ${message}`);

/** A client that knows it beside those that come with Fengsui. */
export const openWithMine = (url: string): Promise<Fengsui<KnownProfile | typeof pumpRoom>> =>
  connect({ url, district: '330603', profiles: [...profiles, pumpRoom] });

export function temperatureOf(fs: Fengsui<KnownProfile | typeof pumpRoom>, address: DeviceAddress): string {
  const { quality, value, unit } = fs.devices.get(address).as('acme/pump-room').latest().temperature;
  return quality === 'good' ? `${value?.toFixed(1)} ${unit}` : quality;
}
