import { X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type IdentityFiles, identityFiles, type Papers } from '../../edge/identity/identity-files.ts';
import { type Authority, certificateRequest, createAuthority, holderOf } from '../../sdk/authority/index.ts';
import { districtCode, gatewayId, townCode } from '../../sdk/model/ids.ts';
import { temporaryFolder } from './temporary-folder.ts';

export type Folder = {
  readonly path: string;
  readonly authority: Authority;
  readonly paths: { readonly ca: string; readonly cert: string; readonly key: string };
  readonly files: IdentityFiles;
  /** Serial number of the certificate in use. */
  readonly present: () => Promise<string>;
  /** Puts a next certificate beside it. @returns its serial number */
  readonly issueNext: (days?: number) => Promise<string>;
};

export const addressOfTest = {
  district: districtCode('330603'),
  town: townCode('001'),
  gateway: gatewayId('gw-1'),
};
export const holderOfTest = holderOf({ kind: 'gateway', name: 'gw-1', town: '001' });

export const certificatesOf = ({ cert }: Papers): { readonly serial: string } => ({
  serial: new X509Certificate(cert).serialNumber.toLowerCase(),
});

/** A gateway that has its certificate, in a folder with its district’s authority. */
export async function identityFolder(): Promise<Folder> {
  const path = await temporaryFolder();
  const authority = await createAuthority({ folder: join(path, 'authority'), district: '330603' });
  const paths = { ca: join(path, 'ca.pem'), cert: join(path, 'gateway.pem'), key: join(path, 'gateway.key') };
  const request = await certificateRequest({ keyFile: paths.key, district: '330603', holder: holderOfTest });
  await writeFile(paths.cert, (await authority.issue(holderOfTest, { request }, { days: 100 })).certificate);
  await writeFile(paths.ca, authority.certificate);
  const files = identityFiles(paths, addressOfTest);
  return {
    path,
    authority,
    paths,
    files,
    present: async () => (await files.certificate('present'))?.serialNumber.toLowerCase() ?? '',
    issueNext: async (days) => {
      const { certificate, serial } = await authority.issue(holderOfTest, { request: await files.request() }, { days });
      await files.putNext(certificate);
      return serial;
    },
  };
}
