import { beforeEach, describe, expect, it } from 'vitest';
import { connect, ed25519Signer, type Fengsui, FengsuiError, generateOperatorKey } from '../../../../sdk/index.ts';
import { memoryStore } from '../../../../sdk/store/memory-store.ts';
import type { PlatformStore } from '../../../../sdk/store/platform-store.ts';
import { type Broker, startBroker } from '../../../../simulators/broker/start-broker.ts';
import { closedAfterEach } from '../../../support/closed-after-each.ts';
import { debian } from '../../../support/debian.ts';
import { desiredList } from '../../../support/desired-list.ts';
import { type FakeGateway, fakeGateway, hydrant } from '../../../support/fake-gateway.ts';
import { type Identity, secureBroker } from '../../../support/secure-broker.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { until } from '../../../support/until.ts';

const operator = generateOperatorKey();
const signer = ed25519Signer({ keyId: 'duty', privateKey: operator.privateKey });
const own = closedAfterEach();
let broker: Broker;
let store: PlatformStore;
const client = async (who = 'Li'): Promise<Fengsui> =>
  own(await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603', signer, store, operator: who }));
const gatewayAt = async (id = 'gw-1'): Promise<FakeGateway> =>
  own(await fakeGateway({ port: broker.port, id, operators: { duty: operator.publicKey } }));
const east = { id: 'gw-1', town: '001', village: '201', name: 'East' };

beforeEach(async () => {
  broker = own(await startBroker());
  store = own(memoryStore());
});

describe('the registry of gateways', () => {
  it('lists those that were never there beside those that nobody has registered', async () => {
    await gatewayAt('gw-2');
    const fs = await client();
    expect(await fs.gateways.register(east)).toMatchObject({
      id: 'gw-1',
      town: '001',
      village: '201',
      name: 'East',
      state: 'claimable',
      link: { online: false },
    });
    expect(fs.gateways.list().map((g) => [g.id, g.state])).toEqual([
      ['gw-1', 'claimable'],
      ['gw-2', 'unregistered'],
    ]);
    expect(fs.gateways.list({ village: '201' }).map((g) => g.id)).toEqual(['gw-1']);
    expect(fs.gateways.list({ state: 'unregistered' }).map((g) => g.id)).toEqual(['gw-2']);
    expect(fs.gateways.get('gw-1').state).toBe('claimable');
  });

  it('counts a gateway as enrolled when it is first seen, and tells whoever watches', async () => {
    const fs = await client();
    const stream = fs.gateways.watch();
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { type, gateway } of stream) seen.push(`${type} ${gateway.id} ${gateway.state ?? '-'}`);
    })();
    await fs.gateways.register(east);
    await until('it is told', () => seen.length > 0);
    await gatewayAt();
    await until('it is enrolled', () => seen.includes('updated gw-1 enrolled'));
    expect(seen[0]).toBe('added gw-1 claimable');
    expect(seen.filter((line) => line.startsWith('added'))).toHaveLength(1);
    stream.close();
    await reading;
    expect((await store.gateways.get('gw-1'))?.state).toBe('enrolled');
  });

  it.each([
    ['an id that is none', { ...east, id: 'GW 1' }],
    ['a town that is none', { ...east, town: '1' }],
    ['no name', { ...east, name: '' }],
  ])('refuses %s', async (_, gateway) => {
    await expect((await client()).gateways.register(gateway)).rejects.toMatchObject({ code: 'INVALID' });
  });

  it('writes down whatever is done through the client, also what was refused', async () => {
    const gateway = await gatewayAt();
    gateway.answers.set('silence', () => ({ phase: 'active-acked' }));
    const fs = await client();
    const alarm = { gateway: 'gw-1', device: 'hydrant-1', condition: 'low', occurrence: 1 };
    await fs.alarms.silence(alarm, { operator: 'Wang' });
    await fs.alarms.ack(alarm).catch(() => undefined); // the fake gateway does not know it
    expect((await store.audit.list({ gateway: 'gw-1' })).items).toMatchObject([
      { act: 'commands.silence', who: 'Wang', device: 'hydrant-1', outcome: 'done', detail: { condition: 'low' } },
      { act: 'commands.acknowledge', who: 'Li', device: 'hydrant-1', outcome: 'NOT_FOUND' },
    ]);
  });
});

describe('commands to devices', () => {
  it('are written down with what came of them, by whoever has pressed the button', async () => {
    const gateway = await gatewayAt();
    await gateway.state({ devices: [{ ...hydrant, profile: 'generic/barrier' }] });
    gateway.answers.set('invoke', () => {
      throw new FengsuiError('INTERLOCK', 'somebody stands there');
    });
    const fs = await client();
    const gate = fs.devices.get({ gateway: 'gw-1', device: 'hydrant-1' }).as('generic/barrier');
    const e = await fs.commands.invoke(gate, 'open', {}, { operator: 'Wang' }).catch((thrown: unknown) => thrown);
    expect(e).toMatchObject({ code: 'INTERLOCK' });
    const auditId = FengsuiError.is(e) ? e.auditId : undefined;
    expect((await store.audit.list({ act: 'commands.invoke' })).items).toMatchObject([
      {
        who: 'Wang',
        gateway: 'gw-1',
        device: 'hydrant-1',
        outcome: 'INTERLOCK',
        detail: { command: 'open', args: {}, audit: auditId },
      },
    ]);
  });
});

describe('a gateway that is taken out of use', () => {
  it('leaves the broker and the list, and gets no device any more until it is registered anew', async () => {
    const gateway = await gatewayAt();
    const list = await desiredList(gateway);
    const fs = await client();
    await fs.gateways.register(east);
    const mill = { ...device, gateway: 'gw-1' };
    await fs.devices.provision(mill);
    await fs.devices.whenSynced('gw-1');
    const { etag } = fs.gateways.get('gw-1');
    gateway.vanish();
    await until('it is away', () => !fs.gateways.get('gw-1').link.online);
    await expect(fs.gateways.decommission('gw-1', { reason: 'flooded', etag: 'another' })).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { actual: etag },
    });
    expect(await fs.gateways.decommission('gw-1', { reason: 'flooded', etag })).toEqual({ documents: 'cleared' });
    expect([fs.gateways.list(), fs.devices.list()]).toEqual([[], []]);
    expect(fs.gateways.list({ state: 'decommissioned' }).map((g) => g.name)).toEqual(['East']);
    await expect(fs.devices.provision(mill)).rejects.toMatchObject({ code: 'CONFLICT' });
    const later = own(await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603' }));
    expect(later.gateways.list()).toEqual([]);
    await fs.gateways.register(east);
    expect(await fs.devices.provision(mill)).toMatchObject({ sync: 'waiting-for-gateway' });
    expect(list.applied).toEqual([1]);
    expect((await store.audit.list({ act: 'gateways.decommission' })).items).toMatchObject([
      { outcome: 'CONFLICT' },
      { who: 'Li', outcome: 'done', detail: { reason: 'flooded' } },
    ]);
  });

  it('needs a reason, and must be known', async () => {
    const fs = await client();
    await expect(fs.gateways.decommission('gw-1', { reason: ' ' })).rejects.toMatchObject({ code: 'INVALID' });
    await expect(fs.gateways.decommission('gw-1', { reason: 'x' })).rejects.toMatchObject({ code: 'GATEWAY_UNKNOWN' });
  });
});

describe.skipIf(!debian('mosquitto'))('with the rules of a district', { timeout: 60_000 }, () => {
  it('the documents stay until its certificate is revoked, and nobody else’s can be touched', async () => {
    const district = own(await secureBroker(await temporaryFolder()));
    const identity = await district.issue({ kind: 'gateway', name: 'gw-1', town: '001' });
    const duty = await district.issue({ kind: 'district', name: 'duty' });
    await district.update();
    const gateway = own(await fakeGateway({ port: district.port, url: district.url, tls: pem(identity) }));
    const fs = own(
      await connect({ url: district.url, district: '330603', tls: pem(duty), signer, store, operator: 'Li' }),
    );
    expect(fs.gateways.list().map((g) => g.id)).toEqual(['gw-1']);
    expect(await fs.gateways.decommission('gw-1', { reason: 'stolen' })).toEqual({ documents: 'remain' });
    expect(fs.gateways.get('gw-1')).toMatchObject({ state: 'decommissioned', link: { online: true } });
    gateway.vanish();
    await district.authority.revoke(identity.issued.serial, 'stolen');
    await district.update();
    await until('it is away', () => !fs.gateways.get('gw-1').link.online);
    expect(await fs.gateways.decommission('gw-1', { reason: 'stolen' })).toEqual({ documents: 'cleared' });
    expect(fs.gateways.list()).toEqual([]);
  });
});

const pem = ({ ca, cert, key }: Identity) => ({ ca, cert, key });

const device = {
  id: 'mill',
  bus: 'rs485',
  unit: 4,
  profile: 'generic/municipal-hydrant',
  name: 'at the mill',
} as const;
