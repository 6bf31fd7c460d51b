import { beforeEach, describe, expect, it } from 'vitest';
import { districtCode, gatewayId, townCode } from '../../sdk/model/ids.ts';
import { type Broker, startBroker } from '../../simulators/broker/start-broker.ts';
import { type Home, homePins, startHome } from '../../simulators/home/start-home.ts';
import { silence } from '../../simulators/modbus/faults.ts';
import { type ModbusServer, modbusServer } from '../../simulators/modbus/modbus-server.ts';
import { type Barrier, barrier } from '../../simulators/village/barrier.ts';
import { closedAfterEach } from '../support/closed-after-each.ts';
import { type Commander, commander, order } from '../support/commander.ts';
import { type GatewayUnderTest, startGatewayUnderTest } from '../support/gateway-process.ts';
import { operator } from '../support/operator.ts';
import { until } from '../support/until.ts';

const duty = operator('duty');
const chief = operator('chief');
const clerk = operator('clerk');
const site = { district: districtCode('330603'), town: townCode('001'), gateway: gatewayId('test-01') };

const yaml = (broker: Broker, street: ModbusServer, home: Home, more: string): string => `version: 1
gateway: { id: test-01, name: Test, district: "330603", town: "001", clock: trusted }
uplinks: [{ url: "mqtt://127.0.0.1:${broker.port}" }]
operators:
  - { name: duty, key: "${duty.publicKey}", roles: [receipts, operate, life-safety] }
  - { name: chief, key: "${chief.publicKey}", roles: [life-safety] }
  - { name: clerk, key: "${clerk.publicKey}" }
${more}
buses:
  - id: street
    tcp: "127.0.0.1:${street.port}"
    timeoutMs: 200
    devices:
      - { id: gate, profile: generic/barrier, unit: 1, pollMs: 100, name: Gate }
      - id: back-gate
        profile: waveshare/barrier-relay
        unit: 2
        pollMs: 100
        name: Back gate
        commands: { open: { proof: back-end/open, proofWithinMs: 3000 } }
      - { id: back-end, profile: generic/barrier, unit: 3, pollMs: 100, name: End switches at the back }
  - id: home
    firmata: "127.0.0.1:${home.port}"
    devices:
      - { id: siren, profile: generic/siren, line: ${homePins.siren}, pollMs: 200, name: Siren }
`;

describe('commands to devices, on a gateway as a process', { timeout: 60_000 }, () => {
  let gate: Barrier;
  let back: Barrier;
  let street: ModbusServer;
  let home: Home;
  let broker: Broker;
  const own = closedAfterEach();

  beforeEach(async () => {
    gate = barrier({ travelMs: 300 });
    back = barrier({ travelMs: 300 });
    const ends = barrier({ travelMs: 1 });
    const units = new Map([
      [1, gate.unit],
      [2, back.unit],
      [
        3,
        {
          ...ends.unit,
          read: (table, address) => (table === 'coil' ? 0 : back.ends.read(table, address)),
        } satisfies typeof ends.unit,
      ],
    ]);
    street = own(await modbusServer({ transport: 'tcp', units }));
    home = own(await startHome());
    broker = own(await startBroker());
  });
  const start = async (more = ''): Promise<{ edge: GatewayUnderTest; desk: Commander }> => {
    const edge = own(await startGatewayUnderTest(yaml(broker, street, home, more)));
    const desk = own(await commander(broker.port, site));
    await until('all answer', () => (desk.state()?.devices ?? []).filter(({ health }) => health === 'ok').length === 4);
    return { edge, desk };
  };

  it('opens a barrier by its own relay, proves it by the end switch, and lets go of the contact', async () => {
    const { desk } = await start();
    const receipt = desk.receipt(await desk.invoke(order('gate', 'open', { operator: 'Li' }), [duty.signer]));
    expect(receipt).toMatchObject({
      device: 'gate',
      command: 'open',
      risk: 'life-safety',
      signedBy: ['duty'],
      state: 'verified',
    });
    expect(receipt.before).toEqual([
      { device: 'gate', point: 'relay', value: false },
      { device: 'gate', point: 'open', value: false },
    ]);
    expect(receipt.after).toContainEqual({ device: 'gate', point: 'open', value: true });
    expect([gate.isOpen(), gate.isRelayOn(), gate.presses()]).toEqual([true, false, 1]);
  });

  it('opens one by a pulse of the board itself, proven by a contact of another device', async () => {
    const { desk } = await start();
    const receipt = desk.receipt(await desk.invoke(order('back-gate', 'open'), [duty.signer]));
    expect(receipt).toMatchObject({
      state: 'verified',
      after: expect.arrayContaining([{ device: 'back-end', point: 'open', value: true }]),
    });
    expect(back.presses()).toBe(1);
  });

  it('lets a siren sound for as long as asked', async () => {
    const { desk } = await start();
    const heard: [boolean, number][] = [];
    home.onSiren((on) => heard.push([on, performance.now()]));
    const reply = await desk.invoke(order('siren', 'test', { args: { seconds: 1 }, role: 'operate' }), [clerk.signer]);
    expect(desk.receipt(reply)).toMatchObject({ state: 'verified', risk: 'actuates' });
    expect(heard.map(([on]) => on)).toEqual([true, false]);
    const [from, to] = heard.map(([, at]) => at);
    expect((to ?? 0) - (from ?? 0)).toBeGreaterThan(950);
  });

  it('a barrier that is jammed is not proven, a fault until it opens, and the contact is free', async () => {
    const { edge, desk } = await start();
    back.jam();
    const receipt = desk.receipt(await desk.invoke(order('back-gate', 'open'), [duty.signer]));
    expect(receipt).toMatchObject({ state: 'not-proven', message: expect.stringContaining('within 3000 ms') });
    expect((await edge.logged('alarm.raised', (line) => line['kind'] === 'fault'))['key']).toBe(
      'back-gate/command-not-proven',
    );
    expect(back.isRelayOn()).toBe(false);
    back.free();
    expect(desk.receipt(await desk.invoke(order('back-gate', 'open'), [duty.signer]))).toMatchObject({
      state: 'verified',
    });
    await edge.logged('alarm.cleared', (line) => line['key'] === 'back-gate/command-not-proven');
  });

  it('sent again, also after a restart, it is answered again and not done again', async () => {
    const { edge, desk } = await start();
    const what = order('gate', 'open');
    const bytes = await desk.signed(what, [duty.signer]);
    const [first, second] = await Promise.all([desk.send(bytes, what.audit), desk.send(bytes, what.audit)]);
    expect(second).toEqual(first);
    gate.close();
    const { boot } = desk.state() ?? {};
    await edge.kill();
    edge.start();
    await until('it is back', () => desk.state()?.boot !== boot);
    expect(await desk.send(bytes, what.audit)).toEqual(first);
    expect(gate.presses()).toBe(1);
    const asked = await desk.query('outcome', { audit: what.audit });
    expect(desk.receipt(asked)).toEqual(desk.receipt(first));
  });

  it('killed in the pulse: the next start lets go of the contact, tells that nobody knows, and does it never again', async () => {
    const { edge, desk } = await start();
    gate.jam();
    const what = order('gate', 'open');
    const bytes = await desk.signed(what, [duty.signer]);
    desk.send(bytes, what.audit).catch(() => undefined); // nobody will answer
    await until('the contact is closed', () => gate.isRelayOn());
    const { boot } = desk.state() ?? {};
    await edge.kill();
    expect(gate.isRelayOn()).toBe(true);
    edge.start();
    await until('the contact is open', () => !gate.isRelayOn());
    await edge.logged('command.done', (line) => line['state'] === 'interrupted');
    await until('it is back', () => desk.state()?.boot !== boot);
    const receipt = desk.receipt(await desk.query('outcome', { audit: what.audit }));
    expect(receipt).toMatchObject({
      state: 'interrupted',
      before: [
        { device: 'gate', point: 'relay', value: false },
        { device: 'gate', point: 'open', value: false },
      ],
      after: expect.arrayContaining([{ device: 'gate', point: 'open', value: false }]),
    });
    expect(desk.receipt(await desk.send(bytes, what.audit))).toEqual(receipt);
    expect(gate.presses()).toBe(1);
  });

  it('stopped in order in the pulse, it lets go of the contact before it ends', async () => {
    const { edge, desk } = await start();
    const what = order('siren', 'test', { args: { seconds: 10 }, role: 'operate' });
    desk.send(await desk.signed(what, [duty.signer]), what.audit).catch(() => undefined); // it stops before
    await until('it sounds', () => home.isSirenOn());
    await edge.stop();
    expect(home.isSirenOn()).toBe(false);
  });

  it('two persons: one signature is not enough, the second one of another operator is', async () => {
    const { desk } = await start('policy: { twoPersons: [life-safety] }');
    const what = order('gate', 'open');
    expect(await desk.invoke(what, [duty.signer])).toMatchObject({ ok: false, code: 'APPROVAL_REQUIRED' });
    expect(await desk.invoke(what, [duty.signer, duty.signer])).toMatchObject({ ok: false, code: 'FORBIDDEN' });
    expect(await desk.invoke(what, [duty.signer, clerk.signer])).toMatchObject({ ok: false, code: 'FORBIDDEN' });
    expect(gate.presses()).toBe(0);
    const receipt = desk.receipt(await desk.invoke(what, [duty.signer, chief.signer]));
    expect(receipt).toMatchObject({ state: 'verified', signedBy: ['duty', 'chief'] });
  });

  it('says what is wrong, and does nothing', async () => {
    const { desk } = await start();
    const cases: readonly [Parameters<typeof order>, string][] = [
      [['gate', 'open', { role: 'operate' }], 'FORBIDDEN'],
      [['gate', 'open', { notAfter: Date.now() - 1 }], 'COMMAND_EXPIRED'],
      [['gate', 'open', { notAfter: Date.now() + 400_000 }], 'INVALID'],
      [['gate', 'open', { audit: 'short' }], 'INVALID'],
      [['gate', 'open', { args: 7 }], 'PROTOCOL'],
      [['gate', 'open', { role: 'king' }], 'INVALID'],
    ];
    for (const [what, code] of cases)
      expect.soft(await desk.invoke(order(...what), [duty.signer]), code).toMatchObject({ ok: false, code });
    const refused: readonly [Parameters<typeof order>, string][] = [
      [['gate', 'open', { ifVersion: 99 }], 'CONFLICT'],
      [['gate', 'open', { args: { seconds: 1 } }], 'INVALID'],
      [['gate', 'close'], 'NOT_FOUND'],
      [['nowhere', 'open'], 'NOT_FOUND'],
      [['siren', 'test', { args: { seconds: 11 } }], 'INVALID'],
    ];
    for (const [what, code] of refused)
      expect
        .soft(desk.receipt(await desk.invoke(order(...what), [duty.signer])), code)
        .toMatchObject({ state: 'refused', code });
    expect(await desk.invoke(order('gate', 'open'), [clerk.signer])).toMatchObject({ ok: false, code: 'FORBIDDEN' });
    street.misbehave(1, silence);
    await until('it is missed', () => desk.state()?.devices.find(({ id }) => id === 'gate')?.health === 'fault');
    expect(desk.receipt(await desk.invoke(order('gate', 'open'), [duty.signer]))).toMatchObject({
      state: 'refused',
      code: 'DEVICE_UNREACHABLE',
    });
    expect([gate.presses(), home.isSirenOn()]).toEqual([0, false]);
  });
});
