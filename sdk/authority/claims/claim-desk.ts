import { createHash, type KeyObject } from 'node:crypto';
import { claimCodeText, newClaimCode } from '../../identity/claim/claim-code.ts';
import { claimKey, isSignedByClaim } from '../../identity/claim/claim-key.ts';
import { claimLinkText } from '../../identity/claim/claim-link.ts';
import { decodeEnrolment, enrolmentBytes } from '../../identity/claim/enrolment.ts';
import { checkedFacts } from '../../identity/claim/site-facts.ts';
import { makeTicket } from '../../identity/claim/ticket.ts';
import { spkiOf } from '../../identity/public-key.ts';
import { appendLine, readIfThere, sizeOf } from '../../identity/secret-files.ts';
import { FengsuiError } from '../../model/errors.ts';
import type { DistrictCode } from '../../model/ids.ts';
import { type Holder, holderOf } from '../holder.ts';
import type { IssuedCertificate } from '../register.ts';
import { readRequest } from '../x509/request.ts';
import type { Claim, Claims, MadeClaim, NewClaim, Redeemed } from './claim.ts';
import {
  cancelledLine,
  claimOf,
  createdLine,
  issuedLine,
  type KeptClaim,
  type KeptSite,
  parseClaims,
  usedLine,
} from './claim-lines.ts';

export type ClaimParts = {
  readonly district: DistrictCode;
  /** Certificate of the authority, PEM. */
  readonly certificate: string;
  /** `claims.jsonl` */
  readonly file: string;
  readonly now: () => number;
  /** Runs work alone among all processes that have this authority. */
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>;
  /** @throws FengsuiError CONFLICT when the name is in use for another place */
  readonly refuseOther: (holder: Holder) => Promise<void>;
  /** Signs, for work that is alone already. */
  readonly issue: (holder: Holder, publicKey: KeyObject) => Promise<IssuedCertificate>;
  /** A certificate that was issued before. */
  readonly issued: (serial: string) => Promise<IssuedCertificate>;
};

const hour = 3_600_000;
const usualHours = 24;
const mostHours = 720;

/** The claims of an authority, kept in its folder. */
export function claimDesk(parts: ClaimParts): Claims {
  const desk: Desk = { ...parts, kept: keptIn(parts.file) };
  const { now, alone, kept } = desk;
  return {
    create: (claim) => alone(() => create(desk, claim)),
    list: async () => (await kept()).map((claim) => claimOf(claim, now())),
    cancel: (which) => alone(() => cancel(desk, which)),
    redeem: (request) => redeem(desk, request),
  };
}

type Desk = ClaimParts & { readonly kept: () => Promise<readonly KeptClaim[]> };

/** Whoever sends nonsense must not have the file read each time: it is only ever added to, so its size tells. */
function keptIn(file: string): Desk['kept'] {
  let last: { readonly size: number; readonly claims: readonly KeptClaim[] } = { size: 0, claims: [] };
  return async () => {
    if ((await sizeOf(file)) === last.size) return last.claims;
    const text = (await readIfThere(file)) ?? '';
    last = { size: Buffer.byteLength(text), claims: parseClaims(text) };
    return last.claims;
  };
}

async function create(parts: Desk, wanted: NewClaim): Promise<MadeClaim> {
  const { district, certificate: authority, now, file } = parts;
  const earlier = await parts.kept();
  const site = siteOf(wanted, earlier.at(-1)?.site);
  const createdAt = now();
  const { gateway, town, name, village } = wanted;
  const notAfter = createdAt + checkedHours(wanted.hours ?? usualHours) * hour;
  const facts = checkedFacts({ gateway, district, town, name, village, ...site, authority, notAfter });
  await parts.refuseOther(holderOf({ kind: 'gateway', name: gateway, town }));
  refuseOpen(earlier, facts.gateway, createdAt);
  const code = newClaimCode();
  const key = claimKey(code);
  const ticket = makeTicket(facts, key);
  const kept: KeptClaim = {
    id: key.id,
    publicKey: key.publicKey,
    gateway: facts.gateway,
    town: facts.town,
    name,
    village,
    createdAt,
    notAfter,
    ticket,
    site,
  };
  await appendLine(file, createdLine(kept));
  const link = claimLinkText({ code, gateway: facts.gateway, service: site.service });
  return { ...claimOf(kept, createdAt), code: claimCodeText(code), link, ticket };
}

function siteOf(wanted: NewClaim, last: KeptSite | undefined): KeptSite {
  const service = wanted.service ?? last?.service;
  const brokers = wanted.brokers ?? last?.brokers;
  if (service === undefined || brokers === undefined)
    throw new FengsuiError(
      'INVALID',
      'the first claim of an authority has to say where the brokers and the enrolment service are; later ones take it over',
    );
  return { service, brokers, operators: wanted.operators ?? last?.operators ?? [] };
}

function checkedHours(hours: number): number {
  if (hours >= 1 && hours <= mostHours) return hours;
  throw new FengsuiError('INVALID', `${hours} hours: expected 1 to ${mostHours}`);
}

function refuseOpen(claims: readonly KeptClaim[], gateway: string, now: number): void {
  const open = claims.find((kept) => kept.gateway === gateway && claimOf(kept, now).state === 'open');
  if (open)
    throw new FengsuiError(
      'CONFLICT',
      `“${gateway}” has a claim code that was not used yet (${open.id}). Is it lost? Cancel it first`,
      { details: { claim: open.id } },
    );
}

async function cancel({ file, now, kept: all }: Desk, which: string): Promise<readonly Claim[]> {
  const at = now();
  const open = (await all()).filter(
    (kept) => (kept.id === which || kept.gateway === which) && claimOf(kept, at).state === 'open',
  );
  if (open.length === 0)
    throw new FengsuiError(
      'NOT_FOUND',
      `“${which}” has no open claim: it was used, cancelled, has expired or was never made`,
    );
  for (const { id } of open) await appendLine(file, cancelledLine(id, at));
  return open.map((kept) => claimOf({ ...kept, cancelled: true }, at));
}

async function redeem(parts: Desk, bytes: Uint8Array): Promise<Redeemed> {
  const { claim: id, request, signature } = decodeEnrolment(bytes);
  const early = await find(parts, id);
  if (!isSignedByClaim(early.publicKey, enrolmentBytes(id, request), signature))
    throw new FengsuiError('FORBIDDEN', 'this was not made with the code of the claim, or was changed on its way');
  const publicKey = keyOf(request, early);
  const usedBy = createHash('sha256').update(spkiOf(publicKey)).digest('hex');
  return parts.alone(async () => {
    const kept = await find(parts, id); // whoever was before us may have changed it
    refuseSpent(kept, usedBy, parts.now());
    return give(parts, kept, { publicKey, usedBy });
  });
}

async function give(
  parts: Desk,
  kept: KeptClaim,
  { publicKey, usedBy }: { readonly publicKey: KeyObject; readonly usedBy: string },
): Promise<Redeemed> {
  const { file, now } = parts;
  const used = { ...kept, usedBy };
  const told = (issued: IssuedCertificate, again: boolean): Redeemed => ({
    claim: claimOf({ ...used, serial: issued.serial }, now()),
    ticket: kept.ticket,
    issued,
    again,
  });
  if (kept.serial !== undefined) return told(await parts.issued(kept.serial), true);
  const holder = holderOf({ kind: 'gateway', name: kept.gateway, town: kept.town });
  // Bound to this key before there is a certificate, so that no power cut leaves two keys with one.
  if (kept.usedBy === undefined) await appendLine(file, usedLine(kept.id, now(), usedBy));
  const issued = await parts.issue(holder, publicKey);
  await appendLine(file, issuedLine(kept.id, now(), issued.serial));
  return told(issued, false);
}

async function find({ kept: all }: Desk, id: string): Promise<KeptClaim> {
  const found = (await all()).find((kept) => kept.id === id);
  if (found) return found;
  throw new FengsuiError(
    'CLAIM_UNKNOWN',
    'this authority has made no such code: was it typed for the gateway of another district? Else ask for a new one',
  );
}

function keyOf(request: string, { gateway }: KeptClaim): KeyObject {
  const { publicKey, commonName } = readRequest(request);
  if (commonName === undefined || commonName === gateway) return publicKey;
  throw new FengsuiError(
    'FORBIDDEN',
    `the code is for “${gateway}”, and the gateway that came with it is “${commonName.slice(0, 64)}”`,
  );
}

/** A certificate may be asked for again, by the same key, as long as the code is good: its reply may have been lost. */
function refuseSpent(kept: KeptClaim, usedBy: string, now: number): void {
  const { gateway, cancelled, notAfter } = kept;
  if (cancelled)
    throw new FengsuiError('CLAIM_CANCELLED', `the code for “${gateway}” was cancelled: ask for a new one`);
  if (kept.usedBy !== undefined && kept.usedBy !== usedBy)
    throw new FengsuiError(
      'CLAIM_USED',
      `the code for “${gateway}” was used by another gateway. Was that you, before its key was lost? Ask for a new one. If not, somebody else has read the code: have certificate ${kept.serial ?? 'of that name'} revoked`,
      { details: { claim: kept.id, gateway, serial: kept.serial } },
    );
  if (notAfter <= now)
    throw new FengsuiError('CLAIM_EXPIRED', `the code for “${gateway}” has expired: ask for a new one`);
}
