import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as registry from '../../docs/examples/cookbook/registry.ts';
import * as recipes from '../../docs/examples/cookbook/store.ts';
import { connect, ed25519Signer, type Fengsui, generateOperatorKey } from '../../sdk/index.ts';
import type { PlatformStore } from '../../sdk/store/index.ts';
import { startBroker } from '../../simulators/broker/start-broker.ts';
import { modbusServer } from '../../simulators/modbus/modbus-server.ts';
import { type SmokeReceiver, smokeReceiver } from '../../simulators/smoke/smoke-receiver.ts';
import { pressureTransmitter } from '../../simulators/water/pressure-transmitter.ts';
import { fieldSite } from '../support/field-site.ts';
import { startGatewayUnderTest } from '../support/gateway-process.ts';
import { hasPostgres, type Postgres, startPostgres } from '../support/postgres.ts';
import { temporaryFolderOfFile } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const gateway = 'test-01';
const keys = generateOperatorKey();
const hour = 3_600_000;

describe('the cookbook’s store', { timeout: 60_000 }, () => {
  const open: AsyncDisposable[] = [];
  const own = <T extends AsyncDisposable>(resource: T): T => {
    open.push(resource);
    return resource;
  };
  let smoke: SmokeReceiver;
  let url = '';
  let folder = '';
  let pressure = 0.3;

  beforeAll(async () => {
    folder = await temporaryFolderOfFile();
    smoke = smokeReceiver({ slots: 1 });
    const units = new Map([
      [1, smoke.unit],
      [2, pressureTransmitter(2, () => pressure)],
    ]);
    const street = own(await modbusServer({ transport: 'tcp', units }));
    const broker = own(await startBroker());
    const buses = `  - id: street
    tcp: "127.0.0.1:${street.port}"
    devices:
      - { id: kitchen, profile: generic/wireless-smoke-alarm, unit: 1, pollMs: 100, name: Kitchen, settings: { slot: 0 } }
      - { id: hydrant, profile: generic/municipal-hydrant, unit: 2, pollMs: 100, name: 村口消火栓 }
`;
    own(await startGatewayUnderTest(fieldSite({ broker: broker.port, buses, key: keys.publicKey })));
    url = `mqtt://127.0.0.1:${broker.port}`;
  }, 60_000);
  afterAll(async () => {
    for (const resource of open.splice(0).toReversed()) await resource[Symbol.asyncDispose]();
  });

  /** One life of a platform that keeps the district. */
  async function platform<T>(store: PlatformStore, live: (fs: Fengsui) => Promise<T>): Promise<T> {
    const signer = ed25519Signer({ keyId: 'tester', privateKey: keys.privateKey });
    await using fs = await connect({ url, district: '330603', signer, store, operator: '李伟' });
    await until('the gateway is there', () => fs.devices.list({ health: 'ok' }).length === 2, 20_000);
    const end = new AbortController();
    const kept = recipes.keep(fs, store, end.signal);
    const result = await live(fs);
    end.abort();
    await kept;
    return result;
  }

  async function keepsAndAnswers(store: PlatformStore): Promise<void> {
    const began = new Date();
    await platform(store, async (fs) => {
      smoke.trip(0);
      await until('the fire is stored', async () => (await recipes.stood(store)).length === 1);
      expect(await recipes.stood(store)).toEqual([`fire ${gateway}/kitchen active-unacked`]);
      pressure = pressure === 0.3 ? 0.35 : 0.3;
      await until('the reading is stored', async () => (await lastPressure(store)) === `pressure ${pressure}`);
      smoke.clear(0);
      await until('there is no smoke', () =>
        recipes.lastKnown(store, gateway, 'kitchen').then((lines) => lines.includes('status normal')),
      );
      const [fire] = (await fs.alarms.active()).alarms;
      if (fire) await fs.alarms.reset(fire);
      await until('nothing stands', async () => (await recipes.stood(store)).length === 0);
      await until('who has reset it is stored', async () =>
        (await recipes.whoDidWhat(store, gateway)).some((line) => line === '李伟 commands.reset done'),
      );
    });
    // All of it without any connection.
    const [fire, ...more] = await recipes.firesOf(store, began, new Date());
    expect([fire?.device, more]).toEqual(['kitchen', []]);
    expect(await recipes.firesOf(store, new Date(began.getTime() - hour), began)).toEqual([]);
    expect((await recipes.curve(store, gateway, 'hydrant')).at(-1)).toEqual([expect.any(Date), pressure]);
    const call = { id: randomUUID(), gateway };
    expect([await recipes.note(store, '王芳', call), await recipes.note(store, '王芳', call)]).toEqual([true, false]);
    expect(await recipes.whoDidWhat(store, gateway)).toContain('王芳 desk.called-the-site done');
    expect(await recipes.forgetOldReadings(store)).toBe(0);
  }
  const lastPressure = async (store: PlatformStore): Promise<string | undefined> =>
    (await recipes.lastKnown(store, gateway, 'hydrant'))[0];

  /** A gateway that was never there, and what it is to have, in its second version. */
  async function wantOne(store: PlatformStore): Promise<void> {
    await using fs = await connect({ url, district: '330603', store });
    await fs.gateways.register({ id: 'gw-7', town: '001', name: '7 号站' });
    const place = { gateway: 'gw-7', bus: 'street', profile: 'generic/municipal-hydrant' } as const;
    for (const unit of [1, 2]) await fs.devices.provision({ ...place, unit, id: `h-${unit}`, name: `消火栓 ${unit}` });
  }

  it('in memory', async () => {
    await using store = await recipes.openStore('');
    await keepsAndAnswers(store);
  });

  it('in a folder', async () => {
    await using store = await recipes.openStore(`${folder}/kept`);
    await keepsAndAnswers(store);
  });

  it('the registry and what is wanted, by hand', async () => {
    await using store = await recipes.openStore(`${folder}/registry`);
    await wantOne(store);
    await using fs = await connect({ url, district: '330603', store });
    await fs.gateways.register({ id: 'gw-8', town: '001', name: '8 号站' });
    expect(await registry.sites(store, '001')).toEqual(['gw-7 7 号站 claimable', 'gw-8 8 号站 claimable']);
    expect(await registry.sites(store, '002')).toEqual([]);
    const ids: string[] = [];
    for await (const { gateway: id } of recipes.every((page) => store.gateways.list({ ...page, limit: 1 })))
      ids.push(id);
    expect(ids).toEqual(['gw-7', 'gw-8']);
    let isQuiet = false;
    const get: typeof store.gateways.get = async (id) => {
      const seen = await store.gateways.get(id);
      if (seen && !isQuiet) await store.gateways.put({ ...seen, village: '201' }); // somebody else, just now
      isQuiet = true;
      return seen;
    };
    await registry.rename({ ...store, gateways: { ...store.gateways, get } }, 'gw-7', '东山村站');
    expect(await store.gateways.get('gw-7')).toMatchObject({ name: '东山村站', village: '201' });
    await expect(registry.rename(store, 'gw-9', 'x')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await registry.notYet(store)).toEqual(['gw-7 version 2: not answered']);
    await store.desired.report('gw-7', { version: 2, sync: 'rejected', problems: [], at: new Date() });
    expect(await registry.notYet(store)).toEqual(['gw-7 version 2: rejected']);
    expect([await registry.nothingWanted(store, 'gw-7'), await registry.nothingWanted(store, 'gw-7')]).toEqual([
      true,
      false,
    ]);
    expect(await registry.notYet(store)).toEqual([]);
  });

  describe.skipIf(!hasPostgres())('with Debian’s PostgreSQL (apt-get install postgresql)', () => {
    let server: Postgres;
    beforeAll(async () => {
      server = await startPostgres();
    });
    afterAll(() => server[Symbol.asyncDispose]());

    it('in PostgreSQL', async () => {
      await using store = await recipes.openStore(server.url());
      await keepsAndAnswers(store);
    });

    it('moved from a folder to PostgreSQL, as often as it takes', async () => {
      await using from = await recipes.openStore(`${folder}/old`);
      await keepsAndAnswers(from);
      await wantOne(from);
      await from.desired.report('gw-7', { version: 2, sync: 'in-sync', problems: [], at: new Date() });
      await using to = await recipes.openStore(server.url());
      for (let times = 0; times < 2; times++) await registry.move(from, to, [{ gateway, device: 'hydrant' }]);
      for (const part of ['alarms', 'audit'] as const)
        expect((await to[part].list()).items).toEqual(expect.arrayContaining([...(await from[part].list()).items]));
      expect(await registry.sites(to, '001')).toEqual(['gw-7 7 号站 claimable']);
      const { at: _, ...wanted } = (await from.desired.get('gw-7')) ?? {};
      expect(await to.desired.get('gw-7')).toMatchObject(wanted);
      expect(await recipes.curve(to, gateway, 'hydrant')).toEqual(
        expect.arrayContaining([...(await recipes.curve(from, gateway, 'hydrant'))]),
      );
    });
  });
});
