import { beforeEach, describe, expect, it } from 'vitest';
import {
  connect,
  type DeviceConflict,
  ed25519Signer,
  type Fengsui,
  type FengsuiError,
  generateOperatorKey,
} from '../../../../sdk/index.ts';
import { memoryStore } from '../../../../sdk/store/memory-store.ts';
import type { AuditEntry, PlatformStore } from '../../../../sdk/store/platform-store.ts';
import type { ListedDevice } from '../../../../sdk/wire/desired.ts';
import { type Broker, startBroker } from '../../../../simulators/broker/start-broker.ts';
import { closedAfterEach } from '../../../support/closed-after-each.ts';
import { desiredList } from '../../../support/desired-list.ts';
import { type FakeGateway, fakeGateway, hydrant } from '../../../support/fake-gateway.ts';
import { until } from '../../../support/until.ts';

const operator = generateOperatorKey();
const signer = ed25519Signer({ keyId: 'duty', privateKey: operator.privateKey });
const mill = {
  gateway: 'gw-1',
  id: 'mill',
  bus: 'rs485',
  unit: 4,
  profile: 'generic/municipal-hydrant',
  name: 'at the mill',
} as const;
const address = { gateway: 'gw-1', device: 'mill' };
const ofFile: ListedDevice = {
  origin: 'file',
  bus: 'rs485',
  id: 'hydrant-1',
  unit: 1,
  profile: 'generic/municipal-hydrant',
  name: '村口消火栓',
};
const ofSite = (id: string, changes: Partial<ListedDevice> = {}): ListedDevice => ({
  ...ofFile,
  id,
  unit: 9,
  origin: 'platform',
  ...changes,
});

let broker: Broker;
let store: PlatformStore;
const own = closedAfterEach();
const gatewayAt = async (id = 'gw-1'): Promise<FakeGateway> =>
  own(await fakeGateway({ port: broker.port, id, operators: { duty: operator.publicKey } }));
const client = async (more: { operator?: string; signer?: undefined } = {}): Promise<Fengsui> =>
  own(await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603', signer, store, ...more }));
const audit = async (filter: { act?: string } = {}): Promise<readonly AuditEntry[]> =>
  (await store.audit.list(filter)).items;

beforeEach(async () => {
  broker = own(await startBroker());
  store = own(memoryStore());
});

describe('a device that is wanted', () => {
  it('is told to a gateway that is online, and is in sync when that has it', async () => {
    const list = await desiredList(await gatewayAt(), [ofFile]);
    const fs = await client({ operator: 'Li' });
    const { device, version, sync } = await fs.devices.provision({ ...mill, settings: { low: 0.2 } });
    expect({ version, sync, health: device.health }).toEqual({ version: 1, sync: 'pending', health: 'unknown' });
    await fs.devices.whenSynced(address);
    expect(fs.devices.get(address)).toMatchObject({ sync: 'in-sync', health: 'ok', name: 'at the mill' });
    expect(list.devices.map((d) => [d.id, d.settings])).toEqual([
      ['hydrant-1', undefined],
      ['mill', { low: 0.2 }],
    ]);
    expect(list.applied).toEqual([1]);
    expect((await audit({ act: 'devices.provision' }))[0]).toMatchObject({
      who: 'Li',
      gateway: 'gw-1',
      device: 'mill',
      outcome: 'done',
    });
    expect(await store.desired.get('gw-1')).toMatchObject({ reported: { version: 1, sync: 'in-sync' } });
  });

  it('waits for a gateway that was never there, and is told to it when it comes', async () => {
    const fs = await client();
    await fs.gateways.register({ id: 'gw-1', town: '001', village: '201', name: 'East' });
    expect(await fs.devices.provision(mill)).toMatchObject({ version: 1, sync: 'waiting-for-gateway' });
    expect(fs.devices.get(address)).toMatchObject({ sync: 'waiting-for-gateway', health: 'unknown' });
    expect(fs.devices.list({ gateway: 'gw-1' })).toHaveLength(1);
    expect(fs.devices.get(address).as('generic/municipal-hydrant').latest().pressure).toMatchObject({
      quality: 'lost',
      why: 'never-read',
    });
    const list = await desiredList(await gatewayAt());
    await fs.devices.whenSynced('gw-1');
    expect(list.devices.map((d) => d.id)).toEqual(['mill']);
    await until('it counts as enrolled', () => fs.gateways.get('gw-1').state === 'enrolled');
  });

  it('is known to another client of the same store, before its gateway is there', async () => {
    const fs = await client();
    await fs.gateways.register({ id: 'gw-1', town: '001', name: 'East' });
    await fs.devices.provision(mill);
    const watcher = await client({ signer: undefined });
    expect(watcher.devices.get(address)).toMatchObject({ sync: 'waiting-for-gateway' });
  });

  it('of a gateway that nobody knows is refused: a misspelt name would wait for ever', async () => {
    const fs = await client();
    await expect(fs.devices.provision(mill)).rejects.toMatchObject({ code: 'GATEWAY_UNKNOWN' });
  });

  it('that its gateway rejects is shown with the reason, and is not tried again until something else is wanted', async () => {
    const list = await desiredList(await gatewayAt());
    list.judge = (devices) =>
      devices.length > 0 ? [{ device: 'mill', path: 'unit', message: 'unit 4 is used by “gate” already' }] : [];
    const fs = await client();
    await fs.devices.provision(mill);
    await expect(fs.devices.whenSynced(address)).rejects.toMatchObject({
      code: 'INVALID',
      message: expect.stringContaining('unit: unit 4 is used by “gate” already'),
      details: { problems: [{ device: 'mill', path: 'unit' }] },
    });
    expect(fs.devices.get(address)).toMatchObject({ sync: 'rejected', problems: [{ path: 'unit' }] });
    await list.show();
    await list.show();
    expect(list.applied).toEqual([1]);
    list.judge = () => [];
    await fs.devices.provision({ ...mill, unit: 5 });
    await fs.devices.whenSynced(address);
    expect(list.applied).toEqual([1, 2]);
    expect(fs.devices.get(address).problems).toBeUndefined();
  });

  it('that cannot be right is refused before it is stored', async () => {
    await desiredList(await gatewayAt());
    const fs = await client();
    await expect(fs.devices.provision({ ...mill, unit: 300 })).rejects.toMatchObject({ code: 'INVALID' });
    expect(await store.desired.get('gw-1')).toBeUndefined();
  });

  it('that stands in the site’s file is not ours to change', async () => {
    await desiredList(await gatewayAt(), [ofFile]);
    const fs = await client();
    await expect(fs.devices.provision({ ...mill, id: 'hydrant-1' })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(fs.devices.remove({ gateway: 'gw-1', device: 'hydrant-1' })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });

  it('is taken away again, with the reason in the audit', async () => {
    const list = await desiredList(await gatewayAt());
    const fs = await client();
    await fs.devices.provision(mill);
    await fs.devices.whenSynced(address);
    expect(await fs.devices.remove(address, { reason: 'sold' })).toMatchObject({ version: 2 });
    await fs.devices.whenSynced('gw-1');
    expect(list.devices).toEqual([]);
    await until('it is gone', () => fs.devices.list().length === 0);
    await expect(fs.devices.remove(address)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await audit({ act: 'devices.remove' })).map((e) => [e.outcome, e.detail])).toEqual([
      ['done', { reason: 'sold' }],
      ['NOT_FOUND', undefined],
    ]);
  });

  it('given again with the same key changes nothing', async () => {
    await desiredList(await gatewayAt());
    const fs = await client();
    const first = await fs.devices.provision(mill, { idempotencyKey: 'row-7' });
    const again = await fs.devices.provision(mill, { idempotencyKey: 'row-7' });
    expect(again.version).toBe(first.version);
    const gone = await fs.devices.remove(address, { idempotencyKey: 'gone-7' });
    expect((await fs.devices.remove(address, { idempotencyKey: 'gone-7' })).version).toBe(gone.version);
    await expect(fs.devices.remove(address, { idempotencyKey: 'gone-8' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('is refused when somebody has changed the list since the version that the caller saw', async () => {
    await desiredList(await gatewayAt());
    const fs = await client();
    const { version } = await fs.devices.provision(mill);
    await fs.devices.provision({ ...mill, id: 'barn', unit: 6 }, { ifVersion: version });
    await expect(fs.devices.provision({ ...mill, id: 'yard', unit: 7 }, { ifVersion: version })).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { version: version + 1 },
    });
  });
});

describe('a change of a device as it was read', () => {
  it('merges settings, and is refused when the device has changed meanwhile', async () => {
    const list = await desiredList(await gatewayAt());
    const fs = await client();
    await fs.devices.provision({ ...mill, settings: { low: 0.2 } });
    const before = fs.devices.get(address).as('generic/municipal-hydrant');
    const { device } = await fs.devices.update(before, { name: 'new mill', settings: { lowLow: 0.1 } });
    await fs.devices.whenSynced(address);
    expect(list.devices.find((d) => d.id === 'mill')).toMatchObject({
      name: 'new mill',
      settings: { low: 0.2, lowLow: 0.1 },
    });
    await expect(fs.devices.update(before, { name: 'old mill' })).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { expected: before.etag, actual: device.etag },
    });
  });

  it('without a store is guarded by the version of the gateway’s list', async () => {
    const gateway = await gatewayAt();
    const list = await desiredList(gateway, [ofFile, ofSite('mill', { settings: { low: 0.3 } })]);
    gateway.answers.set('provision', () => ({ configVersion: ++list.configVersion }));
    const fs = own(await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603', signer }));
    const before = fs.devices.get(address).as('generic/municipal-hydrant');
    expect(await fs.devices.update(before, { place: 'yard' })).toMatchObject({ version: 2, sync: 'in-sync' });
    expect(gateway.requests.at(-1)?.params).toMatchObject({
      ifVersion: 1,
      device: { id: 'mill', place: 'yard', settings: { low: 0.3 } },
    });
    await fs.devices.whenSynced(address);
    await expect(fs.gateways.register({ id: 'x', town: '001', name: 'x' })).rejects.toMatchObject({ code: 'INVALID' });
  });
});

describe('what was changed on site', () => {
  it('comes back to the platform as a version of its own', async () => {
    const list = await desiredList(await gatewayAt());
    const fs = await client();
    await fs.devices.provision(mill);
    await fs.devices.whenSynced(address);
    list.devices = [ofSite('mill', { unit: 8, name: 'at the mill' }), ofSite('barn', { origin: 'local' })];
    list.desired = { ...list.desired, localVersion: 2 };
    await list.show();
    await until('it is applied', () => list.applied.at(-1) === 2);
    const state = await store.desired.get('gw-1');
    expect(state).toMatchObject({ version: 2, by: 'on site' });
    expect(state?.devices.map((d) => [d.id, d.unit])).toEqual([
      ['mill', 8],
      ['barn', 9],
    ]);
    expect((await audit({ act: 'devices.take-over' }))[0]).toMatchObject({
      who: 'on site',
      detail: { version: 2, added: ['barn'], removed: [], changed: ['mill'] },
    });
    await list.show();
    await fs.devices.whenSynced('gw-1');
    expect(list.applied).toEqual([1, 2]);
  });

  it('and met a wish is told, kept in the audit once, and shown until the platform changes the device', async () => {
    const list = await desiredList(await gatewayAt());
    const fs = await client();
    const heard: DeviceConflict[] = [];
    fs.on('conflict', (conflict) => heard.push(conflict));
    list.conflicts = [
      { device: 'mill', field: 'address', onSite: { unit: 8 }, platform: { unit: 4 }, kept: 'on-site', version: 1 },
    ];
    await fs.devices.provision(mill);
    await expect(fs.devices.whenSynced(address)).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { conflicts: [{ onSite: { unit: 8 }, platform: { unit: 4 } }] },
    });
    expect(heard).toMatchObject([{ gateway: 'gw-1', device: 'mill', field: 'address', kept: 'on-site' }]);
    expect(fs.devices.get(address).conflicts).toHaveLength(1);
    list.conflicts = [];
    await fs.devices.provision({ ...mill, unit: 8 });
    await fs.devices.whenSynced(address);
    expect(fs.devices.get(address).conflicts).toBeUndefined();
    expect(await audit({ act: 'devices.conflict' })).toMatchObject([
      { device: 'mill', detail: { onSite: { unit: 8 }, platform: { unit: 4 }, kept: 'on-site' } },
    ]);
  });

  it('by a client without a store is taken over, too, before the next change could drop it', async () => {
    const list = await desiredList(await gatewayAt());
    const fs = await client();
    await fs.devices.provision(mill);
    await fs.devices.whenSynced(address);
    list.devices.push(ofSite('besides'));
    list.configVersion++;
    await list.show();
    await until('it is wanted', () => fs.devices.list().find((d) => d.device === 'besides')?.sync === 'in-sync');
    await fs.devices.provision({ ...mill, id: 'barn', unit: 6 });
    await fs.devices.whenSynced('gw-1');
    expect(list.devices.map((d) => d.id).toSorted()).toEqual(['barn', 'besides', 'mill']);
  });

  it('before there was a store is taken over, not dropped', async () => {
    const list = await desiredList(await gatewayAt(), [ofFile, ofSite('old')]);
    const fs = await client();
    await fs.devices.provision(mill);
    await fs.devices.whenSynced(address);
    expect(list.devices.map((d) => d.id).toSorted()).toEqual(['hydrant-1', 'mill', 'old']);
  });
});

describe('a gateway', () => {
  it('that was wiped gets everything again', async () => {
    const list = await desiredList(await gatewayAt());
    const fs = await client();
    await fs.devices.provision(mill);
    await fs.devices.whenSynced(address);
    list.devices = [];
    list.desired = { version: 0, sync: 'in-sync', localVersion: 0 };
    await list.show();
    await until('it has the device again', () => list.devices.length === 1);
    expect(list.applied).toEqual([1, 1]);
  });

  it('that took versions of a store which is gone keeps its devices', async () => {
    const list = await desiredList(await gatewayAt(), [ofSite('old')]);
    list.desired = { version: 7, sync: 'in-sync', localVersion: 0 };
    await list.show();
    const fs = await client();
    await until('it is taken over', () => fs.devices.list()[0]?.sync === 'in-sync');
    expect(await store.desired.get('gw-1')).toMatchObject({ version: 8, devices: [{ id: 'old' }] });
    expect(list.applied).toEqual([8]);
  });

  it('whose operators do not know the key is told why once, and tried again later', async () => {
    const gateway = own(await fakeGateway({ port: broker.port, operators: {} }));
    await desiredList(gateway);
    const fs = await client();
    const errors: FengsuiError[] = [];
    fs.on('error', (e) => errors.push(e));
    await fs.devices.provision(mill);
    await until('it is told', () => errors.length > 0);
    expect(errors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect(fs.devices.get(address)).toMatchObject({ sync: 'pending', problems: [{ path: '' }] });
    await expect(fs.devices.whenSynced(address, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it('is told by one client what another without a key has stored', async () => {
    const list = await desiredList(await gatewayAt());
    const desk = await client({ signer: undefined, operator: 'desk' });
    const errors: FengsuiError[] = [];
    desk.on('error', (e) => errors.push(e));
    await desk.devices.provision(mill);
    await new Promise((resolve) => setTimeout(resolve, 100)); // time to try what it must not try
    expect([list.applied, errors, desk.devices.get(address).problems]).toEqual([[], [], undefined]);
    await client();
    await desk.devices.whenSynced(address);
    expect(list.applied).toEqual([1]);
  });
});

describe('two clients of one store', () => {
  it('that change one gateway at once both have their way', async () => {
    const list = await desiredList(await gatewayAt());
    const [one, two] = [await client({ operator: 'one' }), await client({ operator: 'two' })];
    const ids = Array.from({ length: 12 }, (_, i) => `d-${i}`);
    await Promise.all(ids.map((id, i) => (i % 2 === 0 ? one : two).devices.provision({ ...mill, id, unit: 10 + i })));
    const stored = await store.desired.get('gw-1');
    expect(stored?.devices.map((d) => d.id).toSorted()).toEqual(ids.toSorted());
    await until('the gateway has all', () => list.devices.length === ids.length);
    await until('both know', () => [one, two].every((fs) => fs.devices.list().every((d) => d.sync === 'in-sync')));
    expect(list.applied).toEqual(list.applied.toSorted((a, b) => a - b));
  });
});

describe('the watch of devices', () => {
  it('tells what is added, changed, sick and gone', async () => {
    const gateway = await gatewayAt();
    await desiredList(gateway, [ofFile]);
    const fs = await client();
    const stream = fs.devices.watch({ gateway: 'gw-1' });
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { type, device } of stream) seen.push(`${type} ${device.device} ${device.sync ?? '-'}`);
    })();
    await until('the present is told', () => seen.length === 1);
    await fs.devices.provision(mill);
    await fs.devices.whenSynced(address);
    await until('it is in sync', () => seen.includes('updated mill in-sync'));
    await fs.devices.remove(address);
    await until('it is gone', () => seen.some((line) => line.startsWith('removed mill')));
    expect(seen[0]).toBe('added hydrant-1 -');
    expect(seen).toContain('added mill pending');
    await gateway.state();
    await gateway.state({ devices: [{ ...hydrant, health: 'fault' }] });
    await until('it is sick', () => seen.includes('health hydrant-1 -'));
    stream.close();
    await reading;
  });
});
