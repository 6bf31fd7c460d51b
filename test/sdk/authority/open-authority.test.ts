import { execFile } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { chmod, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Authority } from '../../../sdk/authority/authority.ts';
import { holderOf } from '../../../sdk/authority/holder.ts';
import { createAuthority, openAuthority } from '../../../sdk/authority/open-authority.ts';
import type { AuthoritySigner } from '../../../sdk/authority/x509/signature.ts';
import { makeRequest } from '../../../sdk/identity/certificate-request.ts';
import { debian } from '../../support/debian.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const hasOpenssl = debian('openssl');
const run = promisify(execFile);
const day = 86_400_000;
const noon = Date.UTC(2026, 10, 25, 12);
const gateway = holderOf({ kind: 'gateway', name: 'gw-1', town: '001' });
const duty = holderOf({ kind: 'district', name: 'duty' });

const newKeys = (namedCurve = 'P-256') => generateKeyPairSync('ec', { namedCurve });
const requestBy = (name: string, key = newKeys().privateKey): string =>
  makeRequest({ organization: '330603', commonName: name }, key);
const shown = (key = newKeys().publicKey) => ({ publicKey: key.export({ format: 'pem', type: 'spki' }).toString() });

async function district(now: () => number = () => noon): Promise<{ authority: Authority; folder: string }> {
  const folder = join(await temporaryFolder(), 'authority');
  return { authority: await createAuthority({ folder, district: '330603', now }), folder };
}
const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

describe('the authority of a district', () => {
  it('keeps its key to itself, and opens again with it', async () => {
    const { authority, folder } = await district();
    expect(await modeOf(folder)).toBe('700');
    expect(await modeOf(join(folder, 'ca.key'))).toBe('600');
    const issued = await authority.issue(gateway, { request: requestBy('gw-1') });
    expect(await modeOf(join(folder, 'register.jsonl'))).toBe('600');
    const again = await openAuthority({ folder });
    expect([again.district, again.certificate]).toEqual(['330603', authority.certificate]);
    expect(await again.list()).toEqual([
      { serial: issued.serial, holder: gateway, issuedAt: noon, notAfter: issued.notAfter },
    ]);
  });

  it.each(['640', '604', '660'])('refuses a key of mode %s', async (mode) => {
    const { folder } = await district();
    await chmod(join(folder, 'ca.key'), Number.parseInt(mode, 8));
    await expect(openAuthority({ folder })).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringContaining(`mode ${mode}`),
    });
  });

  it('is not made twice in one folder, nor found where there is none', async () => {
    const { folder } = await district();
    await expect(createAuthority({ folder, district: '330603' })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(openAuthority({ folder: join(folder, 'issued') })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(createAuthority({ folder, district: '33' })).rejects.toMatchObject({ code: 'INVALID' });
  });

  it('does not take the key of another authority for its own', async () => {
    const [{ folder }, other] = [await district(), await district()];
    await writeFile(join(folder, 'ca.key'), await readFile(join(other.folder, 'ca.key')));
    await expect(openAuthority({ folder })).rejects.toMatchObject({ code: 'INVALID' });
  });

  it('signs what a request asks for, and for how long', async () => {
    const { authority } = await district();
    const keys = newKeys();
    const { certificate, serial, notAfter } = await authority.issue(gateway, {
      request: requestBy('gw-1', keys.privateKey),
    });
    const read = new X509Certificate(certificate);
    expect(read.subject.split('\n')).toEqual(['O=330603', 'OU=001', 'CN=gw-1']);
    expect(read.serialNumber.toLowerCase()).toBe(serial);
    expect(read.publicKey.equals(keys.publicKey)).toBe(true);
    expect(read.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
    expect([Date.parse(read.validFrom), Date.parse(read.validTo)]).toEqual([0, noon + 3_650 * day]);
    expect(notAfter).toBe(noon + 3_650 * day);
    expect((await authority.issue(duty, shown())).notAfter).toBe(noon + 730 * day);
    expect((await authority.issue(duty, shown(), { days: 3 })).notAfter).toBe(noon + 3 * day);
  });

  it('signs for nobody beyond its own end', async () => {
    let now = noon;
    const { authority } = await district(() => now);
    now += 49 * 365 * day;
    const { notAfter } = await authority.issue(gateway, { request: requestBy('gw-1') });
    expect(notAfter).toBe(noon + 18_250 * day);
  });

  it('names the hosts of the broker', async () => {
    const { authority } = await district();
    const hosts = ['mqtt.example.cn', '10.0.0.5', '::1'];
    const { certificate } = await authority.issue(holderOf({ kind: 'broker', name: 'main', hosts }), shown());
    const read = new X509Certificate(certificate);
    expect(read.checkHost('mqtt.example.cn')).toBe('mqtt.example.cn');
    expect(read.checkHost('other.example.cn')).toBeUndefined();
    expect([read.checkIP('10.0.0.5'), read.checkIP('10.0.0.6')]).toEqual(['10.0.0.5', undefined]);
  });

  describe('does not sign', () => {
    const damaged = (): string => {
      const der = Buffer.from(requestBy('gw-1').replaceAll(/-----.*-----|\n/g, ''), 'base64');
      der.set([(der.at(-1) ?? 0) ^ 1], der.length - 1);
      return `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
    };
    it.each<[what: string, proof: () => { request: string } | { publicKey: string }, said: string]>([
      ['a request of another', () => ({ request: requestBy('gw-2') }), 'by “gw-2”, not by “gw-1”'],
      ['a request that was changed on its way', () => ({ request: damaged() }), 'damaged'],
      ['a request that is none', () => ({ request: 'hello' }), 'BEGIN CERTIFICATE REQUEST'],
      [
        'a request of junk',
        () => ({ request: '-----BEGIN CERTIFICATE REQUEST-----\naGVsbG8=\n-----END CERTIFICATE REQUEST-----' }),
        'cannot be read',
      ],
      ['a key on another curve', () => shown(newKeys('P-384').publicKey), 'P-256'],
      ['a key that is none', () => ({ publicKey: 'hello' }), 'no public key'],
    ])('%s', async (_what, proof, said) => {
      const { authority } = await district();
      await expect(authority.issue(gateway, proof())).rejects.toMatchObject({
        code: 'INVALID',
        message: expect.stringContaining(said),
      });
      expect(await authority.list()).toEqual([]);
    });

    it.each([0, 1.5, 18_251])('for %d days', async (days) => {
      const { authority } = await district();
      await expect(authority.issue(gateway, shown(), { days })).rejects.toThrow('expected a whole number');
    });

    it('one name for two towns, until the first is revoked', async () => {
      const { authority } = await district();
      const { serial } = await authority.issue(gateway, shown());
      const moved = holderOf({ kind: 'gateway', name: 'gw-1', town: '002' });
      await expect(authority.issue(moved, shown())).rejects.toMatchObject({ code: 'CONFLICT', details: { serial } });
      await authority.revoke(serial, 'replaced');
      await expect(authority.issue(moved, shown())).resolves.toMatchObject({ holder: moved });
    });
  });

  it('renews with the same key unless another is shown, and never what was revoked', async () => {
    let now = noon;
    const { authority } = await district(() => now);
    const [keys, others] = [newKeys(), newKeys()];
    const first = await authority.issue(gateway, shown(keys.publicKey));
    now += 3_600 * day;
    const second = await authority.renew(first.serial);
    expect(second).toMatchObject({ holder: gateway, notAfter: now + 3_650 * day });
    expect(new X509Certificate(second.certificate).publicKey.equals(keys.publicKey)).toBe(true);
    const third = await authority.renew(second.serial, { proof: { request: requestBy('gw-1', others.privateKey) } });
    expect(new X509Certificate(third.certificate).publicKey.equals(others.publicKey)).toBe(true);
    await authority.revoke(first.serial, 'stolen');
    await expect(authority.renew(first.serial)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(authority.renew('0'.repeat(32))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('renewed again for the same key is the same certificate, until that is older by a tenth of its time, or revoked', async () => {
    let now = noon;
    const { authority } = await district(() => now);
    const { serial } = await authority.issue(gateway, shown(newKeys().publicKey));
    const renew = (request: string, days: number) => authority.renew(serial, { proof: { request }, days });
    const request = requestBy('gw-1', newKeys().privateKey);
    const first = await renew(request, 100);
    now += 10 * day;
    expect(await renew(request, 100)).toEqual(first);
    expect(await authority.list()).toHaveLength(2);
    expect((await renew(requestBy('gw-1', newKeys().privateKey), 100)).serial).not.toBe(first.serial);
    now += 1;
    const later = await renew(request, 100);
    expect(later.serial).not.toBe(first.serial);
    await authority.revoke(later.serial, 'stolen');
    expect((await renew(request, 100)).serial).not.toBe(later.serial);
  });

  it('issues to many at once, each in the register', async () => {
    const { authority } = await district();
    const names = Array.from({ length: 20 }, (_, i) => `gw-${i}`);
    await Promise.all(names.map((name) => authority.issue(holderOf({ kind: 'gateway', name, town: '001' }), shown())));
    expect((await authority.list()).map(({ holder }) => holder.name)).toEqual(names);
  });

  it('does nothing while another process is at work, and goes on after it', async () => {
    const { authority, folder } = await district();
    const other = await openAuthority({ folder });
    const both = await Promise.allSettled([authority.issue(gateway, shown()), other.issue(duty, shown())]);
    const refused = both.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(refused).toMatchObject([{ code: 'UNAVAILABLE', message: expect.stringContaining(join(folder, 'lock')) }]);
    await authority.issue(duty, shown());
    expect(await authority.list()).toHaveLength(2);
  });

  it('writes on behind a line that a power cut cut off', async () => {
    const { authority, folder } = await district();
    const register = join(folder, 'register.jsonl');
    const first = await authority.issue(gateway, shown());
    await authority.issue(duty, shown());
    await truncate(register, (await stat(register)).size - 20);
    const third = await authority.issue(duty, shown());
    expect((await authority.list()).map(({ serial }) => serial)).toEqual([first.serial, third.serial]);
  });

  it('lets a hardware module sign, and keeps no key then', async () => {
    const folder = join(await temporaryFolder(), 'authority');
    const { privateKey, publicKey } = newKeys();
    const signer: AuthoritySigner = {
      ...shown(publicKey),
      sign: async (bytes) => Uint8Array.from(sign('sha256', bytes, privateKey)),
    };
    const authority = await createAuthority({ folder, district: '330603', signer });
    const { certificate } = await authority.issue(gateway, shown());
    expect(new X509Certificate(certificate).verify(publicKey)).toBe(true);
    await expect(stat(join(folder, 'ca.key'))).rejects.toThrow('ENOENT');
    await expect(openAuthority({ folder })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const liar = {
      ...signer,
      sign: async (bytes: Uint8Array) => Uint8Array.from(sign('sha256', bytes, newKeys().privateKey)),
    };
    const deceived = await openAuthority({ folder, signer: liar });
    await expect(deceived.issue(gateway, shown())).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await deceived.list()).toHaveLength(1);
  });

  it.skipIf(!hasOpenssl)(
    'is understood by OpenSSL: purposes, revocations, and a clock that wakes in 1970',
    async () => {
      let now = noon;
      const { authority, folder } = await district(() => now);
      const file = async (name: string, text: string): Promise<string> => {
        await writeFile(join(folder, name), text);
        return join(folder, name);
      };
      const ca = await file('trusted.pem', authority.certificate);
      const client = await authority.issue(gateway, shown());
      const broker = await authority.issue(holderOf({ kind: 'broker', name: 'main', hosts: ['a.example'] }), shown());
      const [clientFile, brokerFile] = [
        await file('c.pem', client.certificate),
        await file('b.pem', broker.certificate),
      ];
      const verify = async (certificate: string, ...more: readonly string[]): Promise<string> => {
        const args = ['verify', '-x509_strict', '-CAfile', ca, ...more, certificate];
        return run('openssl', args).then(
          () => 'OK',
          (e: Error & { stderr?: string }) => /error \d+/.exec(e.stderr ?? '')?.[0] ?? e.message,
        );
      };
      const wrongPurpose = 'error 26';
      expect(await verify(clientFile, '-purpose', 'sslclient')).toBe('OK');
      expect(await verify(clientFile, '-purpose', 'sslserver')).toBe(wrongPurpose);
      expect(await verify(brokerFile, '-purpose', 'sslserver')).toBe('OK');
      expect(await verify(brokerFile, '-purpose', 'sslclient')).toBe(wrongPurpose);
      expect(await verify(clientFile, '-attime', '30')).toBe('OK');
      const withList = async (): Promise<readonly string[]> => {
        const list = await file('crl.pem', await authority.revocationList());
        return ['-crl_check', '-CRLfile', list, '-attime', String(Math.floor(now / 1_000))];
      };
      expect(await verify(clientFile, ...(await withList()))).toBe('OK');
      await authority.revoke(client.serial, 'stolen');
      await authority.revoke(client.serial, 'retired');
      expect((await authority.list())[0]).toMatchObject({ revoked: { at: noon, why: 'stolen' } });
      expect(await verify(clientFile, ...(await withList()))).toBe('error 23');
      expect(await verify(brokerFile, ...(await withList()))).toBe('OK');
      now += 9 * 365 * day;
      expect(await verify(brokerFile, ...(await withList()))).toBe('OK');
      const { stdout } = await run('openssl', [
        'crl',
        '-in',
        join(folder, 'crl.pem'),
        '-noout',
        '-text',
        '-CAfile',
        ca,
      ]);
      expect(stdout).toContain(`Serial Number: ${client.serial.toUpperCase()}`);
      expect(stdout).toContain('Key Compromise');
    },
  );

  it('dates each list after the one before, and never in the future', async () => {
    let now = noon;
    const { authority, folder } = await district(() => now);
    const dated = async (): Promise<number> => {
      const der = Buffer.from((await authority.revocationList()).replaceAll(/-----.*-----|\n/g, ''), 'base64');
      const [digits = ''] = /\d{12}Z/.exec(der.toString('latin1')) ?? []; // the first UTCTime: YYMMDDhhmmssZ
      const [yy = 0, ...rest] = (digits.match(/\d\d/g) ?? []).map(Number);
      const [month = 0, day = 0, hour = 0, minute = 0, second = 0] = rest;
      return Date.UTC(yy < 50 ? 2000 + yy : 1900 + yy, month - 1, day, hour, minute, second);
    };
    const serials: string[] = [];
    for (let i = 0; i < 3; i++) serials.push((await authority.issue(duty, shown())).serial);
    expect(await dated()).toBe(0);
    await authority.revoke(serials[0] ?? '', 'retired');
    expect(await dated()).toBe(noon - day);
    await authority.revoke(serials[1] ?? '', 'retired'); // in the same instant
    now += 1_000;
    expect(await dated()).toBe(noon - day + 1_000);
    now -= 365 * day; // the clock was wrong before, or is now
    const back = await openAuthority({ folder, now: () => now });
    expect(await back.revocationList()).not.toBe('');
    expect(await dated()).toBe(now - day);
  });
});

it('a request holds the public key of its private key', () => {
  const { privateKey } = newKeys();
  const pem = requestBy('gw-1', privateKey);
  expect(pem).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----\n[A-Za-z0-9+/=\n]+\n-----END CERTIFICATE REQUEST-----\n$/);
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const der = Buffer.from(pem.replaceAll(/-----.*-----|\n/g, ''), 'base64');
  expect(der.includes(spki)).toBe(true);
});
