import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { chmod, copyFile, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { identityFiles } from '../../../edge/identity/identity-files.ts';
import { createAuthority } from '../../../sdk/authority/index.ts';
import { addressOfTest, type Folder, holderOfTest, identityFolder } from '../../support/identity-folder.ts';

const fits = async ({ files }: Folder, which: 'present' | 'next'): Promise<boolean> => {
  const { cert, key } = await files.papers(which);
  return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
};

describe('the files of a gateway’s identity', () => {
  it('a request is by a key of its own, for its owner alone, and the same when asked again', async () => {
    const { files, paths } = await identityFolder();
    const publicKey = async () => createPublicKey(await readFile(`${paths.key}.next`));
    await files.request();
    const first = await publicKey();
    await files.request();
    expect((await publicKey()).equals(first)).toBe(true);
    expect(first.equals(createPublicKey(await readFile(paths.key)))).toBe(false);
    expect((await stat(`${paths.key}.next`)).mode & 0o777).toBe(0o600);
  });

  it('a power cut at any point between the old and the new leaves a certificate with its key', async () => {
    const folder = await identityFolder();
    const { files, paths, path } = folder;
    const next = await folder.issueNext();
    for (const done of [[], ['key'], ['key', 'cert']] as const) {
      const at = join(path, `after-${done.length}`);
      for (const name of ['key', 'cert', 'ca'] as const) await copyFile(paths[name], `${at}.${name}`);
      for (const name of ['key', 'cert'] as const)
        await copyFile(
          `${paths[name]}.next`,
          done.some((one) => one === name) ? `${at}.${name}` : `${at}.${name}.next`,
        );
      const cut = { key: `${at}.key`, cert: `${at}.cert`, ca: `${at}.ca` };
      const after = { ...folder, files: identityFiles(cut, addressOfTest) };
      const isThere = (await after.files.certificate('next')) !== undefined;
      expect(await fits(after, isThere ? 'next' : 'present')).toBe(true);
      if (isThere) await after.files.takeNext();
      expect((await after.files.certificate('present'))?.serialNumber.toLowerCase()).toBe(next);
      expect(await fits(after, 'present')).toBe(true);
    }
    expect(await fits(folder, 'present')).toBe(true);
    expect((await files.certificate('present'))?.serialNumber.toLowerCase()).not.toBe(next);
  });

  it('a next certificate that was cut off is none', async () => {
    const folder = await identityFolder();
    await folder.issueNext();
    const file = `${folder.paths.cert}.next`;
    await writeFile(file, (await readFile(file, 'utf8')).slice(0, 300));
    expect(await folder.files.certificate('next')).toBeUndefined();
    const next = await folder.issueNext(); // takes its place
    expect((await folder.files.certificate('next'))?.serialNumber.toLowerCase()).toBe(next);
  });

  it('one for the same key is taken, too', async () => {
    const folder = await identityFolder();
    const { authority, files, paths } = folder;
    const [issued] = await authority.list();
    const renewed = await authority.renew(issued?.serial ?? '', { days: 200 });
    await files.putNext(renewed.certificate);
    await files.takeNext();
    expect(await folder.present()).toBe(renewed.serial);
    expect(await fits(folder, 'present')).toBe(true);
    expect((await readdir(folder.path)).filter((name) => name.endsWith('.next'))).toEqual([]);
    expect((await stat(paths.key)).mode & 0o777).toBe(0o600);
  });

  it('a new authority comes with the certificate, and is trusted beside the old one', async () => {
    const folder = await identityFolder();
    const { files, paths, path, authority } = folder;
    const successor = await createAuthority({ folder: join(path, 'successor'), district: '330603' });
    const { certificate } = await successor.issue(holderOfTest, { request: await files.request() });
    await expect(files.putNext(certificate)).rejects.toThrow(/not of the authority that this gateway knows/);
    await files.putNext(certificate, successor.certificate);
    expect(String((await files.papers('present')).ca)).toBe(authority.certificate);
    const both = successor.certificate + authority.certificate;
    expect(String((await files.papers('next')).ca)).toBe(both);
    await files.takeNext();
    expect(await readFile(paths.ca, 'utf8')).toBe(both);
    const third = await createAuthority({ folder: join(path, 'third'), district: '330603' });
    const last = await third.issue(holderOfTest, { request: await files.request() });
    await files.putNext(last.certificate, third.certificate);
    await files.takeNext();
    expect(await readFile(paths.ca, 'utf8')).toBe(third.certificate + successor.certificate);
  });

  it('a gateway’s certificate is no authority', async () => {
    const folder = await identityFolder();
    const { files, authority } = folder;
    const { certificate } = await authority.issue(holderOfTest, { request: await files.request() });
    await expect(files.putNext(certificate, certificate)).rejects.toThrow(/not that of an authority/);
  });

  it('a broker’s certificate is none for a gateway', async () => {
    const { files, authority, paths } = await identityFolder();
    const publicKey = createPublicKey(await readFile(paths.key))
      .export({ format: 'pem', type: 'spki' })
      .toString();
    const { certificate } = await authority.issue(
      { kind: 'broker', name: 'main', hosts: ['localhost'] },
      { publicKey },
    );
    await expect(files.putNext(certificate)).rejects.toThrow(/for O=330603, CN=broker.main/);
  });

  it('a key that others can open is not used for a request', async () => {
    const { files, paths } = await identityFolder();
    await files.request();
    await chmod(`${paths.key}.next`, 0o644);
    await expect(files.request()).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
