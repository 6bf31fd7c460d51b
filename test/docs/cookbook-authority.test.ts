import { createPublicKey, generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { renderSVG } from 'uqr';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as recipes from '../../docs/examples/cookbook/authority.ts';
import * as brokers from '../../docs/examples/cookbook/broker.ts';
import * as client from '../../docs/examples/cookbook/client.ts';
import * as enrolment from '../../docs/examples/cookbook/enrolment.ts';
import * as renewal from '../../docs/examples/cookbook/renewal.ts';
import { openStore } from '../../docs/examples/cookbook/store.ts';
import { type Authority, openAuthority } from '../../sdk/authority/index.ts';
import { decodeEnrolmentReply } from '../../sdk/identity/claim/enrolment.ts';
import { connect, type Fengsui, generateOperatorKey } from '../../sdk/index.ts';
import { startBroker } from '../../simulators/broker/start-broker.ts';
import { modbusServer } from '../../simulators/modbus/modbus-server.ts';
import { smokeReceiver } from '../../simulators/smoke/smoke-receiver.ts';
import { debian } from '../support/debian.ts';
import { type GatewayUnderTest, runProgram, startGatewayUnderTest } from '../support/gateway-process.ts';
import { freePort, type Mosquitto, runMosquitto } from '../support/mosquitto.ts';
import { makeConfigOfTest } from '../support/secure-broker.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const operator = generateOperatorKey();
const day = 86_400_000;
const open: AsyncDisposable[] = [];
const own = <T extends AsyncDisposable>(resource: T): T => {
  open.push(resource);
  return resource;
};
let folder = '';
let authority: Authority;
const at = (...names: readonly string[]): string => join(folder, ...names);
const text = (...names: readonly string[]): Promise<string> => readFile(at(...names), 'utf8');

beforeEach(async () => {
  folder = await temporaryFolder();
  await mkdir(at('broker'));
  authority = await recipes.found(at('authority'));
  await recipes.issueFirst(authority, at('broker'));
});
afterEach(async () => {
  for (const resource of open.splice(0).toReversed()) await resource[Symbol.asyncDispose]();
});

describe('the cookbook’s authority', () => {
  it('issues, tells what it has issued, renews by hand, and revokes', async () => {
    const own = createPublicKey(authority.certificate);
    for (const name of ['broker', 'duty', 'centre'])
      expect(new X509Certificate(await text('broker', `${name}.pem`)).verify(own)).toBe(true);
    expect((await stat(at('broker', 'duty.key'))).mode & 0o777).toBe(0o600);
    const lines = async () => (await recipes.register(authority)).map((line) => line.replace(/ [0-9a-f]{32}$/, ''));
    expect(await lines()).toEqual(['broker.main valid', 'district.duty valid', 'town.centre valid']);
    const renewed = new X509Certificate((await recipes.renewByHand(authority, 'district.duty')) ?? '');
    const before = new X509Certificate(await text('broker', 'duty.pem'));
    expect(renewed.publicKey.equals(before.publicKey)).toBe(true);
    expect(renewed.serialNumber).not.toBe(before.serialNumber);
    expect(await recipes.renewByHand(authority, 'district.nobody')).toBeUndefined();
    expect(await recipes.shutOut(authority, 'district.duty', 'retired')).toBe(2);
    expect(await recipes.register(await recipes.again(at('authority')))).toEqual(await recipes.register(authority));
    expect((await lines()).filter((line) => line === 'district.duty revoked')).toHaveLength(2);
  });

  it('has its key in a hardware module, for which a key of the test stands', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    let signed = 0;
    const module = {
      publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      async sign(bytes: Uint8Array) {
        signed++;
        return Uint8Array.from(sign('sha256', bytes, privateKey));
      },
    };
    await recipes.foundWithModule(at('other'), module);
    const other = await recipes.again(at('other'), module);
    await recipes.issueTo(other, { kind: 'district', name: 'duty' }, at('duty'));
    expect(new X509Certificate(await text('duty.pem')).verify(publicKey)).toBe(true);
    expect(signed).toBe(2); // its own certificate, and this one
    await expect(recipes.again(at('other'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(text('other', 'ca.key')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('writes for a broker elsewhere what it writes into a folder here', async () => {
    await authority.claims.create(site('gw-7'));
    await brokers.tellBroker(authority, at('broker'), 8884);
    const texts = await brokers.brokerTexts(authority, at('broker'), 8884);
    expect(Object.keys(texts).toSorted()).toEqual(['acl', 'ca.pem', 'crl.pem', 'mosquitto.conf']);
    for (const [name, content] of Object.entries(texts))
      if (name !== 'crl.pem') expect(content).toBe(await text('broker', name)); // each list is signed anew
    expect(texts['acl']).toContain('user gw-7\n');
    expect(texts['crl.pem']).toMatch(/^-----BEGIN X509 CRL-----/);
  });

  it('prints a code, and makes another when the sheet was lost', async () => {
    const claim = await enrolment.newGateway(authority, { ...site('gw-7'), name: '东山村 <1>' });
    const sheet = enrolment.sheet(claim);
    expect(sheet).toContain(claim.code);
    expect(sheet).toContain('东山村 &#60;1&#62;');
    expect(sheet).toContain(renderSVG(claim.link)); // what the gateway's program reads: the code and where to go
    expect(await enrolment.lostSheet(authority, 'gw-7')).toEqual(['gw-7 cancelled']);
    await expect(enrolment.lostSheet(authority, 'gw-7')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await enrolment.newGateway(authority, site('gw-7'));
    expect((await authority.claims.list()).map(({ state }) => state)).toEqual(['cancelled', 'open']);
  });

  it('makes the code of a gateway that the platform registers', async () => {
    await authority.claims.create(site('gw-6')); // says where the broker and the service are, once
    const broker = own(await startBroker());
    const store = own(await openStore(''));
    const fs = own(await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603', store }));
    const gateway = { id: 'gw-7', town: '001', name: '东山村微型消防站', hours: 72 };
    const claim = await enrolment.newGatewayOfPlatform(fs, authority, gateway);
    expect(enrolment.sheet(claim)).toContain(claim.code);
    expect(claim.notAfter - claim.createdAt).toBe(3 * day);
    expect(fs.gateways.get('gw-7')).toMatchObject({ state: 'claimable', name: gateway.name });
    await expect(enrolment.newGatewayOfPlatform(fs, authority, gateway)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('answers on a server of your own', async () => {
    const server = createServer((request, response) => {
      void buffer(request).then(async (body) => response.end(await enrolment.answer(authority, body)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push({ [Symbol.asyncDispose]: async () => void server.close() });
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const { code } = await enrolment.newGateway(authority, site('gw-7'));
    const service = `http://127.0.0.1:${port}`;
    expect(await enroll('mine', code, service)).toMatchObject({ code: 0 });
    const issued = new X509Certificate(await text('mine', 'gateway.pem'));
    expect(issued.verify(createPublicKey(authority.certificate))).toBe(true);
    expect((await enroll('theirs', code, service)).err).toContain('was used by another gateway');
    const secret = { redeem: () => Promise.reject(new Error('EACCES /secret/folder')) };
    const broken = { ...authority, claims: { ...authority.claims, ...secret } };
    expect(decodeEnrolmentReply(await enrolment.answer(broken, new Uint8Array()))).toEqual({
      ok: false,
      code: 'UNAVAILABLE',
      message: 'not reachable just now',
    });
  });
});

describe.skipIf(!debian('mosquitto'))('the cookbook’s district, on mosquitto', { timeout: 90_000 }, () => {
  it('a gateway comes by its code, has its certificate renewed, is stolen and shut out', async () => {
    const port = await freePort();
    const tell = async (by: Authority, mosquitto?: Mosquitto): Promise<void> => {
      await brokers.tellBroker(by, at('broker'), port);
      await makeConfigOfTest(at('broker', 'mosquitto.conf'));
      mosquitto?.reload();
    };
    await tell(authority);
    const mosquitto = own(await runMosquitto(at('broker', 'mosquitto.conf'), port));
    const url = `mqtts://127.0.0.1:${port}`;
    const nobody = `mqtts://127.0.0.1:${await freePort()}`;
    const duty = own(await client.openInEarnest([nobody, url], at('broker'), operator.privateKey));

    // Ten years ago, nearly: what it issues is due soon.
    const earlier = await openAuthority({ folder: at('authority'), now: () => Date.now() - 3_600 * day });
    const came: string[] = [];
    const tls = { cert: await text('broker', 'broker.pem'), key: await text('broker', 'broker.key') };
    const listen = { host: '127.0.0.1', port: 0, tls };
    const service = own(await enrolment.serve(earlier, { ...listen, tell: (what) => void came.push(what) }));
    const { code } = await enrolment.newGateway(earlier, { ...site('test-01'), brokers: [url], service: service.url });
    await tell(earlier, mosquitto);
    expect(await enroll('gateway', code, service.url)).toMatchObject({ code: 0 });
    expect(await enroll('thief', code, service.url)).toMatchObject({ code: 3 });
    expect(came).toEqual(['test-01 enrolled', expect.stringMatching(/^ALARM 127\.0\.0\.1 refused: /)]);
    const edge = own(await startGateway());
    const isOnline = (fs: Fengsui): boolean => fs.gateways.list({ online: true }).length === 1;
    await until('it is online', () => isOnline(duty), 20_000);
    const centre = own(await connect({ url, district: '330603', town: '001', tls: await papersOf('centre') }));
    await until('its town’s centre sees it', () => isOnline(centre));

    const told = await renewal.renewGateways(duty, at('authority'), AbortSignal.timeout(20_000));
    const [, next] = (await authority.list()).filter(({ holder }) => holder.name === 'test-01');
    expect(told).toEqual([`test-01 has ${next?.serial}`]);
    await edge.logged('certificate.taken', (line) => line['serial'] === next?.serial);

    await until('it is online with it', () => isOnline(duty));
    expect(await recipes.shutOut(authority, 'test-01', 'stolen')).toBe(2);
    await tell(authority, mosquitto);
    await edge.kill();
    edge.start();
    await edge.logged('uplink.down', (line) => String(line['why']).includes('certificate revoked'));
    await until('nobody sees it', () => !isOnline(duty));
  });
});

const site = (gateway: string) => ({
  gateway,
  town: '001',
  name: '东山村微型消防站',
  brokers: ['mqtts://127.0.0.1:8883'],
  operators: [{ name: 'duty', key: operator.publicKey }],
  service: 'https://127.0.0.1:8843',
});

/** As the installer does, on a gateway that has a folder of its own. */
async function enroll(gateway: string, code: string, service: string) {
  await mkdir(at(gateway));
  const config = at(gateway, 'site.yaml');
  return runProgram(['enroll', code, '--service', service, '--config', config, '--lang', 'en']);
}

/** With the configuration that was written, and a bus, which the installer would add. */
async function startGateway(): Promise<GatewayUnderTest> {
  const units = new Map([[1, smokeReceiver({ slots: 1 }).unit]]);
  const street = own(await modbusServer({ transport: 'tcp', units }));
  const device = '{ id: smoke, profile: generic/wireless-smoke-alarm, unit: 1, name: Smoke, settings: { slot: 0 } }';
  const buses = `buses: [{ id: street, tcp: "127.0.0.1:${street.port}", devices: [${device}] }]`;
  const yaml = (await text('gateway', 'site.yaml'))
    .replaceAll(/: (ca\.pem|gateway\.pem|gateway\.key)/g, `: ${at('gateway')}/$1`)
    .replace('buses: []', buses);
  return startGatewayUnderTest(yaml);
}

const papersOf = async (name: string) => ({
  ca: authority.certificate,
  cert: await text('broker', `${name}.pem`),
  key: await text('broker', `${name}.key`),
});
