import { X509Certificate } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Authority, certificateRequest, createAuthority, holderOf, renewDue } from '../../sdk/authority/index.ts';
import { type AlarmUpdate, connect, ed25519Signer, type Fengsui, generateOperatorKey } from '../../sdk/index.ts';
import { type ModbusServer, modbusServer } from '../../simulators/modbus/modbus-server.ts';
import { type SmokeReceiver, smokeReceiver } from '../../simulators/smoke/smoke-receiver.ts';
import { closedAfterEach } from '../support/closed-after-each.ts';
import { debian } from '../support/debian.ts';
import { type GatewayUnderTest, type LogLine, startGatewayUnderTest } from '../support/gateway-process.ts';
import { type SecureBroker, secureBroker } from '../support/secure-broker.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const operator = generateOperatorKey();
const holder = holderOf({ kind: 'gateway', name: 'test-01', town: '001' });

/** So many smoke alarms, each of which is tripped once. */
const alarms = 40;
const smokeAlarm = 'profile: generic/wireless-smoke-alarm, unit: 1, pollMs: 100, name: Smoke';

const siteOf = (port: number, street: ModbusServer): string => `version: 1
gateway: { id: test-01, name: Test, district: "330603", town: "001", clock: trusted }
uplinks: [{ url: "mqtts://127.0.0.1:${port}", ca: ca.pem, cert: gateway.pem, key: gateway.key }]
operators: [{ name: tester, key: "${operator.publicKey}" }]
journal: { commitMs: 200 }
buses:
  - id: street
    tcp: "127.0.0.1:${street.port}"
    devices:
${Array.from({ length: alarms }, (_, slot) => `      - { ${smokeAlarm}, id: smoke-${slot}, settings: { slot: ${slot} } }\n`).join('')}`;

describe.skipIf(!debian('mosquitto'))('a gateway’s next certificate', { timeout: 90_000 }, () => {
  const own = closedAfterEach();
  let broker: SecureBroker;
  let authority: Authority;
  let edge: GatewayUnderTest;
  let smoke: SmokeReceiver;
  let fs: Fengsui;
  let heard: AlarmUpdate[] = [];

  const beside = (name: string): string => join(dirname(edge.config), name);
  const onDisk = async (): Promise<string> =>
    new X509Certificate(await readFile(beside('gateway.pem'))).serialNumber.toLowerCase();
  const shown = async () => (await fs.certificates.list({ gateway: 'test-01' }))[0];
  const online = (): boolean => fs.gateways.list({ online: true }).length === 1;

  beforeEach(async () => {
    heard = [];
    broker = own(await secureBroker(await temporaryFolder()));
    ({ authority } = broker);
    smoke = smokeReceiver({ slots: alarms });
    const street = own(await modbusServer({ transport: 'tcp', units: new Map([[1, smoke.unit]]) }));
    const duty = await broker.issue({ kind: 'district', name: 'duty' });
    edge = own(await startGatewayUnderTest(siteOf(broker.port, street)));
    const request = await certificateRequest({ keyFile: beside('gateway.key'), district: '330603', holder });
    const { certificate } = await authority.issue(holder, { request }, { days: 30 });
    await broker.update();
    await writeFile(beside('ca.pem'), authority.certificate);
    await writeFile(beside('gateway.pem'), certificate);
    const signer = ed25519Signer({ keyId: 'tester', privateKey: operator.privateKey });
    fs = own(await connect({ url: broker.url, district: '330603', tls: duty, signer, operator: 'Li' }));
    void takeAlarms();
    await until('the gateway is online', online, 20_000);
  });

  const takeAlarms = async (): Promise<void> => {
    for await (const update of fs.alarms.stream()) {
      heard.push(update);
      await update.commit();
    }
  };
  const raised = (): number => heard.filter(({ change }) => change === 'raised').length;
  /** One smoke alarm after the other, until the work is done. */
  const duringAlarms = async <T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly fires: number }> => {
    const done = new AbortController();
    let fires = 0;
    const storm = (async () => {
      for (; fires < alarms && (!done.signal.aborted || fires < 5); fires++) {
        smoke.trip(fires);
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
    })();
    const result = await work();
    done.abort();
    await storm;
    await until('every fire is told', () => raised() >= fires, 30_000);
    return { result, fires };
  };

  it('takes the place of the present one while alarms go on: none is lost, none is repeated', async () => {
    const before = await onDisk();
    const { result, fires } = await duringAlarms(async () => {
      const report = await renewDue(fs, authority);
      const [renewed] = report.renewed;
      await edge.logged('certificate.taken', (line) => line['serial'] === renewed?.to);
      return report;
    });
    expect(result).toMatchObject({
      renewed: [{ gateway: 'test-01', from: before }],
      offline: [],
      trying: [],
      failed: [],
    });
    expect(await onDisk()).toBe(result.renewed[0]?.to);
    const { notAfter } = (await shown()) ?? {};
    expect(notAfter?.getTime()).toBeGreaterThan(Date.now() + 3_000 * 86_400_000);
    const devices = heard.filter(({ change }) => change === 'raised').map(({ alarm }) => alarm.device);
    expect(devices.toSorted()).toEqual(Array.from({ length: fires }, (_, slot) => `smoke-${slot}`).toSorted());
    expect(await renewDue(fs, authority)).toMatchObject({ renewed: [], failed: [] });
    expect((await readdir(dirname(edge.config))).filter((name) => name.includes('.next'))).toEqual([
      'gateway.key.next',
    ]);
  });

  it('that the broker refuses is given up for the present one, and the gateway stays in touch', async () => {
    const before = await onDisk();
    const { request = '' } = (await shown()) ?? {};
    const bad = await authority.issue(holder, { request });
    await authority.revoke(bad.serial, 'stolen');
    await broker.update();
    const since = edge.log.length;
    const later = (line: LogLine): number => edge.log.indexOf(line) - since;
    await broker.restart();
    await edge.logged('uplink.up', (line) => later(line) >= 0);
    await fs.certificates.install({ gateway: 'test-01', uplink: 'platform', certificate: bad.certificate });
    const tried = await edge.logged(
      'uplink.down',
      (line) => later(line) >= 0 && line['why'] === 'to try another certificate',
    );
    const refused = await edge.logged('uplink.down', (line) => later(line) > later(tried));
    await edge.logged('uplink.up', (line) => later(line) > later(refused));
    smoke.trip(0);
    await until('fire is told', () => heard.some(({ change }) => change === 'raised'));
    expect(await onDisk()).toBe(before);
    expect(await shown()).toMatchObject({ serial: before, next: bad.serial });
  });

  it('of another gateway, another key or another authority is refused, and one that ends earlier', async () => {
    const { request = '' } = (await shown()) ?? {};
    const install = (certificate: string): Promise<string> =>
      fs.certificates.install({ gateway: 'test-01', uplink: 'platform', certificate });
    const other = await authority.issue(holderOf({ kind: 'gateway', name: 'gw-9', town: '001' }), {
      publicKey: new X509Certificate(
        (await broker.issue({ kind: 'gateway', name: 'gw-8', town: '001' })).cert,
      ).publicKey
        .export({ format: 'pem', type: 'spki' })
        .toString(),
    });
    await expect(install(other.certificate)).rejects.toMatchObject({ code: 'INVALID' });
    await expect(install((await broker.issue({ kind: 'gateway', name: 'test-01', town: '001' })).cert)).rejects.toThrow(
      /another key/,
    );
    const foreign = await createAuthority({ folder: join(await temporaryFolder(), 'other'), district: '330603' });
    const theirs = await foreign.issue(holder, { request });
    await expect(install(theirs.certificate)).rejects.toThrow(/not of the authority that this gateway knows/);
    await expect(install((await authority.issue(holder, { request }, { days: 3 })).certificate)).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await expect(install('nonsense')).rejects.toMatchObject({ code: 'INVALID' });
    expect((await shown())?.next).toBeUndefined();
  });
});
