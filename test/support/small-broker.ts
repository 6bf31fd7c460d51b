import { createServer, type Socket } from 'node:net';

export type SmallBroker = AsyncDisposable & {
  readonly port: number;
  /** What it does from now on. */
  readonly manners: {
    /** Acknowledges messages. */
    takes: boolean;
    /** Closes each connection as soon as it has accepted it. */
    kicks: boolean;
    /** Acknowledges subscriptions. */
    grants: boolean;
  };
  /** How often a client has been accepted. */
  readonly accepted: () => number;
  /** How often it was pinged. */
  readonly pinged: () => number;
  /** Resolves with the first message. */
  readonly published: Promise<void>;
  /** All messages, in their order. */
  readonly messages: readonly { readonly topic: string; readonly body: Uint8Array }[];
  /** Breaks all connections. */
  readonly cut: () => void;
};

/** As much of a broker of MQTT 3.1.1 as it takes to treat a client badly: real sockets, nothing delivered. */
export async function smallBroker(): Promise<SmallBroker> {
  const sockets = new Set<Socket>();
  const manners = { takes: true, kicks: false, grants: true };
  const messages: { topic: string; body: Uint8Array }[] = [];
  let accepted = 0;
  let pinged = 0;
  let heard = (): void => {};
  const published = new Promise<void>((resolve) => {
    heard = resolve;
  });
  const answer = (socket: Socket, type: number, packet: Buffer): void => {
    if (type === 1) {
      accepted++;
      socket.write(Uint8Array.of(0x20, 2, 0, 0));
      if (manners.kicks) socket.end();
    }
    if (type === 3) {
      heard();
      const id = 4 + packet.readUInt16BE(2);
      const length = 2 + (packet[1] ?? 0);
      messages.push({ topic: packet.toString('utf8', 4, id), body: packet.subarray(id + 2, length) });
      if (manners.takes) socket.write(Uint8Array.of(0x40, 2, packet[id] ?? 0, packet[id + 1] ?? 0));
    }
    if (type === 8 && manners.grants) {
      const granted = filtersIn(packet).map(() => 1);
      socket.write(Uint8Array.of(0x90, 2 + granted.length, packet[2] ?? 0, packet[3] ?? 0, ...granted));
    }
    if (type === 12) {
      pinged++;
      socket.write(Uint8Array.of(0xd0, 0));
    }
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      for (const packet of packetsIn(bytes)) answer(socket, (packet[0] ?? 0) >> 4, packet);
    });
  });
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: await listening(server),
    manners,
    accepted: () => accepted,
    pinged: () => pinged,
    published,
    messages,
    cut,
    [Symbol.asyncDispose]: () =>
      new Promise((done) => {
        cut();
        server.close(() => done());
      }),
  };
}

/** Of less than 128 bytes each. */
function* packetsIn(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 2 + (bytes[at + 1] ?? 0)) yield bytes.subarray(at);
}

function filtersIn(packet: Buffer): string[] {
  const filters: string[] = [];
  for (let at = 4; at < 2 + (packet[1] ?? 0); at += 3 + packet.readUInt16BE(at))
    filters.push(packet.toString('utf8', at + 2, at + 2 + packet.readUInt16BE(at)));
  return filters;
}

export const listening = (server: ReturnType<typeof createServer>): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
