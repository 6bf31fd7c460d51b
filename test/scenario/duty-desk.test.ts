import { beforeEach, describe, expect, it } from 'vitest';
import {
  type Alarm,
  type AlarmUpdate,
  connect,
  ed25519Signer,
  type Fengsui,
  generateOperatorKey,
} from '../../sdk/index.ts';
import { type Broker, startBroker } from '../../simulators/broker/start-broker.ts';
import { type Home, homePins, startHome } from '../../simulators/home/start-home.ts';
import { type ModbusServer, modbusServer } from '../../simulators/modbus/modbus-server.ts';
import { type SmokeReceiver, smokeReceiver } from '../../simulators/smoke/smoke-receiver.ts';
import { pressureTransmitter } from '../../simulators/water/pressure-transmitter.ts';
import { closedAfterEach } from '../support/closed-after-each.ts';
import { fieldSite } from '../support/field-site.ts';
import { type GatewayUnderTest, startGatewayUnderTest } from '../support/gateway-process.ts';
import { until } from '../support/until.ts';

const keys = generateOperatorKey();
const gateway = 'test-01';
const hydrant = { gateway, device: 'hydrant' };
const fast = 'onDelayMs: 300, offDelayMs: 300';

const buses = (street: ModbusServer, home: Home): string => `  - id: street
    tcp: "127.0.0.1:${street.port}"
    timeoutMs: 200
    devices:
      - { id: kitchen, profile: generic/wireless-smoke-alarm, unit: 1, pollMs: 100, name: Kitchen, settings: { slot: 0 } }
      - { id: hall, profile: generic/wireless-smoke-alarm, unit: 1, pollMs: 100, name: Hall, settings: { slot: 1 } }
      - id: hydrant
        profile: generic/municipal-hydrant
        unit: 2
        pollMs: 100
        name: Hydrant
        conditions:
          low: { ${fast}, heightened: { limit: 0.25 } }
          low-low: { ${fast} }
  - id: home
    firmata: "127.0.0.1:${home.port}"
    devices:
      - { id: siren, profile: generic/siren, line: ${homePins.siren}, pollMs: 200, name: Siren }
`;
const linkage = `linkage:
  - { name: home, when: [kitchen/smoke, hall/smoke], set: siren/sounding, sounder: true }
zones:
  - { id: ground, name: Ground floor, devices: [kitchen, hall] }
`;

/** What came over the alarm stream, kept for whoever waits for it. */
function record(fs: Fengsui) {
  const seen: AlarmUpdate[] = [];
  const follow = async (): Promise<void> => {
    for await (const update of fs.alarms.stream()) {
      seen.push(update);
      await update.commit();
    }
  };
  follow().catch((e: unknown) => console.error('alarm stream', e));
  const find = (alarm: string, change: string, from = 0): AlarmUpdate | undefined =>
    seen.slice(from).find((u) => `${u.alarm.device}/${u.alarm.condition}` === alarm && u.change === change);
  return {
    seen,
    /** The first such change from the `from`th on. */
    async told(alarm: string, change: string, from = 0): Promise<AlarmUpdate> {
      await until(`${alarm} is ${change}`, () => find(alarm, change, from) !== undefined, 15_000);
      const found = find(alarm, change, from);
      if (!found) throw new Error('it was there a moment ago');
      return found;
    },
  };
}

describe('a duty desk at a gateway process, over a broker', { timeout: 60_000 }, () => {
  let broker: Broker;
  let smoke: SmokeReceiver;
  let home: Home;
  let edge: GatewayUnderTest;
  let fs: Fengsui;
  let stream: ReturnType<typeof record>;
  let pressure = 0.3;
  const own = closedAfterEach();

  beforeEach(async () => {
    pressure = 0.3;
    smoke = smokeReceiver({ slots: 2 });
    const units = new Map([
      [1, smoke.unit],
      [2, pressureTransmitter(2, () => pressure)],
    ]);
    const street = own(await modbusServer({ transport: 'tcp', units }));
    broker = own(await startBroker());
    home = own(await startHome());
    const site = fieldSite({ broker: broker.port, buses: buses(street, home), linkage, key: keys.publicKey });
    edge = own(await startGatewayUnderTest(site));
    const signer = ed25519Signer({ keyId: 'tester', privateKey: keys.privateKey });
    fs = own(await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603', signer, operator: 'Li' }));
    await until('all answer', () => fs.devices.list().filter((d) => d.health === 'ok').length === 4, 15_000);
    stream = record(fs);
  });

  const standing = async (hidden = false): Promise<readonly Alarm[]> =>
    (await fs.alarms.active({ gateway, hidden })).alarms;
  const names = (alarms: readonly Alarm[]): string[] => alarms.map((a) => `${a.device}/${a.condition}`);
  const sirenIs = (on: boolean): Promise<void> =>
    until(`the siren is ${on ? 'on' : 'off'}`, () => home.isSirenOn() === on);

  it('shelves what it knows about: the alarm goes on in silence, with who, why and until when', async () => {
    const low = { ...hydrant, condition: 'low' };
    const before = Date.now();
    await fs.alarms.shelve(low, { minutes: 30, why: 'pump test' });
    const { suppressed } = await fs.alarms.suppressed({ gateway });
    expect(suppressed).toMatchObject([{ ...low, suppression: { how: 'shelved', why: 'pump test' } }]);
    const end = suppressed[0]?.suppression.until?.getTime() ?? 0;
    expect(Math.abs(end - before - 30 * 60_000)).toBeLessThan(10_000);

    pressure = 0.12;
    const { alarm } = await stream.told('hydrant/low', 'raised');
    expect(alarm).toMatchObject({ kind: 'supervisory', isActive: true, isHidden: true });
    expect(alarm.suppression?.operator).toBe('Li (tester)');
    expect(await standing()).toEqual([]);
    expect(names(await standing(true))).toEqual(['hydrant/low']);
    expect(fs.devices.get(hydrant).alarm).toBeUndefined();

    await fs.alarms.lift(low);
    expect((await stream.told('hydrant/low', 'unsuppressed')).alarm).toMatchObject({ isActive: true, isHidden: false });
    expect(names(await standing())).toEqual(['hydrant/low']);
    await expect(
      fs.alarms.shelve({ gateway, device: 'hall', condition: 'smoke' }, { minutes: 1, why: 'x' }),
    ).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('is a fire and is never hidden'),
    });
  });

  it('a fire of a device out of service goes through, with the remark', async () => {
    const hall = { gateway, device: 'hall' };
    await fs.alarms.takeOutOfService(hall, { why: 'being repainted' });
    smoke.trip(1);
    const { alarm } = await stream.told('hall/smoke', 'raised');
    expect(alarm).toMatchObject({
      kind: 'fire',
      isActive: true,
      isHidden: false,
      suppression: { how: 'out-of-service', why: 'being repainted', operator: 'Li (tester)' },
    });
    expect(alarm.explained.zh).toContain('烟雾报警');
    await sirenIs(true);
    expect(names(await standing())).toEqual(['hall/smoke']);
    await fs.alarms.returnToService(hall);
    expect((await fs.alarms.suppressed({ gateway })).suppressed).toEqual([]);
    expect((await standing())[0]).not.toHaveProperty('suppression');
  });

  it('a higher risk level is shown, survives a restart, and has its own limit', async () => {
    pressure = 0.2;
    await until('it is read', () => fs.devices.get(hydrant).latest()['pressure']?.value === 0.2);
    expect(await standing()).toEqual([]);
    expect(await fs.gateways.setRiskLevel({ level: 'heightened', why: '春节' })).toEqual({
      levels: [{ gateway, level: 'heightened' }],
      unanswered: [],
    });
    const { alarm } = await stream.told('hydrant/low', 'raised');
    expect(alarm.cause).toMatchObject({ test: 'below', limit: 0.25, unit: 'MPa', value: 0.2 });
    expect(alarm.explained.zh).toMatch(/^0\.2 MPa：压力低于 0\.25 MPa/);
    await until('it is shown', () => fs.gateways.get(gateway).report?.riskLevel === 'heightened');

    await edge.kill();
    edge.start();
    await until('it is back', () => edge.log.filter((line) => line.event === 'gateway.started').length === 2, 15_000);
    await until('it is online', () => fs.gateways.get(gateway).link.online);
    expect((await standing())[0]?.cause.limit).toBe(0.25);
    await fs.gateways.setRiskLevel({ gateway, level: 'normal', why: '节后' });
    await stream.told('hydrant/low', 'cleared');
  });

  it('a walk test ticks a device off in silence, and a fire elsewhere ends it and goes through', async () => {
    await fs.walkTests.start({ gateway, devices: ['kitchen'], minutes: 5, sounders: 'quiet' });
    expect((await fs.walkTests.state({ gateway })).running).toMatchObject({
      operator: 'Li (tester)',
      devices: [{ device: 'kitchen', status: 'untested' }],
    });
    smoke.trip(0);
    expect((await stream.told('kitchen/smoke', 'tested')).alarm).toMatchObject({ kind: 'test', isActive: false });
    expect(home.isSirenOn()).toBe(false);
    expect(await standing()).not.toContainEqual(expect.objectContaining({ kind: 'fire' }));

    smoke.trip(1);
    expect((await stream.told('hall/smoke', 'raised')).alarm).toMatchObject({ kind: 'fire', isActive: true });
    await sirenIs(true);
    const { running, report } = await fs.walkTests.state({ gateway });
    expect(running).toBeUndefined();
    expect(report).toMatchObject({ ended: 'aborted', why: 'a real alarm: hall/smoke', operator: 'Li (tester)' });
    expect(report?.devices).toMatchObject([{ device: 'kitchen', status: 'passed', condition: 'smoke' }]);
    expect(report?.over.getTime()).toBeGreaterThanOrEqual(report?.began.getTime() ?? Number.NaN);
    // It still smokes in the kitchen, and nobody tests any more.
    await stream.told('kitchen/smoke', 'raised');
  });

  it('a walk test of a zone is stopped by hand, and says who was not tested', async () => {
    await fs.walkTests.start({ gateway, zone: 'ground', minutes: 5, sounders: 'chirp' });
    smoke.trip(0);
    await stream.told('kitchen/smoke', 'tested');
    smoke.clear(0);
    const kitchen = async () => (await fs.walkTests.state({ gateway })).running?.devices[0]?.status;
    while ((await kitchen()) !== 'passed'); // its reading is told with the next batch only; the gateway knows already
    await fs.walkTests.stop({ gateway });
    expect((await fs.walkTests.state({ gateway })).report).toMatchObject({
      ended: 'stopped',
      devices: [
        { device: 'kitchen', status: 'passed' },
        { device: 'hall', status: 'untested' },
      ],
    });
    expect(names(await standing()).filter((name) => name.endsWith('/smoke'))).toEqual([]);
  });

  it('a siren that was silenced sounds again for a new fire', async () => {
    smoke.trip(0);
    const { alarm } = await stream.told('kitchen/smoke', 'raised');
    await sirenIs(true);
    expect(await fs.alarms.silence(alarm)).toEqual({ phase: 'active-unacked' });
    await sirenIs(false);
    expect((await stream.told('kitchen/smoke', 'silenced')).alarm).toMatchObject({ silenced: true, isActive: true });
    smoke.trip(1);
    await stream.told('hall/smoke', 'raised');
    await sirenIs(true);

    await fs.alarms.ack(alarm);
    const before = stream.seen.length;
    await fs.alarms.reset(alarm);
    await stream.told('kitchen/smoke', 'raised', before); // it still smokes: a new occurrence
    await expect(fs.alarms.reset(alarm)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: 'kitchen/smoke is at occurrence 2, not 1: look again before you act',
    });
  });
});
