import { createPrivateKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { readFile, rename, rm } from 'node:fs/promises';
import { makeRequest } from '../../sdk/identity/certificate-request.ts';
import { ownKey } from '../../sdk/identity/own-key.ts';
import { readIfThere, syncFolderOf, writeNew } from '../../sdk/identity/secret-files.ts';
import { FengsuiError } from '../../sdk/model/errors.ts';
import { checkCertificate, endOf, readAuthorities, readCertificate } from './check-certificate.ts';

export type IdentityPaths = { readonly ca?: string | undefined; readonly cert: string; readonly key: string };

/** What a connection is made with, PEM. */
export type Papers = { readonly ca?: Buffer; readonly cert: Buffer; readonly key: Buffer };

type Address = { readonly district: string; readonly town: string; readonly gateway: string };

/**
 * Key and certificate of a gateway, and those that are to take their place: the same names with `.next`. The old ones stay
 * until a broker has taken the new ones. After a power cut at any point a certificate is used with whichever key fits it.
 */
export type IdentityFiles = {
  /** @throws what reading says, when one is missing */
  readonly papers: (which: 'present' | 'next') => Promise<Papers>;
  readonly certificate: (which: 'present' | 'next') => Promise<X509Certificate | undefined>;
  /** A request by the key that is to be the next, which is made unless it is there; PEM. */
  readonly request: () => Promise<string>;
  /** Puts a certificate beside the present one, to be tried. @throws FengsuiError INVALID */
  readonly putNext: (certificate: string, authority?: string) => Promise<X509Certificate>;
  /** The next take the place of the present. */
  readonly takeNext: () => Promise<void>;
  /** The next certificate was not taken by the broker; its key stays for another. */
  readonly dropNext: () => Promise<void>;
};

/** Authorities that are trusted at once while a district changes its own. */
const mostAuthorities = 2;

export function identityFiles(paths: IdentityPaths, address: Address): IdentityFiles {
  const { ca, cert, key } = paths;
  const certificate = async (which: 'present' | 'next'): Promise<X509Certificate | undefined> => {
    const pem = await readIfThere(which === 'next' ? next(cert) : cert);
    try {
      return pem === undefined ? undefined : readCertificate(pem);
    } catch {
      return undefined; // cut off by a power failure, or not ours: there is none
    }
  };
  const dropNext = async (): Promise<void> => {
    await rm(next(cert), { force: true });
    if (ca !== undefined) await rm(next(ca), { force: true });
  };
  return {
    certificate,
    papers: (which) => papers(paths, which),
    request: async () => {
      const { district: organization, town: unit, gateway: commonName } = address;
      return makeRequest({ organization, unit, commonName }, await ownKey(next(key)));
    },
    async putNext(pem, authority) {
      const known = ca === undefined ? [] : readAuthorities((await readIfThere(ca)) ?? '');
      const authorities = [...(authority === undefined ? [] : readAuthorities(authority)), ...known];
      const keys = (await keysIn(paths)).map(({ secret }) => secret);
      const found = checkCertificate(pem, { address, keys, authorities });
      refuseShorter(found, await certificate('present'));
      await dropNext();
      if (authority !== undefined && ca !== undefined) {
        const both = authorities.slice(0, mostAuthorities).map(String);
        await writeNew(next(ca), both.join(''), 0o644);
      }
      await writeNew(next(cert), pem, 0o644); // last: there is a next one once this is there
      return found;
    },
    async takeNext() {
      const fits = await certificate('next');
      const secret = (await keysIn(paths)).find((one) => fits?.checkPrivateKey(one.secret));
      if (!fits || !secret) throw new FengsuiError('NOT_FOUND', `there is no ${next(cert)} with its key`);
      if (ca !== undefined && (await readIfThere(next(ca))) !== undefined) await rename(next(ca), ca);
      if (secret.file !== key) await rename(secret.file, key);
      await rename(next(cert), cert);
      await syncFolderOf(cert);
    },
    dropNext,
  };
}

const next = (file: string): string => `${file}.next`;

async function papers({ ca, cert, key }: IdentityPaths, which: 'present' | 'next'): Promise<Papers> {
  const isNext = which === 'next';
  const pem = await readFile(isNext ? next(cert) : cert);
  const trusted =
    ca === undefined ? undefined : ((isNext ? await readIfThere(next(ca)) : undefined) ?? (await readFile(ca)));
  const fits = (await keysIn({ cert, key })).find(({ secret }) => readCertificate(String(pem)).checkPrivateKey(secret));
  return {
    ...(trusted !== undefined && { ca: Buffer.from(trusted) }),
    cert: pem,
    // What does not fit is told by whoever connects with it.
    key: fits ? fits.pem : await readFile(key),
  };
}

type OwnKey = { readonly file: string; readonly pem: Buffer; readonly secret: KeyObject };

async function keysIn({ key }: IdentityPaths): Promise<readonly OwnKey[]> {
  const read = await Promise.all([key, next(key)].map(async (file) => ({ file, pem: await readIfThere(file) })));
  return read.flatMap(({ file, pem }): readonly OwnKey[] => {
    try {
      return pem === undefined ? [] : [{ file, pem: Buffer.from(pem), secret: createPrivateKey(pem) }];
    } catch {
      return []; // told by whoever connects with it
    }
  });
}

function refuseShorter(found: X509Certificate, present: X509Certificate | undefined): void {
  if (present && endOf(found) < endOf(present))
    throw new FengsuiError(
      'CONFLICT',
      `the certificate ends on ${found.validTo}, before the present one (${present.validTo}): it may be an old one that came late`,
    );
}
