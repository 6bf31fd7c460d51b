import { X509Certificate } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificateRequest, createAuthority, type HolderText, holderOf } from '../../sdk/authority/index.ts';
import { generateOperatorKey } from '../../sdk/index.ts';
import { debian } from '../support/debian.ts';
import { type GatewayUnderTest, runProgram, startGatewayUnderTest } from '../support/gateway-process.ts';
import { identityOf, type SecureBroker, secureBroker } from '../support/secure-broker.ts';
import { temporaryFolderOfFile } from '../support/temporary-folder.ts';

const [known, unknown] = [generateOperatorKey(), generateOperatorKey()];
const gateway = holderOf({ kind: 'gateway', name: 'test-01', town: '001' });
const away: HolderText = { kind: 'gateway', name: 'gw-away', town: '001' };

const siteOf = (port: number): string => `version: 1
gateway: { id: test-01, name: Test, district: "330603", town: "001", clock: trusted }
uplinks: [{ url: "mqtts://127.0.0.1:${port}", ca: ca.pem, cert: gateway.pem, key: gateway.key }]
operators: [{ name: renewal, key: "${known.publicKey}", roles: [renew] }]
journal: { commitMs: 200 }
`;

describe.skipIf(!debian('mosquitto'))('fengsui authority renew-due', { timeout: 120_000 }, () => {
  let folder = '';
  let broker: SecureBroker;
  let edge: GatewayUnderTest;
  const at = (name: string): string => join(folder, name);
  const beside = (name: string): string => join(dirname(edge.config), name);
  const inUse = async (): Promise<string> =>
    new X509Certificate(await readFile(beside('gateway.pem'))).serialNumber.toLowerCase();
  const issuedTo = async (name: string): Promise<number> =>
    (await broker.authority.list()).filter(({ holder }) => holder.name === name).length;

  const writeIdentity = async (name: string, authority = broker.authority): Promise<void> => {
    const { cert, key } = await identityOf(authority, holderOf({ kind: 'district', name: 'renewal' }));
    await writeFile(at(`${name}.pem`), cert);
    await writeFile(at(`${name}.key`), key, { mode: 0o600 });
  };
  const renewDue = (as: string, operatorKey: string, ...more: readonly string[]) =>
    runProgram(
      ['authority', 'renew-due', '--folder', broker.folder, '--url', broker.url, '--lang', 'en'].concat(
        ['--cert', at(`${as}.pem`), '--key', at(`${as}.key`)],
        ['--operator', 'renewal', '--operator-key', at(operatorKey)],
        more,
      ),
    );

  beforeAll(async () => {
    folder = await temporaryFolderOfFile();
    broker = await secureBroker(folder);
    await writeIdentity('renewal');
    await writeFile(at('known.key'), known.privateKey, { mode: 0o600 });
    await writeFile(at('unknown.key'), unknown.privateKey, { mode: 0o600 });
    edge = await startGatewayUnderTest(siteOf(broker.port));
    const request = await certificateRequest({ keyFile: beside('gateway.key'), district: '330603', holder: gateway });
    const { certificate } = await broker.authority.issue(gateway, { request }, { days: 60 });
    await broker.issue(away, { days: 60 });
    await broker.update();
    await writeFile(beside('ca.pem'), broker.authority.certificate);
    await writeFile(beside('gateway.pem'), certificate);
    await edge.logged('uplink.up');
  }, 120_000);
  afterAll(async () => {
    await edge[Symbol.asyncDispose]();
    await broker[Symbol.asyncDispose]();
  });

  it('says in a dry run what it would do, and signs nothing', async () => {
    const before = await readFile(join(broker.folder, 'register.jsonl'), 'utf8');
    const { code, out, err } = await renewDue('renewal', 'known.key', '--dry-run');
    expect(out).toMatch(/^test-01: would be renewed; .*\(days left: (59|60)\)\ngw-away: OFFLINE, .*\n$/);
    expect(err).toBe('Nobody has to do anything now. Due within 90 days: 2\n');
    expect(code).toBe(0);
    expect(await readFile(join(broker.folder, 'register.jsonl'), 'utf8')).toBe(before);
  });

  it('with a key that the gateway does not know renews nothing, says so, and fills no register however often', async () => {
    const before = await inUse();
    for (let run = 0; run < 2; run++) {
      const { code, out, err } = await renewDue('renewal', 'unknown.key');
      expect(out).toMatch(/^test-01: NOT RENEWED, .* FORBIDDEN: .*key of “renewal” under “operators”/);
      expect(err).toMatch(/does not go by itself: test-01\n$/); // gw-away has time
      expect(code).toBe(4);
    }
    expect(await inUse()).toBe(before);
    expect(await issuedTo('test-01')).toBe(2);
  });

  it('renews the gateway that is there, which takes it; the other one waits', async () => {
    const before = await inUse();
    const { code, out } = await renewDue('renewal', 'known.key');
    expect(out).toMatch(/^test-01: renewed, valid until 20\d\d-\d\d-\d\d; .*\ngw-away: OFFLINE, .*\n$/);
    expect(code).toBe(0);
    await edge.logged('certificate.taken');
    expect(await inUse()).not.toBe(before);
    expect(await issuedTo('test-01')).toBe(2); // the one that was signed before went to it at last
    const next = await renewDue('renewal', 'known.key', '--json');
    expect(JSON.parse(next.out)).toMatchObject([{ name: 'gw-away', outcome: 'offline', needsPerson: false }]);
    expect(next.code).toBe(0);
  });

  it('tells of an offline gateway and a process whose time is nearly over by its exit code', async () => {
    await broker.issue({ kind: 'gateway', name: 'gw-late', town: '001' }, { days: 20 });
    await broker.issue({ kind: 'district', name: 'desk' }, { days: 20 });
    const { code, out, err } = await renewDue('renewal', 'known.key');
    expect(out).toMatch(/^district\.desk: ends on .*, and is renewed by hand: fengsui authority renew district\.desk/);
    expect(out).toMatch(/\ngw-late: OFFLINE, .*carry the file to the gateway/);
    expect(err).toMatch(/at most 30 days are left, .*: district\.desk, gw-late\n$/);
    expect(code).toBe(4);
  });

  it('that the broker does not let in fails, and has told before what ends', async () => {
    await broker.issue({ kind: 'town', name: 'centre', town: '001' }, { days: 20 });
    const other = await createAuthority({ folder: at('other'), district: '330603' });
    await writeIdentity('foreign', other);
    const { code, out, err } = await renewDue('foreign', 'known.key');
    expect(out).toContain('town.centre: ends on');
    expect(err).toMatch(/refuses this certificate/);
    expect(code).toBe(3);
  });

  it('a key that others can open is refused, and days that make no sense', async () => {
    await chmod(at('unknown.key'), 0o644);
    expect(await renewDue('renewal', 'unknown.key')).toMatchObject({
      code: 3,
      err: expect.stringContaining('mode 644'),
    });
    const wrong = await renewDue('renewal', 'known.key', '--before-days', '90', '--days', '60');
    expect(wrong).toMatchObject({ code: 1, out: '', err: expect.stringContaining('below the second') });
  });
});
