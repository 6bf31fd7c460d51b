import { isIP } from 'node:net';
import { FengsuiError } from '../model/errors.ts';
import { type GatewayId, gatewayId, type TownCode, townCode } from '../model/ids.ts';

/**
 * Who a certificate is for: a gateway of a town, one process of the district’s platform, one process of a town’s
 * command centre, or the broker itself, known by its host names and addresses.
 */
export type Holder =
  | { readonly kind: 'gateway'; readonly name: GatewayId; readonly town: TownCode }
  | { readonly kind: 'district'; readonly name: string }
  | { readonly kind: 'town'; readonly name: string; readonly town: TownCode }
  | { readonly kind: 'broker'; readonly name: string; readonly hosts: readonly string[] };

export const holderKinds = ['gateway', 'district', 'town', 'broker'] as const satisfies readonly Holder['kind'][];

/** A holder as people and files write it. `town` belongs to gateways and towns, `hosts` to brokers. */
export type HolderText = {
  readonly kind: string;
  readonly name: string;
  readonly town?: string | undefined;
  readonly hosts?: readonly string[] | undefined;
};

/** @throws FengsuiError INVALID */
export function holderOf({ kind: text, name, town, hosts }: HolderText): Holder {
  const kind = holderKinds.find((known) => known === text);
  if (kind === undefined) throw invalid(`${JSON.stringify(text)} is no holder: expected ${holderKinds.join(', ')}`);
  const hasTown = kind === 'gateway' || kind === 'town';
  if (hasTown !== (town !== undefined))
    throw invalid(hasTown ? `a ${kind} needs its town` : `a ${kind} is of no single town: leave the town out`);
  if ((kind === 'broker') !== (hosts !== undefined))
    throw invalid(
      kind === 'broker' ? 'a broker needs the host names it is reached by' : `a ${kind} has no host names of its own`,
    );
  switch (kind) {
    case 'gateway':
      return { kind, name: gatewayId(name), town: townCode(town ?? '') };
    case 'town':
      return { kind, name: processName(name), town: townCode(town ?? '') };
    case 'district':
      return { kind, name: processName(name) };
    case 'broker':
      return { kind, name: processName(name), hosts: hostsOf(hosts ?? []) };
  }
}

/**
 * The common name of the certificate, which is the user name that the broker’s rules go by. A gateway’s is its id, as
 * it is. The dot in the others’ keeps them apart from every gateway, as no id has one.
 */
export const commonName = (holder: Holder): string =>
  holder.kind === 'gateway' ? holder.name : `${holder.kind}.${holder.name}`;

export const townOf = (holder: Holder): TownCode | undefined =>
  holder.kind === 'gateway' || holder.kind === 'town' ? holder.town : undefined;

/** Whether both mean the same place in the district, so that a certificate of one may stand beside that of the other. */
export const sameHolder = (a: Holder, b: Holder): boolean => commonName(a) === commonName(b) && townOf(a) === townOf(b);

const processName = (name: string): string => {
  if (/^[a-z0-9][a-z0-9-]{0,47}$/.test(name)) return name;
  throw invalid(
    `name ${JSON.stringify(name)} is not valid: expected lower-case letters, digits and hyphens, at most 48, starting with a letter or digit`,
  );
};

/** DNS names (RFC 1123, no wildcards) and IP addresses. */
function hostsOf(hosts: readonly string[]): readonly string[] {
  if (hosts.length === 0) throw invalid('a broker needs the host names it is reached by');
  const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
  const dns = new RegExp(`^${label}(?:\\.${label})*$`);
  const wrong = hosts.find((host) => isIP(host) === 0 && (host.length > 253 || !dns.test(host)));
  if (wrong !== undefined) throw invalid(`${JSON.stringify(wrong)} is no host name and no address`);
  return hosts;
}

const invalid = (what: string): FengsuiError => new FengsuiError('INVALID', what);
