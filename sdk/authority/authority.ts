import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { describeError, FengsuiError } from '../model/errors.ts';
import { type DistrictCode, districtCode } from '../model/ids.ts';
import { appendLine, exclusively, makeSecretFolder, readIfThere, readSecret, writeNew } from './files.ts';
import { commonName, type Holder, sameHolder, townOf } from './holder.ts';
import { keyText, newKey, publicText } from './own-key.ts';
import { type Issued, issuedLine, parseRegister, type RegisterEntry, revokedLine } from './register.ts';
import { type Issuer, makeCertificate, newSerial } from './x509/certificate.ts';
import { toPem } from './x509/pem.ts';
import { publicKeyOf } from './x509/public-key.ts';
import { readRequest } from './x509/request.ts';
import { makeRevocationList, type RevocationReason } from './x509/revocation-list.ts';
import { type AuthoritySigner, signWith } from './x509/signature.ts';

/** What shows whose key a certificate is to hold: a certificate request, or the public key itself; both as PEM. */
export type KeyProof = { readonly request: string } | { readonly publicKey: string };

export type IssueOptions = {
  /** How long the certificate lasts, 1–18,250. Unless given, 3,650 for gateways and brokers, 730 for others. */
  readonly days?: number | undefined;
};

export type IssuedCertificate = Issued & {
  /** PEM. */
  readonly certificate: string;
};

export type AuthorityOptions = {
  /** Its keys, certificates and register; made with mode 0700. */
  readonly folder: string;
  /** Signs in place of a key in the folder: a hardware module. */
  readonly signer?: AuthoritySigner | undefined;
  /** The present, in Unix ms. The system's clock unless given. */
  readonly now?: (() => number) | undefined;
};

/** The certificate authority of one district. */
export interface Authority {
  readonly district: DistrictCode;
  /** Its own certificate, PEM: what gateways, platforms and the broker trust. */
  readonly certificate: string;
  /**
   * Signs a certificate. One of the same holder may be valid beside it.
   * @throws FengsuiError INVALID (request or key, days), CONFLICT (the name is in use for another place), UNAVAILABLE (another is at work)
   */
  issue(holder: Holder, proof: KeyProof, options?: IssueOptions): Promise<IssuedCertificate>;
  /**
   * Signs a certificate for the holder of an earlier one, with the same key unless another is shown. The earlier one stays valid.
   * @throws FengsuiError NOT_FOUND, FORBIDDEN (it was revoked), and as {@link issue}
   */
  renew(serial: string, options?: IssueOptions & { readonly proof?: KeyProof | undefined }): Promise<IssuedCertificate>;
  /**
   * A certificate counts no more, once the broker has the new list. What was revoked stays so, for the first reason.
   * @throws FengsuiError NOT_FOUND, UNAVAILABLE
   */
  revoke(serial: string, why: RevocationReason): Promise<void>;
  /** All that was ever issued, in that order. @throws FengsuiError PROTOCOL when the register is damaged. */
  list(): Promise<readonly RegisterEntry[]>;
  /** The list of what was revoked, as PEM, for the broker. */
  revocationList(): Promise<string>;
}

const day = 86_400_000;
/** A certificate must not be too young for a gateway whose clock wakes at the beginning of Unix time. */
const notBefore = 0;
const authorityDays = 18_250;
const daysOf = { gateway: 3_650, broker: 3_650, district: 730, town: 730 } as const;

/**
 * Makes the authority of a district: a key on P-256 in the folder, unless a signer has it, and a certificate for fifty years.
 * @throws FengsuiError INVALID (district, signer's key), CONFLICT (there is one in the folder)
 */
export async function createAuthority(options: AuthorityOptions & { readonly district: string }): Promise<Authority> {
  const { folder, now = Date.now } = options;
  const district = districtCode(options.district);
  await makeSecretFolder(folder);
  const signer = options.signer ?? (await newSigner(pathsIn(folder).key));
  const publicKey = publicKeyOf(signer.publicKey);
  const subject = { organization: district, commonName: `Fengsui authority ${district}` };
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
  await writeNew(pathsIn(folder).certificate, toPem('CERTIFICATE', der), 0o644);
  return openAuthority(options);
}

/** @throws FengsuiError NOT_FOUND, FORBIDDEN (others can open the key), INVALID (the key is not that of the certificate) */
export async function openAuthority(options: AuthorityOptions): Promise<Authority> {
  const { folder, now = Date.now } = options;
  const paths = pathsIn(folder);
  const certificate = await readIfThere(paths.certificate);
  if (certificate === undefined)
    throw new FengsuiError('NOT_FOUND', `there is no authority in ${folder}; “fengsui authority init” makes one`);
  const own = new X509Certificate(certificate);
  const signer = options.signer ?? signerOf(createPrivateKey(await readSecret(paths.key)));
  const publicKey = publicKeyOf(signer.publicKey);
  if (!publicKey.equals(own.publicKey))
    throw new FengsuiError('INVALID', `the key is not that of the authority’s certificate ${paths.certificate}`);
  const district = districtCode(/^O=(.*)$/m.exec(own.subject)?.[1] ?? '');
  const issuer: Issuer = {
    subject: { organization: district, commonName: `Fengsui authority ${district}` },
    publicKey,
    signer,
  };
  const until = Date.parse(own.validTo);
  return authority({ district, certificate, issuer, until, paths, now });
}

type Parts = {
  readonly district: DistrictCode;
  readonly certificate: string;
  readonly issuer: Issuer;
  readonly until: number;
  readonly paths: ReturnType<typeof pathsIn>;
  readonly now: () => number;
};

function authority({ district, certificate, issuer, until, paths, now }: Parts): Authority {
  const list = async (): Promise<readonly RegisterEntry[]> => parseRegister((await readIfThere(paths.register)) ?? '');
  const find = async (serial: string): Promise<RegisterEntry> => {
    const found = (await list()).find((entry) => entry.serial === serial);
    if (found) return found;
    throw new FengsuiError('NOT_FOUND', `no certificate with the serial number ${serial} was issued here`);
  };
  const alone = inTurn(paths.lock);

  const issue = async (holder: Holder, proof: KeyProof, options: IssueOptions = {}): Promise<IssuedCertificate> => {
    const publicKey = keyIn(proof, holder);
    const issuedAt = now();
    const notAfter = Math.min(issuedAt + checkedDays(options.days ?? daysOf[holder.kind]) * day, until);
    return alone(async () => {
      refuseOther(await list(), holder, issuedAt);
      const serial = newSerial();
      const subject = { commonName: commonName(holder), organization: district, unit: townOf(holder) };
      const purpose = holder.kind === 'broker' ? { hosts: holder.hosts } : 'client';
      const der = await makeCertificate({ serial, subject, publicKey, purpose, notBefore, notAfter }, issuer);
      const issued = { serial, holder, issuedAt, notAfter };
      // In the register before anybody can have it: what is not known cannot be revoked.
      await appendLine(paths.register, issuedLine(issued));
      const pem = toPem('CERTIFICATE', der);
      await makeSecretFolder(paths.issued);
      await writeNew(paths.issuedFile(serial), pem, 0o644);
      return { ...issued, certificate: pem };
    });
  };

  return {
    district,
    certificate,
    list,
    issue,
    async renew(serial, { proof, days } = {}) {
      const { holder, revoked } = await find(serial);
      if (revoked)
        throw new FengsuiError('FORBIDDEN', `${serial} was revoked: issue a certificate for a new key instead`);
      return issue(holder, proof ?? { publicKey: await publicKeyIn(paths.issuedFile(serial)) }, { days });
    },
    revoke: (serial, why) =>
      alone(async () => {
        if ((await find(serial)).revoked) return;
        const last = Math.max(0, ...(await list()).map(({ revoked }) => revoked?.at ?? 0));
        // Each in a second of its own, see `revocationList`.
        await appendLine(paths.register, revokedLine(serial, Math.max(now(), last + 1_000), why));
      }),
    async revocationList() {
      const revocations = (await list()).flatMap(({ serial, revoked }) => (revoked ? [{ serial, ...revoked }] : []));
      const last = Math.max(0, ...revocations.map(({ at }) => at));
      // Of two lists the broker goes by the one with the later date, so each revocation must move it; a day back, so
      // that a broker whose clock is behind does not take the list for one of the future and refuse everybody.
      const thisUpdate = Math.max(notBefore, Math.min(last, now()) - day);
      const spec = { number: revocations.length, thisUpdate, nextUpdate: until, revocations };
      return toPem('X509 CRL', await makeRevocationList(spec, issuer));
    },
  };
}

const pathsIn = (folder: string) => ({
  key: join(folder, 'ca.key'),
  certificate: join(folder, 'ca.pem'),
  register: join(folder, 'register.jsonl'),
  lock: join(folder, 'lock'),
  issued: join(folder, 'issued'),
  issuedFile: (serial: string) => join(folder, 'issued', `${serial}.pem`),
});

/** One after the other in this process, and alone among processes. */
function inTurn(lock: string) {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(() => exclusively(lock, work));
    last = mine.catch(describeError); // told to whoever asked for it
    return mine;
  };
}

function keyIn(proof: KeyProof, holder: Holder): KeyObject {
  if ('publicKey' in proof) return publicKeyOf(proof.publicKey);
  const { publicKey, commonName: asked } = readRequest(proof.request);
  const name = commonName(holder);
  if (asked === undefined || asked === name) return publicKey;
  throw new FengsuiError('INVALID', `the certificate request is by “${asked}”, not by “${name}”`);
}

/** A name stands for one place: with two, the broker's rules would allow whoever has one of the keys both. */
function refuseOther(entries: readonly RegisterEntry[], holder: Holder, now: number): void {
  const other = entries.find(
    (entry) =>
      !entry.revoked &&
      entry.notAfter > now &&
      commonName(entry.holder) === commonName(holder) &&
      !sameHolder(entry.holder, holder),
  );
  if (other)
    throw new FengsuiError(
      'CONFLICT',
      `“${commonName(holder)}” is in town ${townOf(other.holder)} by certificate ${other.serial}; revoke that first`,
      { details: { serial: other.serial } },
    );
}

function checkedDays(days: number): number {
  if (Number.isInteger(days) && days >= 1 && days <= authorityDays) return days;
  throw new FengsuiError('INVALID', `${days} days: expected a whole number from 1 to ${authorityDays}`);
}

async function publicKeyIn(file: string): Promise<string> {
  const pem = await readIfThere(file);
  if (pem === undefined)
    throw new FengsuiError('NOT_FOUND', `there is no ${file}; show the key anew with a certificate request`);
  return new X509Certificate(pem).publicKey.export({ format: 'pem', type: 'spki' }).toString();
}

async function newSigner(path: string): Promise<AuthoritySigner> {
  const key = newKey();
  await writeNew(path, keyText(key), 0o600);
  return signerOf(key);
}

const signerOf = (key: KeyObject): AuthoritySigner => ({
  publicKey: publicText(key),
  sign: async (bytes) => Uint8Array.from(signWith(key, bytes)),
});
