import { createServer, type Server, type Socket } from 'node:net';
import { FengsuiError } from '../../sdk/model/errors.ts';

export type LocalServer = AsyncDisposable & {
  readonly port: number;
  /** The port that was asked for and could not be had; absent when there was nothing to give way to. */
  readonly refusedPort?: number;
  connections(): number;
  /** Cuts every connection without a goodbye; the listener stays. */
  dropConnections(): void;
};

/**
 * A TCP listener on 127.0.0.1 that never stands in anybody's way: where the wanted port is taken it picks a free one
 * and says so. Closing it destroys its sockets at once.
 */
export async function localServer(onSocket: (socket: Socket) => void, wanted = 0): Promise<LocalServer> {
  checkPort(wanted);
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy()); // a peer that resets is an event of the field, not a failure of ours
    onSocket(socket);
  });
  const got = await listen(server, wanted);
  const port = portOf(server);
  const dropConnections = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port,
    ...(got ? {} : { refusedPort: wanted }),
    connections: () => sockets.size,
    dropConnections,
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      const closed = new Promise<void>((done) => server.close(() => done()));
      dropConnections();
      await closed;
    },
  };
}

function checkPort(wanted: number): void {
  if (Number.isInteger(wanted) && wanted >= 0 && wanted <= 65_535) return;
  throw new FengsuiError(
    'INVALID',
    `port ${wanted} is not valid: expected a whole number from 0 (any free one) to 65535`,
  );
}

/** Whether the wanted port was had. */
async function listen(server: Server, wanted: number): Promise<boolean> {
  try {
    await listenOn(server, wanted);
    return true;
  } catch (e) {
    if (wanted === 0 || !isTaken(e)) throw e;
    await listenOn(server, 0);
    return false;
  }
}

const listenOn = (server: Server, port: number): Promise<void> =>
  new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', fail);
      done();
    });
  });

/** Somebody has it, or only the superuser may have it. */
const isTaken = (e: unknown): boolean =>
  e instanceof Error && 'code' in e && (e.code === 'EADDRINUSE' || e.code === 'EACCES');

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new FengsuiError('UNAVAILABLE', 'the listener has no port');
  return address.port;
}
