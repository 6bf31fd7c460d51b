import { Aedes } from 'aedes';
import { localServer } from '../process/local-server.ts';

export type Broker = AsyncDisposable & {
  readonly port: number;
  /** The port that was asked for and was taken. */
  readonly refusedPort?: number;
  connections(): number;
  /** Cuts every connection as a dying broker would; the listener stays. */
  dropConnections(): void;
  /** Ends at once; sessions and retained messages are gone, for they live in memory. */
  stop(): Promise<void>;
};

/**
 * An MQTT 3.1.1 broker on 127.0.0.1 for demos and tests. It acknowledges before it stores, so it proves nothing about
 * durability.
 * @param options.port a free one unless given; another one where the given one is taken.
 */
export async function startBroker(options: { readonly port?: number } = {}): Promise<Broker> {
  const aedes = await Aedes.createBroker({
    // One subscriber that does not read holds one of these per message; at the limit nobody gets anything any more.
    concurrency: 1_000,
    drainTimeout: 5_000,
  });
  const server = await localServer((socket) => void aedes.handle(socket), options.port).catch(async (e: unknown) => {
    await closed(aedes);
    throw e;
  });
  const end = async (): Promise<void> => {
    await server[Symbol.asyncDispose]();
    await closed(aedes);
  };
  let ended: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    ended ??= end();
    return ended;
  };
  return {
    port: server.port,
    ...(server.refusedPort === undefined ? {} : { refusedPort: server.refusedPort }),
    connections: () => server.connections(),
    dropConnections: () => server.dropConnections(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

const closed = (aedes: Aedes): Promise<void> => new Promise((done) => aedes.close(() => done()));
