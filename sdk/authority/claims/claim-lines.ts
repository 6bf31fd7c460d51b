import { isKeyOfClaim } from '../../identity/claim/claim-key.ts';
import { operatorIn, type SiteOperator } from '../../identity/claim/site-facts.ts';
import { FengsuiError } from '../../model/errors.ts';
import { type GatewayId, gatewayId, type TownCode, townCode } from '../../model/ids.ts';
import { fieldsOf, isText } from '../../wire/parse.ts';
import type { Claim } from './claim.ts';

/** What the authority keeps of a claim. Neither the code nor anything that could take its place is in it. */
export type KeptClaim = {
  readonly id: string;
  /** Of the key that is derived from the code, base64. */
  readonly publicKey: string;
  readonly gateway: GatewayId;
  readonly town: TownCode;
  readonly name: string;
  readonly village?: string | undefined;
  readonly createdAt: number;
  readonly notAfter: number;
  readonly ticket: string;
  /** What the next claim is made with unless it says otherwise. */
  readonly site: KeptSite;
  readonly cancelled?: true;
  /** SHA-256 of the gateway’s public key that came with it, hex. */
  readonly usedBy?: string;
  readonly serial?: string;
};

export type KeptSite = {
  readonly brokers: readonly string[];
  readonly operators: readonly SiteOperator[];
  readonly service: string;
};

export const createdLine = (claim: KeptClaim): string => {
  const { id, createdAt, notAfter, ...rest } = claim;
  return line({ claimed: timeText(createdAt), claim: id, ...rest, notAfter: timeText(notAfter) });
};
export const cancelledLine = (id: string, at: number): string => line({ cancelled: timeText(at), claim: id });
export const usedLine = (id: string, at: number, usedBy: string): string =>
  line({ used: timeText(at), claim: id, by: usedBy });
export const issuedLine = (id: string, at: number, serial: string): string =>
  line({ issued: timeText(at), claim: id, serial });

/**
 * What the lines say, in the order in which the claims were made. What stands behind the last line end was cut off before
 * anybody was told.
 * @throws FengsuiError PROTOCOL for any other line that makes no sense: it may say that a claim was cancelled or used.
 */
export function parseClaims(text: string): readonly KeptClaim[] {
  const claims = new Map<string, KeptClaim>();
  for (const [i, entry] of text.split('\n').slice(0, -1).entries()) {
    try {
      const f = fieldsOf(JSON.parse(entry), 'claim');
      const id = f.text('claim');
      const known = claims.get(id);
      claims.set(id, known ? changed(known, f) : created(id, f));
    } catch (cause) {
      throw new FengsuiError(
        'PROTOCOL',
        `line ${i + 1} of the claims makes no sense; put claims.jsonl back from your copy, as it may say that a claim was cancelled`,
        { cause },
      );
    }
  }
  return [...claims.values()];
}

type Fields = ReturnType<typeof fieldsOf>;

function created(id: string, f: Fields): KeptClaim {
  const publicKey = f.text('publicKey');
  if (!isKeyOfClaim(publicKey, id)) throw new FengsuiError('PROTOCOL', 'the key is not that of the claim');
  const site = f.fields('site');
  return {
    id,
    publicKey,
    gateway: gatewayId(f.text('gateway')),
    town: townCode(f.text('town')),
    name: f.text('name'),
    ...(f.has('village') && { village: f.text('village') }),
    createdAt: timeIn(f, 'claimed'),
    notAfter: timeIn(f, 'notAfter'),
    ticket: f.text('ticket'),
    site: {
      brokers: site.list('brokers').filter(isText),
      operators: site.list('operators').map((one) => operatorIn(fieldsOf(one, 'operator'))),
      service: site.text('service'),
    },
  };
}

function changed(known: KeptClaim, f: Fields): KeptClaim {
  if (f.has('cancelled')) return { ...known, cancelled: true };
  if (f.has('used')) return { ...known, usedBy: f.text('by') };
  timeIn(f, 'issued');
  return { ...known, serial: f.text('serial') };
}

/** @param now the authority’s clock, Unix ms */
export function claimOf(kept: KeptClaim, now: number): Claim {
  const { id, gateway, town, name, village, createdAt, notAfter, serial } = kept;
  return { id, gateway, town, name, village, createdAt, notAfter, serial, state: stateOf(kept, now) };
}

function stateOf({ cancelled, usedBy, notAfter }: KeptClaim, now: number): Claim['state'] {
  if (cancelled) return 'cancelled';
  if (usedBy !== undefined) return 'used';
  return notAfter <= now ? 'expired' : 'open';
}

function timeIn(f: Fields, name: string): number {
  const at = Date.parse(f.text(name));
  if (Number.isNaN(at)) throw new FengsuiError('PROTOCOL', `${name}: no time`);
  return at;
}

const timeText = (at: number): string => new Date(at).toISOString();
const line = (fields: Readonly<Record<string, unknown>>): string => `${JSON.stringify(fields)}\n`;
