import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Authority,
  type AuthoritySigner,
  certificateRequest,
  commonName,
  createAuthority,
  type HolderText,
  holderOf,
  openAuthority,
  type RevocationReason,
  stateOf,
} from 'fengsui/authority';

/** Once for a district. Who can read this folder can be anybody: keep it on a machine of its own. */
export const found = (folder: string): Promise<Authority> => createAuthority({ folder, district: '330603' });

/** The same with its key in a hardware module: only what is to be signed goes there. */
export const foundWithModule = (folder: string, module: AuthoritySigner): Promise<Authority> =>
  createAuthority({ folder, district: '330603', signer: module });

/** Later, each time. */
export const again = (folder: string, module?: AuthoritySigner): Promise<Authority> =>
  openAuthority({ folder, signer: module });

/** Key and certificate of one holder: `path.key`, which is made there and stays, and `path.pem`. */
export async function issueTo(authority: Authority, who: HolderText, path: string): Promise<void> {
  const holder = holderOf(who);
  const request = await certificateRequest({ keyFile: `${path}.key`, district: authority.district, holder });
  const { certificate } = await authority.issue(holder, { request });
  await writeFile(`${path}.pem`, certificate);
}

/** Those that a district begins with. Gateways come by claim codes. */
export async function issueFirst(authority: Authority, folder: string): Promise<void> {
  const hosts = ['mqtt.example.cn', '127.0.0.1']; // every name and address that it is reached by
  await issueTo(authority, { kind: 'broker', name: 'main', hosts }, join(folder, 'broker'));
  await issueTo(authority, { kind: 'district', name: 'duty' }, join(folder, 'duty')); // one for each process
  await issueTo(authority, { kind: 'town', name: 'centre', town: '001' }, join(folder, 'centre'));
}

/** Who has a certificate, and how long it is still good. */
export async function register(authority: Authority): Promise<readonly string[]> {
  const entries = await authority.list();
  return entries.map((entry) => `${commonName(entry.holder)} ${stateOf(entry, Date.now())} ${entry.serial}`);
}

/** Brokers and processes get their next certificate by hand, for the key that they have; the earlier one stays good. */
export async function renewByHand(authority: Authority, name: string): Promise<string | undefined> {
  const own = (await authority.list()).findLast(({ holder, revoked }) => commonName(holder) === name && !revoked);
  return own && (await authority.renew(own.serial, { days: 730 })).certificate;
}

/** A gateway was stolen: none of its certificates counts any more, once the broker knows. */
export async function shutOut(authority: Authority, name: string, why: RevocationReason): Promise<number> {
  const entries = (await authority.list()).filter(({ holder }) => commonName(holder) === name);
  for (const { serial } of entries) await authority.revoke(serial, why);
  return entries.length;
}
