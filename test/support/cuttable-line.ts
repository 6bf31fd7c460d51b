import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

export type CuttableLine = AsyncDisposable & {
  readonly port: number;
  /** Breaks for good, as a process that dies breaks it. */
  cut(): void;
  /** Takes everything and passes on nothing from now on, as when the host at the other end has lost its power. */
  swallow(): void;
};

/** A way to a server on 127.0.0.1. */
export async function cuttableLine(target: number): Promise<CuttableLine> {
  const sockets = new Set<Socket>();
  let swallows = false;
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    if (!swallows) near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const cut = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    swallow() {
      swallows = true;
      for (const socket of sockets) socket.unpipe().resume();
    },
    async [Symbol.asyncDispose]() {
      cut();
    },
  };
}
