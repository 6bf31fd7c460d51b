import { defineProfile, profiles } from '../../device-profiles/index.ts';
import { type CommandArgsOf, type CommandName, type CommandOutcome, connect, type Fengsui } from '../../sdk/index.ts';

/** Compiled, never run: what a compiler knows of commands. Each `@ts-expect-error` fails the build if the line below it compiles. */

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
const same = <A, B>(_claim: Same<A, B>): void => undefined;

const gate = defineProfile({
  id: 'acme/gate',
  name: { en: 'Gate', zh: '门' },
  source: 'invented for this check',
  points: { relay: { from: 'coil', at: 0, as: 'bool', writable: true } },
  commands: {
    hold: {
      name: { en: 'Hold it open', zh: '保持开启' },
      risk: 'actuates',
      args: { seconds: { min: 1, max: 60, unit: 's' } },
      does: { pulse: 'relay', ms: { arg: 'seconds' } },
      source: 'invented',
    },
    release: {
      name: { en: 'Release', zh: '释放' },
      risk: 'safe',
      does: { set: 'relay', to: false },
      source: 'invented',
    },
  },
  pollMs: 1_000,
  silenceMs: 10_000,
});

const address = { gateway: 'gw-1', device: 'd-1' };

export async function commandsOf(fs: Fengsui): Promise<void> {
  const siren = fs.devices.get(address).as('generic/siren');
  const barrier = fs.devices.get(address).as('generic/barrier');
  const hydrant = fs.devices.get(address).as('generic/municipal-hydrant');

  (await fs.commands.invoke(siren, 'test', { seconds: 3 })) satisfies CommandOutcome;
  await fs.commands.invoke(barrier, 'open', {}, { deadlineMs: 5_000, confirm: 'verified', ifVersion: 3 });
  (await fs.commands.propose(barrier, 'open', {})).text satisfies { en: string; zh: string };

  // @ts-expect-error: the profile has no such command
  await fs.commands.invoke(siren, 'open', {});
  // @ts-expect-error: a misspelt command
  await fs.commands.propose(barrier, 'opne', {});
  // @ts-expect-error: a missing argument
  await fs.commands.invoke(siren, 'test', {});
  // @ts-expect-error: no arguments at all
  await fs.commands.invoke(siren, 'test');
  // @ts-expect-error: an argument of another type
  await fs.commands.invoke(siren, 'test', { seconds: '3' });
  // @ts-expect-error: a misspelt argument
  await fs.commands.invoke(siren, 'test', { second: 3 });
  // @ts-expect-error: an argument too many
  await fs.commands.invoke(siren, 'test', { seconds: 3, loud: 1 });
  // @ts-expect-error: it takes no arguments
  await fs.commands.invoke(barrier, 'open', { seconds: 3 });
  // @ts-expect-error: the profile has no commands
  await fs.commands.invoke(hydrant, 'open', {});
  // @ts-expect-error: of what profile it is, is not known
  await fs.commands.invoke(fs.devices.get(address), 'open', {});
  // @ts-expect-error: there is no such certainty
  await fs.commands.invoke(barrier, 'open', {}, { confirm: 'perhaps' });

  const status = await fs.commands.status('gw-1', 'an-audit-id-of-mine');
  // @ts-expect-error: while it runs there is no receipt
  void status.receipt;
  if (status.state !== 'running' && status.state !== 'unknown') status.receipt satisfies Uint8Array;
  // @ts-expect-error: what is approved is bytes
  await fs.commands.approve({ command: 'open' });
}

export async function thirdPartyCommands(): Promise<void> {
  await using fs = await connect({ url: 'mqtt://127.0.0.1:1883', district: '330603', profiles: [...profiles, gate] });
  const mine = fs.devices.get(address).as('acme/gate');
  same<CommandName<typeof gate>, 'hold' | 'release'>(true);
  same<CommandArgsOf<typeof gate, 'hold'>, { readonly seconds: number }>(true);
  await fs.commands.invoke(mine, 'hold', { seconds: 3 });
  await fs.commands.invoke(mine, 'release', {});
  // @ts-expect-error: of another command
  await fs.commands.invoke(mine, 'release', { seconds: 3 });
}
