import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { connect, ed25519Signer, type Fengsui, generateOperatorKey } from '../../../sdk/index.ts';
import { districtCode, gatewayId, townCode } from '../../../sdk/model/ids.ts';
import type { Site } from '../../../sdk/wire/topics.ts';
import { endRigChild, type RigChild, siteFolder, startGateway } from '../../support/rig.ts';
import { type Identity, type SecureBroker, secureBroker } from '../../support/secure-broker.ts';

/** A district whose broker has the generated rules, one real gateway in it, and certificates for whoever is in the trial. */
export interface TrialDistrict extends AsyncDisposable {
  readonly broker: SecureBroker;
  readonly site: Site;
  /** Folder of the gateway's configuration and log. */
  readonly folder: string;
  gateway(): RigChild;
  startGateway(): void;
  /** Takes other lines into its configuration, for its next start. `ntp`: it has to find out whether its clock is right. */
  configure(yaml: string, clock?: 'trusted' | 'ntp'): Promise<void>;
  /** In order. */
  stopGateway(): Promise<void>;
  /** `kill -9`. */
  killGateway(): Promise<void>;
  /** The SDK as a process of the district's platform; by another port than the broker's own where one is given. */
  platform(holder: string, operator: string, port?: number): Promise<Fengsui>;
  /** A bare client with the certificate of a holder. */
  client(holder: string, options?: { readonly version5?: true }): Promise<MqttClient>;
  signer(operator: string): ReturnType<typeof ed25519Signer>;
}

export const district = '330603';
export const town = '001';
export const siteOf = (gateway: string, of = town): Site => ({
  district: districtCode(district),
  town: townCode(of),
  gateway: gatewayId(gateway),
});

/** Of the trial: `gw-evil` and `centre` have certificates, too; `attacker` is a process of the platform without an operator's key. */
const holders = [
  { kind: 'gateway', name: 'gw-1', town },
  { kind: 'gateway', name: 'gw-evil', town },
  { kind: 'district', name: 'duty' },
  { kind: 'district', name: 'chief' },
  { kind: 'district', name: 'cut-off' },
  { kind: 'district', name: 'attacker' },
] as const;

export type TrialOptions = {
  /** `buses` and whatever else the gateway's configuration has. */
  readonly yaml: string;
  /** Names of operators, and what may follow their key in the configuration. */
  readonly operators: Readonly<Record<string, string>>;
};

export async function trialDistrict({ yaml, operators }: TrialOptions): Promise<TrialDistrict> {
  const rooms = await siteFolder('');
  await mkdir(join(rooms.path, 'district'));
  const broker = await secureBroker(join(rooms.path, 'district'));
  const identities = new Map<string, Identity>();
  for (const holder of holders) identities.set(holder.name, await broker.issue(holder));
  await broker.update();
  await broker.restart();
  const keys = new Map(Object.keys(operators).map((name) => [name, generateOperatorKey()]));
  const identity = (holder: string): Identity => known(identities.get(holder), holder);
  const signer = (operator: string) =>
    ed25519Signer({ keyId: operator, privateKey: known(keys.get(operator), operator).privateKey });
  const own = identity('gw-1');
  await writeFile(join(rooms.path, 'ca.pem'), own.ca);
  await writeFile(join(rooms.path, 'gateway.pem'), own.cert);
  await writeFile(join(rooms.path, 'gateway.key'), own.key, { mode: 0o600 });
  const people = Object.entries(operators)
    .map(([name, more]) => `  - { name: ${name}, key: "${keys.get(name)?.publicKey}"${more} }`)
    .join('\n');
  const configure = (lines: string, clock = 'trusted'): Promise<void> =>
    writeFile(
      join(rooms.path, 'site.yaml'),
      `version: 1
gateway: { id: gw-1, name: Trial, district: "${district}", town: "${town}", clock: ${clock} }
uplinks: [{ url: "${broker.url}", ca: ca.pem, cert: gateway.pem, key: gateway.key }]
operators:
${people}
journal: { commitMs: 1000 }
${lines}`,
    );
  await configure(yaml);
  const program = new URL('../dist/fengsui.js', import.meta.url);
  let running = startGateway(program, rooms.path);
  const clients: MqttClient[] = [];
  const platforms: Fengsui[] = [];
  return {
    broker,
    site: siteOf('gw-1'),
    folder: rooms.path,
    signer,
    gateway: () => running,
    configure,
    startGateway: () => {
      running = startGateway(program, rooms.path);
    },
    stopGateway: () => endRigChild(running),
    killGateway: async () => {
      running.process.kill('SIGKILL');
      await running.gone;
    },
    async platform(holder, operator, port = broker.port) {
      const { ca, cert, key } = identity(holder);
      const url = `mqtts://127.0.0.1:${port}`;
      const fs = await connect({ url, district, tls: { ca, cert, key }, signer: signer(operator) });
      platforms.push(fs);
      return fs;
    },
    async client(holder, { version5 } = {}) {
      const { ca, cert, key } = identity(holder);
      const protocolVersion = version5 ? 5 : 4;
      const client = await connectAsync(broker.url, { ca, cert, key, protocolVersion, reconnectPeriod: 0 });
      client.on('error', () => undefined);
      clients.push(client);
      return client;
    },
    async [Symbol.asyncDispose]() {
      for (const fs of platforms) await fs.close();
      for (const client of clients) await client.endAsync(true);
      await endRigChild(running);
      await broker[Symbol.asyncDispose]();
      await rooms[Symbol.asyncDispose]();
    },
  };
}

function known<T>(found: T | undefined, name: string): T {
  if (found === undefined) throw new Error(`the trial knows no “${name}”`);
  return found;
}
