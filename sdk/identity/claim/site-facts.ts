import { X509Certificate } from 'node:crypto';
import { isOperatorRole, type OperatorRole, operatorRoles } from '../../model/command.ts';
import { FengsuiError } from '../../model/errors.ts';
import {
  type DistrictCode,
  districtCode,
  type GatewayId,
  gatewayId,
  type TownCode,
  townCode,
  villageCode,
} from '../../model/ids.ts';
import { decodeCbor, encodeCbor } from '../../wire/cbor.ts';
import { type Fields, fieldsOf, isText, mapOf } from '../../wire/parse.ts';
import { isBase64Key } from './ed25519.ts';

/** Whose signed commands and receipts a gateway takes. */
export type SiteOperator = {
  readonly name: string;
  /** Ed25519, 32 bytes in base64. */
  readonly key: string;
  /** What the key may be used for: all but `life-safety` unless given. */
  readonly roles?: readonly OperatorRole[] | undefined;
};

/** What a gateway has to know to become part of its district. */
export type SiteFacts = {
  readonly gateway: GatewayId;
  readonly district: DistrictCode;
  readonly town: TownCode;
  /** What people call it, at most 100 characters. */
  readonly name: string;
  /** Village or community within the town, three digits. */
  readonly village?: string | undefined;
  /** `mqtts://host:port`, one to four. */
  readonly brokers: readonly string[];
  /** At most 20. */
  readonly operators: readonly SiteOperator[];
  /** Certificate of the district’s authority, PEM. */
  readonly authority: string;
  /** Where the gateway is enrolled: `https://host:port` or `http://…`. */
  readonly service: string;
  /** When the claim ends, in Unix ms, by the authority’s clock. */
  readonly notAfter: number;
};

const mostBrokers = 4;
const mostOperators = 20;

export const encodeFacts = (facts: SiteFacts): Uint8Array =>
  encodeCbor(
    mapOf([
      ['gateway', facts.gateway],
      ['district', facts.district],
      ['town', facts.town],
      ['name', facts.name],
      ['village', facts.village],
      ['brokers', facts.brokers],
      [
        'operators',
        facts.operators.map(({ name, key, roles }) =>
          mapOf([
            ['name', name],
            ['key', key],
            ['roles', roles],
          ]),
        ),
      ],
      ['authority', facts.authority],
      ['service', facts.service],
      ['notAfter', facts.notAfter],
    ]),
  );

/** @throws FengsuiError PROTOCOL | INVALID */
export function decodeFacts(bytes: Uint8Array): SiteFacts {
  const f = fieldsOf(decodeCbor(bytes), 'site facts');
  return checkedFacts({
    gateway: f.text('gateway'),
    district: f.text('district'),
    town: f.text('town'),
    name: f.text('name'),
    ...(f.has('village') && { village: f.text('village') }),
    brokers: f.list('brokers').filter(isText),
    operators: f.list('operators').map((one, i) => operatorIn(fieldsOf(one, `site facts.operators[${i}]`))),
    authority: f.text('authority'),
    service: f.text('service'),
    notAfter: f.count('notAfter'),
  });
}

/** @throws FengsuiError PROTOCOL for what is no operator; INVALID for a role that this version does not know */
export const operatorIn = (f: Fields): SiteOperator => ({
  name: f.text('name'),
  key: f.text('key'),
  ...(f.has('roles') && { roles: f.list('roles').map(roleIn) }),
});

/** @throws FengsuiError INVALID */
export function roleIn(role: unknown): OperatorRole {
  if (isText(role) && isOperatorRole(role)) return role;
  throw invalid(`${quoted(String(role))} is no role of an operator: expected ${operatorRoles.join(', ')}`);
}

/** The same before its ids were looked at. */
export type SiteFactsText = Omit<SiteFacts, 'gateway' | 'district' | 'town'> & {
  readonly gateway: string;
  readonly district: string;
  readonly town: string;
};

/** @throws FengsuiError INVALID with what is wrong */
export function checkedFacts(text: SiteFactsText): SiteFacts {
  const ids = { gateway: gatewayId(text.gateway), district: districtCode(text.district), town: townCode(text.town) };
  shortText('name', text.name);
  if (text.village !== undefined) villageCode(text.village);
  someOf('brokers', text.brokers, mostBrokers);
  const noBroker = text.brokers.find((url) => !/^mqtts?:\/\/[^\s/]{1,250}$/.test(url));
  if (noBroker !== undefined) throw invalid(`${quoted(noBroker)} is no broker: expected mqtts://host:port`);
  if (text.operators.length > mostOperators) throw invalid(`more than ${mostOperators} operators`);
  for (const { name, key, roles } of text.operators) {
    if (name === '' || name.length > 64) throw invalid(`operator ${quoted(name)}: expected a name of 1–64 characters`);
    if (!isBase64Key(key)) throw invalid(`operator “${name}”: expected an Ed25519 public key, 32 bytes in base64`);
    roles?.forEach(roleIn);
  }
  serviceUrl(text.service);
  certificateIn(text.authority);
  return { ...text, ...ids };
}

/** @throws FengsuiError INVALID */
export function serviceUrl(text: string): URL {
  const url = URL.canParse(text) && text.length <= 250 ? new URL(text) : undefined;
  if (url && ['http:', 'https:'].includes(url.protocol) && url.username === '') return url;
  throw invalid(`${quoted(text)} is no address of an enrolment service: expected https://host:port`);
}

function certificateIn(pem: string): void {
  try {
    if (new X509Certificate(pem).ca) return;
  } catch (cause) {
    throw new FengsuiError('INVALID', 'the authority’s certificate cannot be read', { cause });
  }
  throw invalid('the certificate is not that of an authority');
}

function shortText(what: string, text: string): void {
  if (text === '' || text.length > 100 || /\p{Cc}/u.test(text))
    throw invalid(`${what} ${quoted(text)}: expected 1–100 characters on one line`);
}

function someOf(what: string, list: readonly string[], most: number): void {
  if (list.length === 0 || list.length > most) throw invalid(`${what}: expected one to ${most}, got ${list.length}`);
}

const quoted = (text: string): string => JSON.stringify(text.slice(0, 100));
const invalid = (what: string): FengsuiError => new FengsuiError('INVALID', what);
