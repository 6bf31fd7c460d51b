import { generateKeyPairSync } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Authority,
  brokerFiles,
  createAuthority,
  type Holder,
  type HolderText,
  holderOf,
  type IssuedCertificate,
  type IssueOptions,
  writeBrokerFolder,
} from '../../sdk/authority/index.ts';
import { freePort, type Mosquitto, runMosquitto } from './mosquitto.ts';

/** What a client of the broker connects with, PEM. */
export type Identity = {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly issued: IssuedCertificate;
};

/** A district in a folder: its authority, and mosquitto with the configuration that Fengsui makes. */
export interface SecureBroker extends AsyncDisposable {
  readonly authority: Authority;
  /** Of the authority. */
  readonly folder: string;
  readonly url: string;
  readonly port: number;
  /** A certificate for a new key. The broker knows its rules only after `update`. */
  issue(holder: HolderText, options?: IssueOptions): Promise<Identity>;
  /** New rules and revocations: written, and reloaded. */
  update(): Promise<void>;
  restart(): Promise<void>;
}

export async function identityOf(authority: Authority, holder: Holder, options?: IssueOptions): Promise<Identity> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const shown = publicKey.export({ format: 'pem', type: 'spki' }).toString();
  const issued = await authority.issue(holder, { publicKey: shown }, options);
  const key = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  return { ca: authority.certificate, cert: issued.certificate, key, issued };
}

/** What a test must have otherwise: nothing of it may stay in the system's folders. */
export async function makeConfigOfTest(config: string): Promise<void> {
  const text = (await readFile(config, 'utf8')).replace(/^persistence.*\n/gm, '');
  // As root mosquitto would become a user that cannot read the folder of the test.
  await writeFile(config, process.getuid?.() === 0 ? `${text}user root\n` : text);
}

/** @param folder of the test; the authority and the broker have folders of their own in it. */
export async function secureBroker(folder: string, district = '330603'): Promise<SecureBroker> {
  const vault = join(folder, 'authority');
  const authority = await createAuthority({ folder: vault, district });
  const own = join(folder, 'broker');
  const config = join(own, brokerFiles.config);
  await mkdir(own);
  const port = await freePort();
  const write = async (): Promise<void> => {
    await writeBrokerFolder(authority, { folder: own, port });
    await makeConfigOfTest(config);
  };
  const broker = await identityOf(authority, holderOf({ kind: 'broker', name: 'main', hosts: ['127.0.0.1'] }));
  await writeFile(join(own, brokerFiles.certificate), broker.cert);
  await writeFile(join(own, brokerFiles.key), broker.key, { mode: 0o600 });
  await write();
  let running: Mosquitto = await runMosquitto(config, port);
  return {
    authority,
    folder: vault,
    port,
    url: `mqtts://127.0.0.1:${port}`,
    issue: (holder, options) => identityOf(authority, holderOf(holder), options),
    async update() {
      await write();
      running.reload();
    },
    async restart() {
      await running[Symbol.asyncDispose]();
      running = await runMosquitto(config, port);
    },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}
