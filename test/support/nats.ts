import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'mqtt';
import { accepts, freePort } from './mosquitto.ts';

/** A node of NATS with JetStream and MQTT on 127.0.0.1; its store outlives a kill. */
export type NatsNode = {
  /** Of MQTT. */
  readonly port: number;
  readonly url: string;
  /** Ids of the MQTT clients that are connected to it; none when it cannot be asked. */
  readonly clients: () => Promise<readonly string[]>;
  /** `kill -9`; resolves when it is gone. */
  readonly kill: () => Promise<void>;
  /** Starts it anew on the same ports and store; resolves once it takes MQTT connections. */
  readonly start: () => Promise<void>;
};

export type NatsCluster = AsyncDisposable & { readonly nodes: readonly NatsNode[] };

type Ports = { readonly mqtt: number; readonly client: number; readonly route: number; readonly monitor: number };

/** Debian's nats-server: one node, or three that are a JetStream cluster. Resolves when MQTT can be used on each. */
export async function startNats(count: 1 | 3): Promise<NatsCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'fengsui-nats-'));
  const ports = await distinctPorts(count);
  const nodes = await Promise.all(
    ports.map(async (own, i) => {
      const config = join(folder, `node-${i}.conf`);
      await writeFile(config, configOf(i, own, ports, join(folder, `store-${i}`)));
      return natsNode(config, own);
    }),
  );
  await Promise.all(nodes.map((node) => node.start()));
  return {
    nodes,
    async [Symbol.asyncDispose]() {
      await Promise.all(nodes.map((node) => node.kill()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function natsNode(config: string, { mqtt: port, monitor }: Ports): NatsNode {
  let child: ChildProcess | undefined;
  let gone: Promise<void> = Promise.resolve();
  return {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    clients: () => clientsOf(monitor).catch(() => []),
    async kill() {
      child?.kill('SIGKILL');
      await gone;
    },
    async start() {
      const path = `${process.env['PATH'] ?? ''}:/usr/sbin`;
      const started = spawn('nats-server', ['-c', config], { stdio: 'ignore', env: { ...process.env, PATH: path } });
      child = started;
      gone = new Promise((resolve) => {
        started.once('exit', () => resolve());
      });
      await accepts(port);
      await letsIn(port);
    },
  };
}

async function clientsOf(monitor: number): Promise<readonly string[]> {
  const answer = await fetch(`http://127.0.0.1:${monitor}/connz?limit=1000`);
  const { connections } = (await answer.json()) as { connections: readonly { mqtt_client?: string }[] };
  return connections.flatMap(({ mqtt_client: id }) => (id === undefined ? [] : [id]));
}

/** A cluster that is still choosing its leader takes connections, and lets nobody in. Rejects after a minute. */
async function letsIn(port: number): Promise<void> {
  const until = Date.now() + 60_000;
  for (;;) {
    const isIn = await new Promise<boolean>((resolve) => {
      const client = connect(`mqtt://127.0.0.1:${port}`, {
        protocolVersion: 4,
        reconnectPeriod: 0,
        connectTimeout: 5_000,
      });
      const done = (is: boolean): void => {
        resolve(is);
        client.end(true);
      };
      client.on('error', () => done(false));
      client.once('close', () => done(false));
      client.once('connect', () => done(true));
    });
    if (isIn) return;
    if (Date.now() > until) throw new Error(`NATS lets nobody in on port ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** A cluster of one is none: NATS would wait for others for ever. */
const configOf = (i: number, own: Ports, all: readonly Ports[], store: string): string => `server_name: node-${i}
listen: 127.0.0.1:${own.client}
http: 127.0.0.1:${own.monitor}
jetstream { store_dir: "${store}", max_file_store: 512MB, max_memory_store: 64MB }
mqtt { listen: "127.0.0.1:${own.mqtt}"${all.length > 1 ? ', stream_replicas: 3' : ''} }
${
  all.length > 1
    ? `cluster { name: fengsui, listen: 127.0.0.1:${own.route}, routes: [${all.map((p) => `"nats://127.0.0.1:${p.route}"`).join(', ')}] }`
    : ''
}
`;

async function distinctPorts(count: number): Promise<readonly Ports[]> {
  const found = new Set<number>();
  while (found.size < count * 4) found.add(await freePort());
  const [...free] = found;
  return Array.from({ length: count }, (_, i) => ({
    mqtt: free[i * 4] ?? 0,
    client: free[i * 4 + 1] ?? 0,
    route: free[i * 4 + 2] ?? 0,
    monitor: free[i * 4 + 3] ?? 0,
  }));
}
