/** Compiled on its own, never run: a program that makes its profile known to every client. With the line of `declare` it changes whatever it is compiled with. */
import { connect, type Fengsui } from 'fengsui';
import { defineProfile, profiles } from 'fengsui/device-profiles';

const acmeValve = defineProfile({
  id: 'acme/valve',
  name: { en: 'Valve', zh: '阀门' },
  source: 'invented for this test',
  settings: { travelS: { default: 5, min: 1, max: 60, help: 's' } },
  points: { open: { from: 'coil', at: 0, as: 'bool' } },
  pollMs: 1_000,
  silenceMs: 10_000,
});

declare module 'fengsui' {
  interface ProfileRegistry {
    'acme/valve': typeof acmeValve;
  }
}

const valve = { gateway: 'gw-1', id: 'v', bus: 'b', unit: 1, name: 'v', profile: 'acme/valve' } as const;

export async function known(fs: Fengsui): Promise<boolean | undefined> {
  await fs.devices.provision({
    ...valve,
    settings: { travelS: 9 },
  });
  // @ts-expect-error: the profile has no such setting
  await fs.devices.provision({ ...valve, settings: { travel: 9 } });
  // @ts-expect-error: of no profile that is known
  fs.devices.get({ gateway: 'g', device: 'v' }).as('acme/valves');
  fs.devices.get({ gateway: 'g', device: 'h' }).as('generic/municipal-hydrant').latest().pressure.unit satisfies 'MPa';
  return fs.devices.get({ gateway: 'g', device: 'v' }).as('acme/valve').latest().open.value;
}

export const both = async (): Promise<Fengsui> =>
  connect({ url: 'mqtt://x', district: '330603', profiles: [...profiles, acmeValve] });
