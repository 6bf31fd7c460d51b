import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { keyText, newKey, publicText } from '../identity/own-key.ts';
import { toPem } from '../identity/pem.ts';
import { publicKeyOf } from '../identity/public-key.ts';
import { makeSecretFolder, readIfThere, readSecret, writeNew } from '../identity/secret-files.ts';
import type { Subject } from '../identity/subject.ts';
import { FengsuiError } from '../model/errors.ts';
import { type DistrictCode, districtCode } from '../model/ids.ts';
import type { Authority } from './authority.ts';
import { authorityDays, authorityDesk, day, notBefore } from './authority-desk.ts';
import { authorityPaths } from './authority-paths.ts';
import { type Issuer, makeCertificate, newSerial } from './x509/certificate.ts';
import { type AuthoritySigner, signWith } from './x509/signature.ts';

export type AuthorityOptions = {
  /** Its keys, certificates and register; made with mode 0700. */
  readonly folder: string;
  /** Signs in place of a key in the folder: a hardware module. */
  readonly signer?: AuthoritySigner | undefined;
  /** The present, in Unix ms. The system's clock unless given. */
  readonly now?: (() => number) | undefined;
};

/**
 * Makes the authority of a district: a key on P-256 in the folder, unless a signer has it, and a certificate for fifty years.
 * @throws FengsuiError INVALID (district, signer's key), CONFLICT (there is one in the folder)
 */
export async function createAuthority(options: AuthorityOptions & { readonly district: string }): Promise<Authority> {
  const { folder, now = Date.now } = options;
  const district = districtCode(options.district);
  await makeSecretFolder(folder);
  const signer = options.signer ?? (await newSigner(authorityPaths(folder).key));
  const publicKey = publicKeyOf(signer.publicKey);
  const subject = subjectOf(district);
  const der = await makeCertificate(
    {
      serial: newSerial(),
      subject,
      publicKey,
      purpose: 'authority',
      notBefore,
      notAfter: now() + authorityDays * day,
    },
    { subject, publicKey, signer },
  );
  await writeNew(authorityPaths(folder).certificate, toPem('CERTIFICATE', der), 0o644);
  return openAuthority(options);
}

/** @throws FengsuiError NOT_FOUND, FORBIDDEN (others can open the key), INVALID (a file is damaged, or the key is not that of the certificate) */
export async function openAuthority(options: AuthorityOptions): Promise<Authority> {
  const { folder, now = Date.now } = options;
  const paths = authorityPaths(folder);
  const certificate = await readIfThere(paths.certificate);
  if (certificate === undefined)
    throw new FengsuiError('NOT_FOUND', `there is no authority in ${folder}; “fengsui authority init” makes one`);
  const own = readable(paths.certificate, () => new X509Certificate(certificate));
  const signer = options.signer ?? (await signerIn(paths.key));
  const publicKey = publicKeyOf(signer.publicKey);
  if (!publicKey.equals(own.publicKey))
    throw new FengsuiError('INVALID', `the key is not that of the authority’s certificate ${paths.certificate}`);
  const district = districtCode(/^O=(.*)$/m.exec(own.subject)?.[1] ?? '');
  const issuer: Issuer = { subject: subjectOf(district), publicKey, signer };
  const until = Date.parse(own.validTo);
  return authorityDesk({ district, certificate, issuer, until, paths, now });
}

const subjectOf = (district: DistrictCode): Subject => ({
  organization: district,
  commonName: `Fengsui authority ${district}`,
});

async function newSigner(path: string): Promise<AuthoritySigner> {
  const key = newKey();
  await writeNew(path, keyText(key), 0o600);
  return signerOf(key);
}

async function signerIn(path: string): Promise<AuthoritySigner> {
  const pem = await readSecret(path);
  return signerOf(readable(path, () => createPrivateKey(pem)));
}

/** @throws FengsuiError INVALID */
function readable<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new FengsuiError('INVALID', `${path} cannot be read: put it back from your copy`, { cause });
  }
}

const signerOf = (key: KeyObject): AuthoritySigner => ({
  publicKey: publicText(key),
  sign: async (bytes) => Uint8Array.from(signWith(key, bytes)),
});
