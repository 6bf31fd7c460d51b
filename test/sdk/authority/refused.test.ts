import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:tls';
import { connectAsync, type MqttClient } from 'mqtt';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAuthority, holderOf, openAuthority } from '../../../sdk/authority/index.ts';
import { connect } from '../../../sdk/index.ts';
import { tlsTrouble } from '../../../sdk/model/tls-trouble.ts';
import { debian } from '../../support/debian.ts';
import { type Identity, identityOf, type SecureBroker, secureBroker } from '../../support/secure-broker.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { until } from '../../support/until.ts';

const duty = { kind: 'district', name: 'duty' } as const;
const gateway = (name: string) => ({ kind: 'gateway', name, town: '001' }) as const;
const request = (name: string): string => `fengsui/v1/330603/001/${name}/request`;

async function district(): Promise<SecureBroker> {
  const broker = await secureBroker(await temporaryFolder());
  onTestFinished(() => broker[Symbol.asyncDispose]());
  return broker;
}

async function opened(url: string, { ca, cert, key }: Partial<Identity>): Promise<MqttClient> {
  const tls = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  const client = await connectAsync(url, { ...tls, protocolVersion: 5, reconnectPeriod: 0 }, false);
  client.on('error', () => undefined);
  onTestFinished(() => client.endAsync(true));
  return client;
}

/** Why a connection does not come about; `let in` when it does. */
const refusal = (url: string, identity: Partial<Identity>): Promise<string> =>
  opened(url, identity).then(
    () => 'let in',
    (e: unknown) => tlsTrouble(e)?.text ?? String(e),
  );

describe.skipIf(!debian('mosquitto'))('the broker of a district refuses', { timeout: 30_000 }, () => {
  it('whoever shows no certificate', async () => {
    const broker = await district();
    const { ca } = await broker.issue(duty);
    expect(await refusal(broker.url, { ca })).toContain('certificate required');
  });

  it('a certificate whose time is over', async () => {
    const broker = await district();
    const past = await openAuthority({ folder: broker.folder, now: () => Date.now() - 2 * 86_400_000 });
    const expired = await identityOf(past, holderOf(gateway('gw-1')), { days: 1 });
    const valid = await identityOf(past, holderOf(gateway('gw-2')), { days: 3 });
    expect(await refusal(broker.url, expired)).toContain('certificate expired');
    expect(await refusal(broker.url, valid)).toBe('let in');
  });

  it('a certificate of another authority, also of one with the same name', async () => {
    const broker = await district();
    const twin = await createAuthority({ folder: await temporaryFolder(), district: '330603' });
    const name = (pem: string): string => new X509Certificate(pem).subject;
    expect(name(twin.certificate)).toBe(name(broker.authority.certificate));
    const foreign = await identityOf(twin, holderOf(gateway('gw-1')));
    const trusting = { ...foreign, ca: broker.authority.certificate };
    expect(await refusal(broker.url, trusting)).toMatch(/refuses this certificate/);
  });

  it('its own certificate and those of other brokers as a client', async () => {
    const broker = await district();
    const other = await broker.issue({ kind: 'broker', name: 'spare', hosts: ['127.0.0.1'] });
    expect(await refusal(broker.url, other)).toMatch(/refuses this certificate/);
  });

  it('what was revoked, from the reload on: new connections at once, open ones by their rules', async () => {
    const broker = await district();
    const [stolen, other, desk] = [
      await broker.issue(gateway('gw-1')),
      await broker.issue(gateway('gw-2')),
      await broker.issue(duty),
    ];
    await broker.update();
    await broker.restart();
    const [thief, honest, platform] = [
      await opened(broker.url, stolen),
      await opened(broker.url, other),
      await opened(broker.url, desk),
    ];
    const heard: string[] = [];
    for (const client of [thief, honest]) client.on('message', (on) => heard.push(on));
    await thief.subscribeAsync(request('gw-1'), { qos: 1 });
    await honest.subscribeAsync(request('gw-2'), { qos: 1 });
    const isTaken = (): Promise<boolean> =>
      thief.publishAsync('fengsui/v1/330603/001/gw-1/alarm', 'x', { qos: 1 }).then(
        () => true,
        () => false,
      );
    expect(await isTaken()).toBe(true);

    await broker.authority.revoke(stolen.issued.serial, 'stolen');
    await broker.update();
    let allowed = true;
    await until('the rules are read again', () => {
      void isTaken().then((now) => {
        allowed &&= now;
      });
      return !allowed;
    });
    for (const name of ['gw-1', 'gw-2']) await platform.publishAsync(request(name), 'x', { qos: 1 });
    await until('the honest gateway hears its request', () => heard.length > 0);
    expect(heard).toEqual([request('gw-2')]);
    expect(await refusal(broker.url, stolen)).toContain('certificate revoked');

    await broker.authority.revoke(other.issued.serial, 'retired');
    await broker.update();
    const end = Date.now() + 8_000;
    while ((await refusal(broker.url, other)) === 'let in') expect(Date.now()).toBeLessThan(end);
    expect(await refusal(broker.url, other)).toContain('certificate revoked');
    expect(await refusal(broker.url, stolen)).toContain('certificate revoked');
    expect(await refusal(broker.url, desk)).toBe('let in');
    await broker.restart();
    expect(await refusal(broker.url, stolen)).toContain('certificate revoked');
    expect(await refusal(broker.url, desk)).toBe('let in');
  });

  it('a thief only after a restart, when the name is given again: until then an open session has it, too', async () => {
    const broker = await district();
    const stolen = await broker.issue(gateway('gw-1'));
    await broker.update();
    await broker.restart();
    const thief = await opened(broker.url, stolen);
    const closed = new Promise<void>((resolve) => thief.once('close', () => resolve()));
    const isTaken = (): Promise<boolean> =>
      thief.publishAsync('fengsui/v1/330603/001/gw-1/alarm', 'x', { qos: 1 }).then(
        () => true,
        () => false,
      );
    const takenIs = async (wanted: boolean): Promise<void> => {
      for (const end = Date.now() + 8_000; (await isTaken()) !== wanted; ) expect(Date.now()).toBeLessThan(end);
    };
    await broker.authority.revoke(stolen.issued.serial, 'stolen');
    await broker.update();
    await takenIs(false);
    const successor = await broker.issue(gateway('gw-1'));
    await broker.update();
    await takenIs(true);
    await broker.restart();
    await closed;
    expect(await refusal(broker.url, stolen)).toContain('certificate revoked');
    expect(await refusal(broker.url, successor)).toBe('let in');
  });

  it('and the SDK says so at once, without trying again', async () => {
    const broker = await district();
    const { ca, cert, key, issued } = await broker.issue(duty);
    await broker.authority.revoke(issued.serial, 'stolen');
    await broker.update();
    await broker.restart();
    await expect(connect({ url: broker.url, district: '330603', tls: { ca, cert, key } })).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringContaining('certificate revoked'),
    });
  });
});

describe.skipIf(!debian('mosquitto'))('a client of the district', { timeout: 30_000 }, () => {
  const timeoutMs = 1_500;

  it('does not trust the broker of another authority', async () => {
    const broker = await district();
    const twin = await createAuthority({ folder: await temporaryFolder(), district: '330603' });
    const { cert, key } = await broker.issue(duty);
    const tls = { ca: twin.certificate, cert, key };
    await expect(connect({ url: broker.url, district: '330603', tls, timeoutMs })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/not of the authority|self-signed/),
    });
  });

  it('does not trust the broker under a name that it was not given', async () => {
    const broker = await district();
    const { ca, cert, key } = await broker.issue(duty);
    const url = `mqtts://localhost:${broker.port}`;
    await expect(connect({ url, district: '330603', tls: { ca, cert, key }, timeoutMs })).rejects.toMatchObject({
      message: expect.stringContaining('another host'),
    });
  });

  it('does not take a gateway of the district for the broker', async () => {
    const broker = await district();
    const { ca, cert, key } = await broker.issue(duty);
    const impostor = await broker.issue(gateway('localhost'));
    const server = createServer({ key: impostor.key, cert: impostor.cert });
    onTestFinished(() => void server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const url = `mqtts://localhost:${typeof address === 'object' ? address?.port : 0}`;
    await expect(connect({ url, district: '330603', tls: { ca, cert, key }, timeoutMs })).rejects.toMatchObject({
      message: expect.stringContaining('not for a broker'),
    });
  });

  it('is told of a key that is not that of its certificate', async () => {
    const broker = await district();
    const { ca, cert } = await broker.issue(duty);
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'pem', type: 'pkcs8' });
    await expect(connect({ url: broker.url, district: '330603', tls: { ca, cert, key } })).rejects.toMatchObject({
      code: 'INVALID',
      message: expect.stringContaining('`tls` cannot be used'),
    });
  });
});
