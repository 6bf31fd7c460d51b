import { describe, expect, it } from 'vitest';
import { type AlarmUpdate, connect, ed25519Signer, type Fengsui, generateOperatorKey } from '../../sdk/index.ts';
import { startBroker } from '../../simulators/broker/start-broker.ts';
import { homePins, startHome } from '../../simulators/home/start-home.ts';
import { modbusServer } from '../../simulators/modbus/modbus-server.ts';
import { smokeReceiver } from '../../simulators/smoke/smoke-receiver.ts';
import { closedAfterEach } from '../support/closed-after-each.ts';
import { runProgram, startGatewayUnderTest } from '../support/gateway-process.ts';
import { freePort } from '../support/mosquitto.ts';
import { until } from '../support/until.ts';

const keys = generateOperatorKey();
const signer = ed25519Signer({ keyId: 'tester', privateKey: keys.privateKey });
const own = closedAfterEach();

/** A home whose horn sounds when nobody has confirmed a fire, with these uplinks. */
async function homeWith(uplinks: readonly string[]) {
  const smoke = smokeReceiver({ slots: 1 });
  const street = own(await modbusServer({ transport: 'tcp', units: new Map([[1, smoke.unit]]) }));
  const home = own(await startHome());
  const gateway = own(
    await startGatewayUnderTest(`version: 1
gateway: { id: test-01, name: Test, district: "330603", town: "001", clock: trusted }
uplinks:
${uplinks.map((each) => `  - { ${each} }\n`).join('')}operators: [{ name: tester, key: "${keys.publicKey}" }]
delivery: { receiptWithinMs: 5000 }
buses:
  - id: street
    tcp: "127.0.0.1:${street.port}"
    devices:
      - { id: kitchen, profile: generic/wireless-smoke-alarm, unit: 1, pollMs: 100, name: Kitchen, settings: { slot: 0 } }
  - id: home
    firmata: "127.0.0.1:${home.port}"
    devices:
      - { id: horn, profile: generic/siren, line: ${homePins.siren}, pollMs: 200, name: Horn }
linkage:
  - { name: neighbours, when: [test-01/alarm-not-received], set: horn/sounding }
`),
  );
  await gateway.logged('gateway.started');
  return { smoke, home, gateway };
}

/** An application at that broker; it takes over what it sees when `commits` says so. */
async function application(port: number, commits: () => boolean) {
  const fs: Fengsui = own(await connect({ url: `mqtt://127.0.0.1:${port}`, district: '330603', signer }));
  const seen: AlarmUpdate[] = [];
  const held: AlarmUpdate[] = [];
  const follow = async (): Promise<void> => {
    for await (const update of fs.alarms.stream()) {
      seen.push(update);
      if (commits()) await update.commit();
      else held.push(update);
    }
  };
  follow().catch((e: unknown) => console.error('alarm stream', e));
  const told = (condition: string, change: string): boolean =>
    seen.some((u) => u.alarm.condition === condition && u.change === change);
  return { fs, seen, held, told };
}

describe('a fire that is not confirmed', { timeout: 60_000 }, () => {
  it('sounds on the spot, is told, and is over once an application has stored it', async () => {
    const broker = own(await startBroker());
    const { smoke, home, gateway } = await homeWith([`url: "mqtt://127.0.0.1:${broker.port}"`]);
    let commits = false;
    const app = await application(broker.port, () => commits);
    await until('the smoke alarm answers', () => app.fs.devices.list({ health: 'ok' }).length === 2, 20_000);
    smoke.trip(0);
    await until('the fire is seen', () => app.told('smoke', 'raised'), 15_000);
    const seenAt = performance.now();
    expect(home.isSirenOn()).toBe(false);
    await until('the horn sounds', () => home.isSirenOn(), 15_000);
    expect(performance.now() - seenAt).toBeGreaterThan(3_500);
    await until('that is told', () => app.told('alarm-not-received', 'raised'), 15_000);
    const late = await runProgram(['uplink', 'stat', '--config', gateway.config, '--lang', 'en']);
    expect(late.out).toMatch(/1 fires or calls are NOT CONFIRMED/);
    commits = true;
    for (const update of app.held) await update.commit();
    await until('the horn is quiet', () => !home.isSirenOn(), 15_000);
    await until('that is told', () => app.told('alarm-not-received', 'cleared'), 15_000);
    const { delivery } = await app.fs.gateways.status('test-01');
    expect(delivery).toMatchObject({ urgent: 0, uplinks: [{ id: 'platform', up: true }] });
    const hops = delivery?.uplinks[0]?.hops;
    expect(hops?.count).toBeGreaterThanOrEqual(2);
    expect(hops?.all[2]).toBeGreaterThan(5_000);
    expect(hops?.held?.[2]).toBeGreaterThan(3_500);
    const { code, out } = await runProgram(['uplink', 'stat', '--config', gateway.config, '--lang', 'zh']);
    expect(code).toBe(0);
    expect(out).toMatch(/platform +已连接 +\d+ /);
    expect(out).toContain('没有火警或求助在等待确认');
  });

  it('goes by the uplink that stands by at once when no other is connected, and nobody is woken', async () => {
    const spare = own(await startBroker());
    const { smoke, home, gateway } = await homeWith([
      `id: first, url: "mqtt://127.0.0.1:${await freePort()}"`,
      `id: spare, url: "mqtt://127.0.0.1:${spare.port}", standby: true`,
    ]);
    const app = await application(spare.port, () => true);
    await gateway.logged('uplink.down');
    await new Promise((resolve) => setTimeout(resolve, 2_000)); // the smoke alarm has answered, and nothing is to be seen
    expect(app.fs.gateways.list()).toEqual([]);
    const before = performance.now();
    smoke.trip(0);
    await until('the fire is seen', () => app.told('smoke', 'raised'), 15_000);
    expect(performance.now() - before).toBeLessThan(10_000);
    await new Promise((resolve) => setTimeout(resolve, 6_000)); // longer than the time that the site gives
    expect(home.isSirenOn()).toBe(false);
    expect(app.told('alarm-not-received', 'raised')).toBe(false);
    const { out } = await runProgram(['uplink', 'stat', '--config', gateway.config, '--json']);
    expect(JSON.parse(out)).toMatchObject({
      urgent: 0,
      uplinks: [
        { id: 'first', up: false },
        { id: 'spare', up: true, standby: true },
      ],
    });
  });

  it('goes by the uplink that stands by when the other is connected and nobody confirms', async () => {
    const broker = own(await startBroker());
    const spare = own(await startBroker());
    const { smoke, home } = await homeWith([
      `id: first, url: "mqtt://127.0.0.1:${broker.port}"`,
      `id: spare, url: "mqtt://127.0.0.1:${spare.port}", standby: true`,
    ]);
    const silent = await application(broker.port, () => false);
    const awake = await application(spare.port, () => true);
    await until('the smoke alarm answers', () => silent.fs.devices.list({ health: 'ok' }).length === 2, 20_000);
    smoke.trip(0);
    await until('the silent one has it', () => silent.told('smoke', 'raised'), 15_000);
    await until('the other one has it', () => awake.told('smoke', 'raised'), 20_000);
    await until('that it was late is told', () => awake.told('alarm-not-received', 'cleared'), 15_000);
    await until('the horn is quiet', () => !home.isSirenOn(), 5_000);
  });
});
