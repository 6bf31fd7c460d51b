import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, endChild, gatewayProcess, simulator } from './child.ts';
import { siteFile } from './site-file.ts';

/** Everyone on stage: the village, the broker and the gateway, each a process of its own. */
export type Cast = AsyncDisposable & {
  readonly brokerUrl: string;
  readonly folder: string;
  readonly logFile: string;
  /** Ports that were wanted and taken, in words. */
  readonly moved: readonly string[];
  /** Does something to the village; resolves with the Unix ms at which register or line changed. */
  order(what: { readonly do: string; readonly [argument: string]: unknown }): Promise<number>;
  /** Calls back when the siren really starts or stops. */
  onSiren(changed: (on: boolean) => void): void;
  stopBroker(): Promise<void>;
  startBroker(): Promise<void>;
  /** `kill -9`. */
  killGateway(): Promise<void>;
  startGateway(): void;
};

/** Where things listen unless somebody else does. */
const favourite = { mqtt: 18_830, hydrants: 15_020, wireless: 15_021, home: 15_022 } as const;

export async function startCast(operatorKey: string): Promise<Cast> {
  const folder = await mkdtemp(join(tmpdir(), 'fengsui-demo-'));
  const answers = new Map<number, { resolve: (at: number) => void; reject: (e: Error) => void }>();
  const sirenListeners: ((on: boolean) => void)[] = [];
  let asked = 0;

  const hear = (message: object): void => {
    if ('answer' in message && isCount(message.answer)) {
      const waiting = answers.get(message.answer);
      answers.delete(message.answer);
      if ('at' in message && isCount(message.at)) waiting?.resolve(message.at);
      else
        waiting?.reject(new Error('error' in message && isText(message.error) ? message.error : 'the village refused'));
    }
    if (
      'event' in message &&
      message.event === 'output' &&
      'name' in message &&
      message.name === 'siren' &&
      'on' in message
    ) {
      for (const listener of sirenListeners) listener(message.on === true);
    }
  };
  const ports = Object.entries({ hydrants: favourite.hydrants, wireless: favourite.wireless, home: favourite.home });
  const village = await ready(
    new URL('./village.js', import.meta.url),
    ports.flatMap(([name, port]) => [`--${name}`, String(port)]),
    hear,
  );
  let broker = await ready(new URL('./broker.js', import.meta.url), [String(favourite.mqtt)], () => {});
  const brokerPort = broker.port('mqtt');
  const config = join(folder, 'village.yaml');
  const logFile = join(folder, 'gateway.log');
  const villagePorts = {
    hydrants: village.port('hydrants'),
    wireless: village.port('wireless'),
    home: village.port('home'),
  };
  await writeFile(config, siteFile({ ports: villagePorts, brokerPort, operatorKey }));
  const startGateway = (): Child => gatewayProcess(new URL('../dist/fengsui.js', import.meta.url), config, logFile);
  let gateway = startGateway();

  return {
    brokerUrl: `mqtt://127.0.0.1:${brokerPort}`,
    folder,
    logFile,
    moved: [...village.moved, ...broker.moved],
    order: (what) =>
      new Promise((resolve, reject) => {
        const ask = ++asked;
        answers.set(ask, { resolve, reject });
        village.child.process.send({ ask, ...what });
      }),
    onSiren: (changed) => void sirenListeners.push(changed),
    stopBroker: () => endChild(broker.child),
    startBroker: async () => {
      broker = await ready(new URL('./broker.js', import.meta.url), [String(brokerPort)], () => {});
      if (broker.port('mqtt') !== brokerPort)
        throw new Error(`port ${brokerPort} of the broker was taken while it was down`);
    },
    killGateway: async () => {
      gateway.process.kill('SIGKILL');
      await gateway.gone;
    },
    startGateway: () => {
      gateway = startGateway();
    },
    async [Symbol.asyncDispose]() {
      await endChild(gateway);
      await Promise.all([endChild(village.child), endChild(broker.child)]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

type Ready = { readonly child: Child; readonly port: (name: string) => number; readonly moved: readonly string[] };

/** Starts a simulator and waits until it says where it listens. */
function ready(script: URL, args: readonly string[], hear: (message: object) => void): Promise<Ready> {
  return new Promise((resolve, reject) => {
    const child = simulator(script, args, (message) => {
      if (!('event' in message) || message.event !== 'ready' || !('ports' in message)) return hear(message);
      const ports = numbersOf(message.ports);
      const moved = 'moved' in message ? numbersOf(message.moved) : new Map<string, number>();
      resolve({
        child,
        port: (name) => ports.get(name) ?? 0,
        moved: [...moved].map(([name, port]) => `${name}: ${port} → ${ports.get(name)}`),
      });
    });
    child.gone.then(() => reject(new Error(`${script.pathname} ended before it was ready`))).catch(reject);
  });
}

const numbersOf = (raw: unknown): Map<string, number> =>
  new Map(Object.entries(raw ?? {}).filter((entry): entry is [string, number] => isCount(entry[1])));

const isCount = (x: unknown): x is number => typeof x === 'number';
const isText = (x: unknown): x is string => typeof x === 'string';
