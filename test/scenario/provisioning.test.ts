import { beforeEach, describe, expect, it } from 'vitest';
import { connect, type DeviceConflict, ed25519Signer, type Fengsui, generateOperatorKey } from '../../sdk/index.ts';
import { openFileStore, type PlatformStore } from '../../sdk/store/index.ts';
import { closedAfterEach } from '../support/closed-after-each.ts';
import { debian } from '../support/debian.ts';
import { fieldSite } from '../support/field-site.ts';
import { type GatewayUnderTest, runProgram, startGatewayUnderTest } from '../support/gateway-process.ts';
import { jammedBus } from '../support/jammed-bus.ts';
import { freePort, startMosquitto } from '../support/mosquitto.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const keys = generateOperatorKey();
const gateway = 'test-01';
const hydrant = (id: string, unit: number) =>
  ({
    gateway,
    id,
    unit,
    bus: 'street',
    profile: 'generic/municipal-hydrant',
    name: `Hydrant ${id}`,
    pollMs: 100,
  }) as const;

describe.skipIf(!debian('mosquitto'))(
  'a platform with a store, and a gateway as a process (needs Debian’s mosquitto)',
  { timeout: 120_000 },
  () => {
    const own = closedAfterEach();
    let store: PlatformStore;
    let port: number;
    let yaml: string;

    beforeEach(async () => {
      const broker = own(await startMosquitto(await freePort()));
      port = broker.port;
      const street = own(await jammedBus(9));
      const buses = `  - id: street
    tcp: "127.0.0.1:${street.port}"
    timeoutMs: 100
    devices:
      - { id: gate, profile: generic/municipal-hydrant, unit: 1, pollMs: 100, name: Gate }
`;
      yaml = fieldSite({ broker: port, buses, key: keys.publicKey });
      store = own(await openFileStore({ folder: await temporaryFolder() }));
    });

    const platform = async (operator = 'Li'): Promise<Fengsui> => {
      const signer = ed25519Signer({ keyId: 'tester', privateKey: keys.privateKey });
      return own(await connect({ url: `mqtt://127.0.0.1:${port}`, district: '330603', signer, store, operator }));
    };
    const startGateway = async (): Promise<GatewayUnderTest> => own(await startGatewayUnderTest(yaml));
    const synced = (fs: Fengsui) => fs.devices.whenSynced(gateway, { timeoutMs: 60_000 });

    it('provisions for a gateway that is not there yet; when it comes it has the devices, and answers', async () => {
      const fs = await platform();
      await fs.gateways.register({ id: gateway, town: '001', name: 'East' });
      expect(await fs.devices.provision(hydrant('barn', 2))).toMatchObject({ sync: 'waiting-for-gateway' });
      await fs.devices.provision(hydrant('mill', 3));
      await startGateway();
      await synced(fs);
      await until('all answer', () => fs.devices.list().every((d) => d.health === 'ok'), 20_000);
      expect(fs.devices.list().map((d) => [d.device, d.origin, d.sync])).toEqual([
        ['gate', 'file', undefined],
        ['barn', 'platform', 'in-sync'],
        ['mill', 'platform', 'in-sync'],
      ]);
      expect(fs.gateways.get(gateway).state).toBe('enrolled');
      const barn = fs.devices.get({ gateway, device: 'barn' }).as('generic/municipal-hydrant');
      await fs.devices.update(barn, { name: 'Old barn', settings: { low: 0.16 } });
      await synced(fs);
      await until('it has the new name', () => fs.devices.get(barn).name === 'Old barn');
    });

    it('tells why a gateway rejects, or has gone back, and the devices that were there work on', async () => {
      const edge = await startGateway();
      const fs = await platform();
      await until('the gate answers', () => fs.devices.list()[0]?.health === 'ok', 20_000);
      await fs.devices.provision(hydrant('twin', 1));
      await expect(synced(fs)).rejects.toMatchObject({
        code: 'INVALID',
        message: expect.stringContaining('unit 1 is used by “gate” already'),
        details: { problems: [{ device: 'twin', path: 'unit' }] },
      });
      await fs.devices.remove({ gateway, device: 'twin' });
      await synced(fs);

      await fs.devices.provision(hydrant('jammer', 66));
      await edge.logged('desired.rolled-back');
      await expect(synced(fs)).rejects.toMatchObject({
        code: 'INVALID',
        message: expect.stringContaining('answered before and fell silent'),
      });
      expect(fs.devices.get({ gateway, device: 'jammer' }).sync).toBe('rejected');
      await until('the gate is well', () => fs.devices.get({ gateway, device: 'gate' }).health === 'ok', 20_000);
      expect(edge.log.filter(({ event }) => event === 'desired.rolled-back')).toHaveLength(1);
    });

    it('takes over what was changed on site, and shows where it met a wish', async () => {
      const edge = await startGateway();
      const fs = await platform();
      const conflicts: DeviceConflict[] = [];
      fs.on('conflict', (conflict) => conflicts.push(conflict));
      await until('the gate answers', () => fs.devices.list()[0]?.health === 'ok', 20_000);
      await fs.devices.provision(hydrant('barn', 2));
      await synced(fs);

      const onSite = (...args: readonly string[]) => runProgram(['device', ...args, '--config', edge.config]);
      const profile = ['--profile', 'generic/municipal-hydrant'];
      expect((await onSite('add', '5', ...profile, '--name', 'Shed', '--id', 'shed')).err).toBe('');
      await until('the platform has it', () => storedIds(fs).includes('shed'), 20_000);
      expect(await store.desired.get(gateway)).toMatchObject({ by: 'on site' });

      await fs.close();
      expect((await onSite('change', 'barn', '--unit', '3')).err).toBe('');
      const later = await connectBeforeTheSiteIsRead(conflicts);
      await until('the conflict is told', () => conflicts.length > 0, 30_000);
      expect(conflicts).toMatchObject([
        { gateway, device: 'barn', onSite: { unit: 3 }, platform: { unit: 4 }, kept: 'on-site' },
      ]);
      await until(
        'what is on site is wanted now',
        () => later.devices.get({ gateway, device: 'barn' }).sync === 'in-sync',
        30_000,
      );
      expect((await store.desired.get(gateway))?.devices.find((d) => d.id === 'barn')?.unit).toBe(3);
      expect((await store.audit.list({ act: 'devices.conflict' })).items).toHaveLength(1);
    });

    const storedIds = (fs: Fengsui): readonly string[] =>
      fs.devices.list({ gateway }).flatMap((d) => (d.sync === undefined ? [] : [d.device]));

    /** Somebody wishes another address while nobody has looked at the change on site. */
    async function connectBeforeTheSiteIsRead(conflicts: DeviceConflict[]): Promise<Fengsui> {
      const before = await store.desired.get(gateway);
      const devices = (before?.devices ?? []).map((d) => (d.id === 'barn' ? { ...d, unit: 4 } : d));
      await store.desired.change(gateway, { ifVersion: before?.version ?? 0, devices, by: 'Wang' });
      const fs = await platform();
      fs.on('conflict', (conflict) => conflicts.push(conflict));
      return fs;
    }

    it('tries devices out without changing anything: on the gateway, or by the profile while it is offline', async () => {
      const edge = await startGateway();
      const fs = await platform();
      await until('the gate answers', () => fs.devices.list()[0]?.health === 'ok', 20_000);
      const dryRun = async () => {
        const results = [];
        for await (const one of fs.devices.provisionMany([hydrant('barn', 2), hydrant('twin', 1)], { dryRun: true }))
          results.push(one);
        return results.toSorted((a, b) => a.index - b.index);
      };
      expect(await dryRun()).toMatchObject([
        { ok: true, device: 'barn', checkedBy: 'gateway' },
        { ok: false, error: { message: expect.stringContaining('unit 1 is used by “gate” already') } },
      ]);
      expect(fs.devices.list()).toHaveLength(1);
      await edge.stop();
      await until('it is offline', () => !fs.gateways.get(gateway).link.online);
      expect(await dryRun()).toMatchObject([
        { ok: true, checkedBy: 'profile' },
        { ok: true, checkedBy: 'profile' },
      ]);
      expect(await store.desired.get(gateway)).toBeUndefined();
    });
  },
);
