import { FengsuiError } from '../model/errors.ts';
import { type Holder, holderOf } from './holder.ts';
import { isRevocationReason, type RevocationReason } from './x509/revocation-list.ts';

/** A certificate that was issued. Times are Unix ms. */
export type Issued = {
  /** 32 hexadecimal digits. */
  readonly serial: string;
  readonly holder: Holder;
  readonly issuedAt: number;
  readonly notAfter: number;
};
export type IssuedCertificate = Issued & {
  /** PEM. */
  readonly certificate: string;
};
export type RegisterEntry = Issued & {
  readonly revoked?: { readonly at: number; readonly why: RevocationReason };
};

/** `ending`: valid, but not for long. */
export type CertificateState = 'valid' | 'ending' | 'expired' | 'revoked';

/** A certificate that ends within so many milliseconds should be renewed: 90 days. */
const endingWithin = 90 * 86_400_000;

export function stateOf({ revoked, notAfter }: RegisterEntry, now: number): CertificateState {
  if (revoked) return 'revoked';
  if (notAfter <= now) return 'expired';
  return notAfter - now <= endingWithin ? 'ending' : 'valid';
}

/** One line of the register, with its end. */
export const issuedLine = ({ serial, holder, issuedAt, notAfter }: Issued): string =>
  `${JSON.stringify({ issued: timeText(issuedAt), serial, ...holder, notAfter: timeText(notAfter) })}\n`;

export const revokedLine = (serial: string, at: number, why: RevocationReason): string =>
  `${JSON.stringify({ revoked: timeText(at), serial, why })}\n`;

/**
 * What the lines of a register say, in the order of issue. What stands behind the last line end was cut off by a power
 * failure before anybody was given a certificate, and is left out.
 * @throws FengsuiError PROTOCOL for any other line that makes no sense: a revocation may be in it.
 */
export function parseRegister(text: string): readonly RegisterEntry[] {
  const entries = new Map<string, RegisterEntry>();
  for (const [i, line] of text.split('\n').slice(0, -1).entries()) {
    const fields = fieldsOf(line);
    const serial = textIn(fields, 'serial') ?? '';
    const known = entries.get(serial);
    const entry = known ? revocationIn(fields, known) : issueIn(fields, serial);
    if (!entry)
      throw new FengsuiError(
        'PROTOCOL',
        `line ${i + 1} of the register makes no sense; put the register back from your copy, as a revocation may be in this line`,
      );
    entries.set(serial, entry);
  }
  return [...entries.values()];
}

function issueIn(fields: Fields, serial: string): RegisterEntry | undefined {
  const issuedAt = timeIn(fields, 'issued');
  const notAfter = timeIn(fields, 'notAfter');
  const [kind, name, town, hosts] = [
    textIn(fields, 'kind'),
    textIn(fields, 'name'),
    textIn(fields, 'town'),
    fields['hosts'],
  ];
  if (!/^[0-9a-f]{32}$/.test(serial) || issuedAt === undefined || notAfter === undefined) return undefined;
  try {
    const holder = holderOf({
      kind: kind ?? '',
      name: name ?? '',
      town,
      hosts: Array.isArray(hosts) ? hosts.map(String) : undefined,
    });
    return { serial, holder, issuedAt, notAfter };
  } catch {
    return undefined;
  }
}

function revocationIn(fields: Fields, known: RegisterEntry): RegisterEntry | undefined {
  const at = timeIn(fields, 'revoked');
  const why = fields['why'];
  return at === undefined || !isRevocationReason(why) ? undefined : { ...known, revoked: { at, why } };
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(line: string): Fields {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

const textIn = (fields: Fields, name: string): string | undefined => {
  const value = fields[name];
  return typeof value === 'string' ? value : undefined;
};

function timeIn(fields: Fields, name: string): number | undefined {
  const at = Date.parse(textIn(fields, name) ?? '');
  return Number.isNaN(at) ? undefined : at;
}

const timeText = (at: number): string => new Date(at).toISOString();
