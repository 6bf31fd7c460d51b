import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Authority } from '../../../sdk/authority/authority.ts';
import { commonName, holderOf } from '../../../sdk/authority/holder.ts';
import { createAuthority, openAuthority } from '../../../sdk/authority/open-authority.ts';
import type { IssuedCertificate, RegisterEntry } from '../../../sdk/authority/register.ts';
import { isRevocationReason, revocationReasons } from '../../../sdk/authority/x509/revocation-list.ts';
import { keyText, newKey, publicText } from '../../../sdk/identity/own-key.ts';
import { refuseExisting, writeNew } from '../../../sdk/identity/secret-files.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { systemClock } from '../../platform/clock.ts';
import type { Lang } from '../terminal/language.ts';
import { need } from '../terminal/need.ts';
import { tell } from '../terminal/terminal.ts';
import { where } from './arguments.ts';
import { certificatesJson, certificateTable, dayOf } from './table.ts';
import { say } from './words.ts';

const common = { folder: { type: 'string' }, lang: { type: 'string' } } as const;

/** `fengsui authority init`: makes the authority of a district. @throws FengsuiError INVALID, CONFLICT */
export async function authorityInit(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { ...common, district: { type: 'string' } } });
  const { lang, folder } = where(values);
  const district = need(values.district, 'which district? Add --district and its code, six digits (GB/T 2260)');
  await createAuthority({ folder, district });
  tell(say('made', lang, folder));
}

/** `fengsui authority issue KIND NAME`. @throws FengsuiError as {@link Authority.issue} and {@link openAuthority} */
export async function authorityIssue(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...common,
      town: { type: 'string' },
      host: { type: 'string', multiple: true },
      request: { type: 'string' },
      'new-key': { type: 'string' },
      days: { type: 'string' },
      out: { type: 'string' },
    },
  });
  const { lang, folder } = where(values);
  const { town, host: hosts, request, out, 'new-key': keyFile } = values;
  const [kind, name] = positionals;
  if (kind === undefined || name === undefined)
    throw invalid('for whom? For example: issue gateway gw-1 --town 001 --request gw-1.csr');
  const holder = holderOf({ kind, name, town, hosts });
  if ((request === undefined) === (keyFile === undefined))
    throw invalid('whose key? Add either --request FILE, made where the key is, or --new-key FILE');
  const authority = await openAuthority({ folder });
  for (const file of [out, keyFile]) if (file !== undefined) await refuseExisting(file);
  const key = newKey();
  const proof = request === undefined ? { publicKey: publicText(key) } : { request: await readFile(request, 'utf8') };
  const issued = await authority.issue(holder, proof, { days: daysIn(values.days) });
  if (keyFile !== undefined) await writeNew(keyFile, keyText(key), 0o600);
  await handOut(issued, out, lang);
}

/** `fengsui authority renew`. @throws FengsuiError as {@link Authority.renew} and {@link openAuthority} */
export async function authorityRenew(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...common, request: { type: 'string' }, days: { type: 'string' }, out: { type: 'string' } },
  });
  const { lang, folder } = where(values);
  const { request, out } = values;
  const authority = await openAuthority({ folder });
  const last = (await chosen(authority, positionals)).at(-1);
  if (out !== undefined) await refuseExisting(out);
  const proof = request === undefined ? undefined : { request: await readFile(request, 'utf8') };
  const issued = await authority.renew(last?.serial ?? '', { proof, days: daysIn(values.days) });
  await handOut(issued, out, lang);
}

/** `fengsui authority revoke`: every certificate of a name, or one by its serial number. @throws FengsuiError INVALID, NOT_FOUND */
export async function authorityRevoke(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...common, why: { type: 'string' } },
  });
  const { lang, folder } = where(values);
  const { why } = values;
  if (!isRevocationReason(why)) throw invalid(`why? Add --why ${revocationReasons.join(', --why ')}`);
  const authority = await openAuthority({ folder });
  for (const { serial, holder } of await chosen(authority, positionals)) {
    await authority.revoke(serial, why);
    tell(say('revoked', lang, commonName(holder), serial));
  }
  tell(say('tellBroker', lang));
}

/** `fengsui authority list`. @throws FengsuiError as {@link openAuthority}; PROTOCOL for a damaged register */
export async function authorityList(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { ...common, json: { type: 'boolean', default: false } } });
  const { lang, folder } = where(values);
  const entries = await (await openAuthority({ folder })).list();
  const now = systemClock().wall();
  process.stdout.write(values.json ? certificatesJson(entries, now) : certificateTable(entries, now, lang));
}

/** The certificates meant by a serial number or a name that were not revoked, in the order of issue. */
async function chosen(authority: Authority, [which]: readonly string[]): Promise<readonly RegisterEntry[]> {
  if (which === undefined) throw invalid('which one? Name it as “fengsui authority list” does');
  const all = await authority.list();
  const found = all.filter(({ serial, holder }) => serial === which || commonName(holder) === which);
  const valid = found.filter(({ revoked }) => !revoked);
  if (valid.length > 0) return valid;
  const fate = found.length > 0 ? 'was revoked already' : 'was never issued here';
  throw new FengsuiError('NOT_FOUND', `“${which}” ${fate}; see fengsui authority list`);
}

async function handOut(issued: IssuedCertificate, out: string | undefined, lang: Lang): Promise<void> {
  if (out === undefined) process.stdout.write(issued.certificate);
  else await writeNew(out, issued.certificate, 0o644);
  tell(say('issued', lang, commonName(issued.holder), dayOf(issued.notAfter), issued.serial));
  tell(say('tellBroker', lang));
}

const daysIn = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));

const invalid = (what: string): FengsuiError => new FengsuiError('INVALID', what);
