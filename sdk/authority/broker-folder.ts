import { chown, rename, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describeError, FengsuiError } from '../model/errors.ts';
import type { Authority } from './authority.ts';
import { brokerFiles, mosquittoAcl, mosquittoConfig } from './mosquitto.ts';

/**
 * Writes what mosquitto needs of the authority into its folder: configuration, rules, the authority's certificate and the list of
 * revoked ones. The files belong to whom the folder belongs to, and nobody else can read them. Each is replaced at once.
 * The broker's own certificate and key ({@link brokerFiles}) are not touched.
 * @throws FengsuiError NOT_FOUND when there is no such folder; PROTOCOL when the register is damaged
 */
export async function writeBrokerFolder(
  authority: Authority,
  options: { readonly folder: string; readonly port?: number | undefined },
): Promise<void> {
  const folder = resolve(options.folder);
  const owner = await stat(folder).catch((cause: unknown) => {
    throw new FengsuiError('NOT_FOUND', `there is no folder ${folder} for the broker: ${describeError(cause)}`, {
      cause,
    });
  });
  const { district, certificate } = authority;
  const files = [
    [brokerFiles.authority, certificate],
    [brokerFiles.revoked, await authority.revocationList()],
    [brokerFiles.acl, mosquittoAcl(district, await authority.list(), await authority.claims.list())],
    [brokerFiles.config, mosquittoConfig({ district, folder, port: options.port })],
  ] as const;
  for (const [name, text] of files) {
    const next = join(folder, `${name}.next`);
    await writeFile(next, text, { mode: 0o600 });
    await chown(next, owner.uid, owner.gid);
    await rename(next, join(folder, name));
  }
}
