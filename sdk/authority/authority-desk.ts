import { type KeyObject, X509Certificate } from 'node:crypto';
import { toPem } from '../identity/pem.ts';
import { publicKeyOf } from '../identity/public-key.ts';
import { appendLine, exclusively, makeSecretFolder, readIfThere, writeNew } from '../identity/secret-files.ts';
import { describeError, FengsuiError } from '../model/errors.ts';
import type { DistrictCode } from '../model/ids.ts';
import type { Authority, IssueOptions, KeyProof } from './authority.ts';
import type { AuthorityPaths } from './authority-paths.ts';
import { claimDesk } from './claims/claim-desk.ts';
import { commonName, type Holder, sameHolder, townOf } from './holder.ts';
import { type IssuedCertificate, issuedLine, parseRegister, type RegisterEntry, revokedLine } from './register.ts';
import { type Issuer, makeCertificate, newSerial } from './x509/certificate.ts';
import { readRequest } from './x509/request.ts';
import { makeRevocationList, type RevocationReason } from './x509/revocation-list.ts';

export type AuthorityParts = {
  readonly district: DistrictCode;
  /** The authority's own, PEM. */
  readonly certificate: string;
  readonly issuer: Issuer;
  /** When its own certificate ends, in Unix ms. */
  readonly until: number;
  readonly paths: AuthorityPaths;
  readonly now: () => number;
};

export const day = 86_400_000;
/** A certificate must not be too young for a gateway whose clock wakes at the beginning of Unix time. */
export const notBefore = 0;
export const authorityDays = 18_250;
/** A certificate that is so much of its time younger or older than what is asked for is as good. */
const littleTime = 0.1;
const daysOf = { gateway: 3_650, broker: 3_650, district: 730, town: 730 } as const;

/** An authority at work on its folder. */
export function authorityDesk(parts: AuthorityParts): Authority {
  const { district, certificate, paths } = parts;
  const desk: Desk = { ...parts, alone: inTurn(paths.lock), list: () => entriesIn(paths.register) };
  return {
    district,
    certificate,
    list: desk.list,
    issue: (holder, proof, options = {}) => issue(desk, holder, proof, options),
    renew: (serial, options = {}) => renew(desk, serial, options),
    revoke: (serial, why) => desk.alone(() => revoke(desk, serial, why)),
    revocationList: () => revocationList(desk),
    claims: claimDesk({
      district,
      certificate,
      file: paths.claims,
      now: desk.now,
      alone: desk.alone,
      refuseOther: async (holder) => refuseOther(await desk.list(), holder, desk.now()),
      issue: (holder, publicKey) => issueAlone(desk, holder, publicKey, endOf(desk, holder)),
      issued: (serial) => issuedBefore(desk, serial),
    }),
  };
}

type Desk = AuthorityParts & {
  readonly alone: ReturnType<typeof inTurn>;
  readonly list: () => Promise<readonly RegisterEntry[]>;
};

async function issue(desk: Desk, holder: Holder, proof: KeyProof, options: IssueOptions): Promise<IssuedCertificate> {
  const publicKey = keyIn(proof, holder);
  const notAfter = endOf(desk, holder, options.days);
  return desk.alone(() => issueAlone(desk, holder, publicKey, notAfter));
}

const endOf = ({ now, until }: Desk, { kind }: Holder, days?: number): number =>
  Math.min(now() + checkedDays(days ?? daysOf[kind]) * day, until);

/** For work that is alone already. */
async function issueAlone(
  desk: Desk,
  holder: Holder,
  publicKey: KeyObject,
  notAfter: number,
): Promise<IssuedCertificate> {
  const { district, issuer, paths } = desk;
  const issuedAt = desk.now();
  refuseOther(await desk.list(), holder, issuedAt);
  const serial = newSerial();
  const subject = { commonName: commonName(holder), organization: district, unit: townOf(holder) };
  const purpose = holder.kind === 'broker' ? { hosts: holder.hosts } : 'client';
  const der = await makeCertificate({ serial, subject, publicKey, purpose, notBefore, notAfter }, issuer);
  const issued = { serial, holder, issuedAt, notAfter };
  // In the register before anybody can have it: what is not known cannot be revoked.
  await appendLine(paths.register, issuedLine(issued));
  const certificate = toPem('CERTIFICATE', der);
  await makeSecretFolder(paths.issued);
  await writeNew(paths.issuedFile(serial), certificate, 0o644);
  return { ...issued, certificate };
}

async function issuedBefore(desk: Desk, serial: string): Promise<IssuedCertificate> {
  const { holder, issuedAt, notAfter, revoked } = await find(desk, serial);
  if (revoked) throw new FengsuiError('FORBIDDEN', `the certificate ${serial} was revoked: ask for a new claim code`);
  return { serial, holder, issuedAt, notAfter, certificate: await certificateIn(desk.paths.issuedFile(serial)) };
}

async function renew(
  desk: Desk,
  serial: string,
  { proof, days }: IssueOptions & { readonly proof?: KeyProof | undefined },
): Promise<IssuedCertificate> {
  const { holder, revoked } = await find(desk, serial);
  if (revoked) throw new FengsuiError('FORBIDDEN', `${serial} was revoked: issue a certificate for a new key instead`);
  if (!proof) return issue(desk, holder, { publicKey: await publicKeyIn(desk.paths.issuedFile(serial)) }, { days });
  const publicKey = keyIn(proof, holder);
  const notAfter = endOf(desk, holder, days);
  return desk.alone(
    async () =>
      (await givenBefore(desk, { holder, publicKey, notAfter })) ?? issueAlone(desk, holder, publicKey, notAfter),
  );
}

/** Whoever asks for the same again has not got it: a command that nobody answers must not fill the register. */
async function givenBefore(
  { paths, list, now }: Desk,
  wanted: { readonly holder: Holder; readonly publicKey: KeyObject; readonly notAfter: number },
): Promise<IssuedCertificate | undefined> {
  const { holder, publicKey, notAfter } = wanted;
  const asGood = (notAfter - now()) * littleTime;
  const alike = (await list()).filter(
    (entry) => !entry.revoked && sameHolder(entry.holder, holder) && Math.abs(entry.notAfter - notAfter) <= asGood,
  );
  for (const entry of alike) {
    const certificate = await readIfThere(paths.issuedFile(entry.serial));
    if (certificate !== undefined && new X509Certificate(certificate).publicKey.equals(publicKey))
      return { ...entry, certificate };
  }
  return undefined;
}

async function revoke(desk: Desk, serial: string, why: RevocationReason): Promise<void> {
  if ((await find(desk, serial)).revoked) return;
  const last = Math.max(0, ...(await desk.list()).map(({ revoked }) => revoked?.at ?? 0));
  // Each in a second of its own, see `revocationList`.
  await appendLine(desk.paths.register, revokedLine(serial, Math.max(desk.now(), last + 1_000), why));
}

async function revocationList({ list, now, until, issuer }: Desk): Promise<string> {
  const revocations = (await list()).flatMap(({ serial, revoked }) => (revoked ? [{ serial, ...revoked }] : []));
  const last = Math.max(0, ...revocations.map(({ at }) => at));
  // Of two lists the broker goes by the one with the later date, so each revocation must move it; a day back, so
  // that a broker whose clock is behind does not take the list for one of the future and refuse everybody.
  const thisUpdate = Math.max(notBefore, Math.min(last, now()) - day);
  const spec = { number: revocations.length, thisUpdate, nextUpdate: until, revocations };
  return toPem('X509 CRL', await makeRevocationList(spec, issuer));
}

async function find({ list }: Desk, serial: string): Promise<RegisterEntry> {
  const found = (await list()).find((entry) => entry.serial === serial);
  if (found) return found;
  throw new FengsuiError('NOT_FOUND', `no certificate with the serial number ${serial} was issued here`);
}

const entriesIn = async (register: string): Promise<readonly RegisterEntry[]> =>
  parseRegister((await readIfThere(register)) ?? '');

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

async function certificateIn(file: string): Promise<string> {
  const pem = await readIfThere(file);
  if (pem !== undefined) return pem;
  throw new FengsuiError('NOT_FOUND', `there is no ${file}; show the key anew with a certificate request`);
}

const publicKeyIn = async (file: string): Promise<string> =>
  new X509Certificate(await certificateIn(file)).publicKey.export({ format: 'pem', type: 'spki' }).toString();
