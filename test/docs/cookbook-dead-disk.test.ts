import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import * as recipes from '../../docs/examples/cookbook/alarms.ts';
import { type Alarm, type AlarmUpdate, connect, ed25519Signer, generateOperatorKey } from '../../sdk/index.ts';
import { startBroker } from '../../simulators/broker/start-broker.ts';
import { modbusServer } from '../../simulators/modbus/modbus-server.ts';
import { smokeReceiver } from '../../simulators/smoke/smoke-receiver.ts';
import { closedAfterEach } from '../support/closed-after-each.ts';
import { debian } from '../support/debian.ts';
import { startGatewayUnderTest } from '../support/gateway-process.ts';
import { until } from '../support/until.ts';

const keys = generateOperatorKey();
const signer = ed25519Signer({ keyId: 'tester', privateKey: keys.privateKey });

/** Every write of the process to a file fails from now on, or no longer: as with a card that has died. */
function writes(pid: number, may: 'fail' | 'succeed'): void {
  const { status } = spawnSync('prlimit', ['--pid', `${pid}`, `--fsize=${may === 'fail' ? 0 : 'unlimited'}:unlimited`]);
  expect(status).toBe(0);
}

describe.skipIf(!debian('prlimit'))('a fire on a gateway whose disk takes nothing', { timeout: 90_000 }, () => {
  const own = closedAfterEach();

  it('reaches the platform all the same, and comes by the stream when the disk is well', async () => {
    const smoke = smokeReceiver({ slots: 2 });
    const street = own(await modbusServer({ transport: 'tcp', units: new Map([[1, smoke.unit]]) }));
    const broker = own(await startBroker());
    const alarm = (slot: number): string =>
      `      - { id: smoke-${slot}, profile: generic/wireless-smoke-alarm, unit: 1, pollMs: 100, name: S, settings: { slot: ${slot} } }\n`;
    const gateway = own(
      await startGatewayUnderTest(`version: 1
gateway: { id: test-01, name: Test, district: "330603", town: "001", clock: trusted }
uplinks: [{ url: "mqtt://127.0.0.1:${broker.port}" }]
operators: [{ name: tester, key: "${keys.publicKey}" }]
buses:
  - id: street
    tcp: "127.0.0.1:${street.port}"
    devices:
${alarm(0)}${alarm(1)}`),
    );
    await gateway.logged('gateway.started');
    const fs = own(await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603', signer }));
    const stored: AlarmUpdate[] = [];
    const unstored: Alarm[] = [];
    const takeStored = async (): Promise<void> => {
      for await (const update of fs.alarms.stream()) {
        stored.push(update);
        await update.commit();
      }
    };
    const taking = [takeStored(), recipes.withoutDisk(fs, (one) => void unstored.push(one))];
    for (const each of taking) each.catch((e: unknown) => console.error('alarms', e));
    const isFire = ({ device, kind }: Alarm): boolean => device === 'smoke-1' && kind === 'fire';
    await until('the smoke alarms answer', () => fs.devices.list({ health: 'ok' }).length === 2, 20_000);
    smoke.trip(0);
    await until('the first fire is stored', () => stored.some((u) => u.alarm.device === 'smoke-0'), 20_000);

    writes(gateway.pid, 'fail');
    await gateway.logged('journal.degraded');
    smoke.trip(1);
    await until('the second fire is told', () => unstored.some(isFire), 30_000);
    expect(unstored.find(isFire)).toMatchObject({ isActive: true, isUnstored: true });
    expect(stored.some((u) => isFire(u.alarm))).toBe(false);
    expect(unstored.map(({ device }) => device)).not.toContain('smoke-0'); // it was stored before
    const { alarms } = await fs.alarms.active({ gateway: 'test-01' });
    const fires = alarms.filter(({ kind }) => kind === 'fire').map((one) => `${one.device} ${one.isUnstored === true}`);
    expect(fires.toSorted()).toEqual(['smoke-0 false', 'smoke-1 true']);

    writes(gateway.pid, 'succeed');
    await until('it is stored', () => stored.some((u) => isFire(u.alarm)), 30_000);
    const same = ({ occurrence, at }: Alarm): unknown => [occurrence, at.getTime()];
    const [now, then] = [stored.map((u) => u.alarm).find(isFire), unstored.find(isFire)];
    expect(now && same(now)).toEqual(then && same(then));
    const { alarms: after } = await fs.alarms.active({ gateway: 'test-01' });
    expect(after.filter(isFire)).toMatchObject([{ device: 'smoke-1' }]);
    expect(after.some((one) => one.isUnstored)).toBe(false);
  });
});
