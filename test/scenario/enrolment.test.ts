import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type MadeClaim, type NewClaim, serveEnrolment } from '../../sdk/authority/index.ts';
import { connect, ed25519Signer, type Fengsui, generateOperatorKey } from '../../sdk/index.ts';
import { modbusServer } from '../../simulators/modbus/modbus-server.ts';
import { smokeReceiver } from '../../simulators/smoke/smoke-receiver.ts';
import { closedAfterEach } from '../support/closed-after-each.ts';
import { debian } from '../support/debian.ts';
import { runProgram, startGatewayUnderTest } from '../support/gateway-process.ts';
import { freePort } from '../support/mosquitto.ts';
import { type SecureBroker, secureBroker } from '../support/secure-broker.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const operator = generateOperatorKey();
const chief = generateOperatorKey();

describe.skipIf(!debian('mosquitto'))('a gateway that is new', { timeout: 90_000 }, () => {
  const own = closedAfterEach();
  let folder = '';
  let broker: SecureBroker;
  let port = 0;
  const at = (name: string): string => join(folder, name);
  const config = (): string => at('site.yaml');
  const serve = async (): Promise<void> => {
    own(await serveEnrolment({ authority: broker.authority, listen: { host: '127.0.0.1', port } }));
  };
  const claim = async (changes: Partial<NewClaim> = {}): Promise<MadeClaim> => {
    const made = await broker.authority.claims.create({
      gateway: 'test-01',
      town: '001',
      name: '东山村',
      brokers: [broker.url],
      operators: [
        { name: 'tester', key: operator.publicKey },
        { name: 'chief', key: chief.publicKey, roles: ['life-safety'] },
      ],
      service: `http://127.0.0.1:${port}`,
      ...changes,
    });
    await broker.update();
    return made;
  };
  const enroll = (...args: readonly string[]) => runProgram(['enroll', ...args, '--config', config(), '--lang', 'en']);
  /** With the configuration that was written, and a bus, which the installer would add. */
  const startGateway = async () => {
    const smoke = smokeReceiver({ slots: 1 });
    const street = own(await modbusServer({ transport: 'tcp', units: new Map([[1, smoke.unit]]) }));
    const device =
      '{ id: smoke, profile: generic/wireless-smoke-alarm, unit: 1, pollMs: 100, name: Smoke, settings: { slot: 0 } }';
    const buses = `buses: [{ id: street, tcp: "127.0.0.1:${street.port}", devices: [${device}] }]`;
    const yaml = (await readFile(config(), 'utf8'))
      .replaceAll(/: (ca\.pem|gateway\.pem|gateway\.key)/g, `: ${folder}/$1`)
      .replace('buses: []', buses);
    const edge = own(await startGatewayUnderTest(yaml));
    return { edge, smoke };
  };
  const duty = async (): Promise<Fengsui> => {
    const tls = await broker.issue({ kind: 'district', name: 'duty' });
    await broker.update();
    const signer = ed25519Signer({ keyId: 'tester', privateKey: operator.privateKey });
    return own(await connect({ url: broker.url, district: '330603', tls, signer, operator: 'Li' }));
  };

  beforeEach(async () => {
    folder = await temporaryFolder();
    broker = own(await secureBroker(folder));
    port = await freePort();
  });

  it('with a network: one command, and it is online, without the broker being told again', async () => {
    const fs = await duty();
    const { link } = await claim();
    await serve();
    expect(await enroll(link)).toMatchObject({ code: 0 });
    expect((await stat(at('gateway.key'))).mode & 0o777).toBe(0o600);
    const { smoke } = await startGateway();
    await until('it is online', () => fs.gateways.list({ online: true }).length === 1, 20_000);
    smoke.trip(0);
    for await (const { change, alarm, commit } of fs.alarms.stream()) {
      await commit();
      if (change === 'raised' && alarm.device === 'smoke') break;
    }
    expect(await readFile(config(), 'utf8')).toMatch(/name: chief\n +key: \S+\n +roles:\n +- life-safety\n/);
    expect(await runProgram(['config', 'check', config()])).toMatchObject({ code: 0 });
    expect((await enroll(link)).err).toContain('agrees with what the district says');
  });

  it('without a network: it works at once, and brings itself to the authority once there is one', async () => {
    const fs = await duty();
    const { code, ticket } = await claim({ hours: 240 });
    await writeFile(at('ticket.txt'), ticket);
    expect(await enroll(code, '--ticket', at('ticket.txt'))).toMatchObject({ code: 0 });
    const { edge, smoke } = await startGateway();
    smoke.trip(0);
    expect(await edge.logged('alarm.raised')).toMatchObject({ key: 'smoke/smoke' });
    await edge.logged('claim.pending');
    await edge.kill();
    edge.start(); // it is not forgotten
    await serve();
    await edge.logged('claim.enrolled');
    await until('it is online', () => fs.gateways.list({ online: true }).length === 1, 30_000);
    for await (const { change, alarm, commit } of fs.alarms.stream()) {
      await commit();
      if (change === 'raised' && alarm.device === 'smoke') break;
    }
  });

  it('whose code was cancelled meanwhile works on, and says so', async () => {
    const { code, ticket } = await claim();
    await writeFile(at('ticket.txt'), ticket);
    expect(await enroll(code, '--ticket', at('ticket.txt'))).toMatchObject({ code: 0 });
    await broker.authority.claims.cancel('test-01');
    await serve();
    const { edge, smoke } = await startGateway();
    expect(await edge.logged('alarm.raised')).toMatchObject({ key: 'test-01/claim-refused', kind: 'fault' });
    smoke.trip(0);
    await edge.logged('alarm.raised', (line) => line['key'] === 'smoke/smoke');
  });

  it('is told what is wrong: the code, the ticket, the service, the configuration', async () => {
    const { code, ticket } = await claim();
    expect(await enroll(`${code.slice(0, -1)}U`)).toMatchObject({ code: 1, out: '' });
    expect((await enroll(code)).err).toContain('where is the enrolment service?');
    const away = await enroll(code, '--service', `http://127.0.0.1:${port}`);
    expect(away).toMatchObject({ code: 3 });
    expect(away.err).toContain('cannot be reached');
    await writeFile(at('ticket.txt'), ticket);
    const other = await claim({ gateway: 'test-02' });
    expect((await enroll(other.code, '--ticket', at('ticket.txt'))).err).toContain('does not belong to this code');
    const written = 'version: 1\ngateway: { id: test-01, name: X, district: "330603", town: "002" }\n';
    await writeFile(config(), written);
    await serve();
    const differs = await enroll(code, '--service', `http://127.0.0.1:${port}`);
    expect(differs.err).toContain('town is “002” here and “001” in the claim');
    await writeFile(config(), written.replace('002', '001'));
    const hints = await enroll(code, '--service', `http://127.0.0.1:${port}`);
    expect(hints).toMatchObject({ code: 0 });
    expect(hints.err).toContain(`to be added under “uplinks”: { url: "${broker.url}"`);
    expect(hints.err).toContain(`{ name: "tester", key: "${operator.publicKey}" }`);
    expect(hints.err).toContain(`{ name: "chief", key: "${chief.publicKey}", roles: [life-safety] }`);
    expect(await readFile(config(), 'utf8')).toBe(written.replace('002', '001'));
    const keys = { tester: operator.publicKey, chief: chief.publicKey };
    const lines = Object.entries(keys).map(([name, key]) => `  - { name: ${name}, key: "${key}", roles: [operate] }\n`);
    await writeFile(config(), `${written.replace('002', '001')}operators:\n${lines.join('')}`);
    const { err } = await enroll(code, '--service', `http://127.0.0.1:${port}`);
    expect(err).toContain('operator “chief” has the roles [operate] here, and [life-safety] by the district');
    expect(err).toContain('“tester” has the roles [operate] here, and [configure, operate, receipts] by the district');
    expect(err).not.toContain('to be added under “operators”');
    const spelt = lines
      .join('')
      .replace('[operate]', '[receipts, configure, operate]')
      .replace('[operate]', '[life-safety]');
    await writeFile(config(), `${written.replace('002', '001')}operators:\n${spelt}`);
    const same = await enroll(code, '--service', `http://127.0.0.1:${port}`);
    expect(same).toMatchObject({ code: 0 });
    expect(same.err).not.toContain('has the roles'); // the usual ones, and nothing else
  });

  it('never writes over a certificate or an authority that is there', async () => {
    const { link } = await claim();
    await serve();
    await writeFile(at('ca.pem'), 'mine\n');
    const refused = await enroll(link);
    expect(refused).toMatchObject({ code: 3 });
    expect(refused.err).toContain('ca.pem is there already');
    expect(await readFile(at('ca.pem'), 'utf8')).toBe('mine\n');
  });
});
