import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AlarmUpdate, connect, ed25519Signer, generateOperatorKey } from '../../sdk/index.ts';
import { type Broker, startBroker } from '../../simulators/broker/start-broker.ts';
import { type Home, homePins, startHome } from '../../simulators/home/start-home.ts';
import { garbage, silence } from '../../simulators/modbus/faults.ts';
import { type ModbusServer, modbusServer } from '../../simulators/modbus/modbus-server.ts';
import { type SmokeReceiver, smokeReceiver } from '../../simulators/smoke/smoke-receiver.ts';
import { pressureTransmitter } from '../../simulators/water/pressure-transmitter.ts';
import { fieldSite } from '../support/field-site.ts';
import { type GatewayUnderTest, startGatewayUnderTest } from '../support/gateway-process.ts';
import { freePort } from '../support/mosquitto.ts';

const keys = generateOperatorKey();

/** A village in small: a hydrant and a receiver on Modbus TCP, a home on Firmata, a broker. */
type World = {
  readonly broker: Broker;
  readonly smoke: SmokeReceiver;
  readonly street: ModbusServer;
  readonly home: Home;
  pressure: number;
};

const buses = (world: World): string => `  - id: street
    tcp: "127.0.0.1:${world.street.port}"
    timeoutMs: 200
    devices:
      - { id: smoke, profile: generic/wireless-smoke-alarm, unit: 1, pollMs: 100, name: Smoke }
      - { id: hydrant, profile: generic/municipal-hydrant, unit: 2, pollMs: 100, name: Hydrant }
  - id: home
    firmata: "127.0.0.1:${world.home.port}"
    devices:
      - { id: call, profile: generic/call-button, line: ${homePins.callButton}, pollMs: 200, name: Call }
      - { id: siren, profile: generic/siren, line: ${homePins.siren}, pollMs: 200, name: Siren }
`;
const linkage = `linkage:
  - { name: home, when: [smoke/smoke, call/pressed], set: siren/sounding }
`;

describe('a gateway as a process, against simulators on real sockets', { timeout: 60_000 }, () => {
  let world: World;
  const open: AsyncDisposable[] = [];
  const own = <T extends AsyncDisposable>(resource: T): T => {
    open.push(resource);
    return resource;
  };

  beforeEach(async () => {
    const smoke = smokeReceiver({ slots: 1 });
    const pressed = { at: 0.3 };
    const transmitter = pressureTransmitter(2, () => pressed.at);
    const units = new Map([
      [1, smoke.unit],
      [2, transmitter],
    ]);
    const street = own(await modbusServer({ transport: 'tcp', units }));
    world = {
      broker: own(await startBroker()),
      home: own(await startHome()),
      smoke,
      street,
      get pressure() {
        return pressed.at;
      },
      set pressure(mpa) {
        pressed.at = mpa;
      },
    };
  });
  afterEach(async () => {
    for (const resource of open.splice(0).toReversed()) await resource[Symbol.asyncDispose]();
  });

  const gateway = async (extra = ''): Promise<GatewayUnderTest> =>
    own(
      await startGatewayUnderTest(
        fieldSite({ broker: world.broker.port, buses: buses(world) + extra, linkage, key: keys.publicKey }),
      ),
    );
  const platform = async () => {
    const signer = ed25519Signer({ keyId: 'tester', privateKey: keys.privateKey });
    return own(await connect({ url: `mqtt://127.0.0.1:${world.broker.port}`, district: '330603', signer }));
  };
  const siren = (on: boolean): Promise<void> =>
    new Promise((resolve) => {
      if (world.home.isSirenOn() === on) resolve();
      const off = world.home.onSiren((now) => {
        if (now !== on) return;
        off();
        resolve();
      });
    });

  it('smoke sounds the siren with no network at all, and the read-back proves it', async () => {
    await world.broker.stop();
    const edge = await gateway();
    await edge.logged('linkage.proven', (line) => line['on'] === false);
    world.smoke.trip(0);
    await siren(true);
    await edge.logged('linkage.proven', (line) => line['on'] === true);
    expect((await edge.logged('alarm.raised'))['key']).toBe('smoke/smoke');
  });

  it('a siren that does not follow is a fault of the siren', async () => {
    const edge = await gateway();
    await edge.logged('linkage.proven');
    world.home.stickSiren();
    world.home.press();
    expect((await edge.logged('alarm.raised', (line) => line['kind'] === 'fault'))['key']).toBe('siren/not-following');
  });

  it('a latched fire survives kill -9, sounds on, and is not raised again', async () => {
    const edge = await gateway();
    const fs = await platform();
    const stream = fs.alarms.stream();
    await edge.logged('linkage.proven');
    world.smoke.trip(0);
    const first = await next(stream);
    expect(first).toMatchObject({ change: 'raised', alarm: { device: 'smoke', kind: 'fire', occurrence: 1 } });
    await first.commit();
    await siren(true);
    world.smoke.clear(0);
    await edge.kill();
    edge.start();
    await edge.logged(
      'linkage.proven',
      (line) => line['on'] === true && edge.log.indexOf(line) > lastIndex(edge, 'gateway.started') - 1,
    );
    expect(world.home.isSirenOn()).toBe(true);
    await until(() => fs.devices.list().some((d) => d.device === 'smoke' && d.alarm === 'fire' && d.health === 'ok'));
    await fs.alarms.reset(first.alarm);
    expect(await next(stream)).toMatchObject({
      change: 'reset',
      alarm: { device: 'smoke', occurrence: 1, phase: 'normal' },
    });
    await siren(false);
  });

  it('a dead bus is one fault of the bus and none of its devices, and its return is told', async () => {
    const edge = await gateway();
    await edge.logged('bus.up', (line) => line['bus'] === 'street');
    const { port } = world.street;
    await world.street[Symbol.asyncDispose]();
    expect((await edge.logged('alarm.raised'))['key']).toBe('street/bus-down');
    open.splice(open.indexOf(world.street), 1);
    const again = own(await modbusServer({ transport: 'tcp', port, units: new Map([[1, world.smoke.unit]]) }));
    expect(again.refusedPort).toBeUndefined();
    expect((await edge.logged('alarm.cleared'))['key']).toBe('street/bus-down');
    expect(edge.log.filter((line) => line.event === 'alarm.raised')).toHaveLength(1);
  });

  it('a silent device does not slow its neighbour, whose alarm arrives', async () => {
    const edge = await gateway();
    const fs = await platform();
    await until(() => fs.devices.list().length > 0 && fs.devices.list().every((d) => d.health === 'ok'));
    world.street.misbehave(2, silence);
    await until(() => fs.devices.get({ gateway: 'test-01', device: 'hydrant' }).health === 'fault');
    world.smoke.trip(0);
    expect(await next(fs.alarms.stream())).toMatchObject({ alarm: { device: 'smoke', condition: 'smoke' } });
    expect(edge.log.filter((line) => line.event === 'alarm.raised')).toHaveLength(1);
  });

  it('a server that answers garbage makes its device a fault and crashes nothing', async () => {
    const edge = await gateway();
    const fs = await platform();
    await until(() => fs.devices.list().length > 0 && fs.devices.list().every((d) => d.health === 'ok'));
    world.street.misbehave(2, garbage(Uint8Array.from({ length: 300 }, (_, i) => (i * 37) & 0xff)));
    await until(() => fs.devices.get({ gateway: 'test-01', device: 'hydrant' }).health === 'fault');
    world.street.behave(2);
    await until(() => fs.devices.get({ gateway: 'test-01', device: 'hydrant' }).health === 'ok');
    expect(edge.log.filter((line) => line.event === 'gateway.started')).toHaveLength(1);
  });

  it('a host that cannot be reached is named, with the reason, and the rest works', async () => {
    const nowhere = await freePort();
    const edge = await gateway(
      `  - { id: far, tcp: "127.0.0.1:${nowhere}", devices: [{ id: lost, profile: generic/fire-main, unit: 1, name: Lost }] }\n`,
    );
    const line = await edge.logged('bus.down', (l) => l['bus'] === 'far');
    expect(line['why']).toContain(`127.0.0.1:${nowhere}`);
    expect(line['why']).toContain('ECONNREFUSED');
    const fs = await platform();
    await until(() => fs.devices.list().some((d) => d.device === 'smoke' && d.health === 'ok'));
    expect(fs.devices.get({ gateway: 'test-01', device: 'lost' }).health).toBe('fault');
  });

  it('a broker that refuses is tried again, told once, and stops nothing', async () => {
    await world.broker.stop();
    const refuser = createServer((socket) => socket.once('data', () => socket.end(Uint8Array.of(0x20, 2, 0, 5))));
    await new Promise<void>((resolve) => refuser.listen(world.broker.port, '127.0.0.1', resolve));
    const edge = await gateway();
    const line = await edge.logged('uplink.down');
    expect(line['why']).toMatch(/[Nn]ot authorized/);
    world.smoke.trip(0);
    await siren(true);
    await new Promise((resolve) => refuser.close(resolve));
  });

  it('a device is provisioned, read, refused where its unit is taken, and removed, all without a restart', async () => {
    const edge = await gateway();
    const fs = await platform();
    await until(() => fs.devices.list().length > 0 && fs.devices.list().every((d) => d.health === 'ok'));
    const wanted = {
      gateway: 'test-01',
      bus: 'street',
      id: 'main',
      profile: 'generic/fire-main',
      name: 'Main',
    } as const;
    await expect(fs.devices.provision({ ...wanted, unit: 2 })).rejects.toThrow('unit 2 is used by “hydrant” already');
    await fs.devices.remove({ gateway: 'test-01', device: 'hydrant' }).then(
      () => expect.unreachable('a device of the file was removed'),
      (e: unknown) => expect(String(e)).toContain('can only be removed there'),
    );
    const { device } = await fs.devices.provision({ ...wanted, unit: 3 });
    await until(() => fs.devices.list().some((d) => d.device === 'main' && d.health === 'fault')); // nobody is at unit 3
    expect(device.latest().pressure.unit).toBe('MPa');
    await fs.devices.remove({ gateway: 'test-01', device: 'main' });
    await until(() => fs.devices.list().every((d) => d.device !== 'main'));
    expect(edge.log.filter((line) => line.event === 'gateway.started')).toHaveLength(1);
  });

  it('history is answered by the gateway itself, in order and with quality', async () => {
    await gateway();
    const fs = await platform();
    await until(() => fs.devices.list().length > 0 && fs.devices.list().every((d) => d.health === 'ok'));
    world.pressure = 0.31;
    await until(() => fs.devices.get({ gateway: 'test-01', device: 'hydrant' }).latest()['pressure']?.value === 0.31);
    world.pressure = 0.32;
    await until(() => fs.devices.get({ gateway: 'test-01', device: 'hydrant' }).latest()['pressure']?.value === 0.32);
    const hydrant = fs.devices.get({ gateway: 'test-01', device: 'hydrant' }).as('generic/municipal-hydrant');
    const from = new Date(Date.now() - 60_000);
    const rows = await fs.telemetry
      .history(hydrant, { points: ['pressure'], from, to: new Date() })
      .all({ max: 1_000 });
    // Before the bus is connected for the first time a point is lost, if its period comes that early.
    const read = rows.slice(rows.findIndex((r) => r.quality === 'good'));
    expect(read.map((r) => r.value)).toEqual([0.3, 0.31, 0.32]);
    expect(read.every((r) => r.quality === 'good' && r.unit === 'MPa')).toBe(true);
    expect(rows.slice(0, -read.length).every((r) => r.quality === 'lost' && r.why === 'bus-down')).toBe(true);
  });
});

async function next(stream: AsyncIterator<AlarmUpdate>): Promise<AlarmUpdate> {
  const { value, done } = await stream.next();
  if (done) throw new Error('the stream ended');
  return value;
}

const lastIndex = (edge: GatewayUnderTest, event: string): number =>
  edge.log.findLastIndex((line) => line.event === event);

/** Polls what another process makes true: there is no event to wait for on this side. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(() => setTimeout(resolve, 20)));
}
