import { createServer, type Server, type Socket } from 'node:net';

/** A request as the slave saw it. `raw` is the whole frame. */
export type Asked = {
  readonly unit: number;
  readonly code: number;
  readonly address: number;
  readonly amount: number;
  /** Transaction number; 0 in RTU. */
  readonly transaction: number;
  readonly raw: Buffer;
};

/** A Modbus server that does nothing by itself: each test says what comes back, when, and how wrong. */
export type ScriptedSlave = AsyncDisposable & {
  readonly port: number;
  /** The next request, in the order received. */
  asked(): Promise<Asked>;
  /** Requests not yet taken by `asked`. */
  waiting(): number;
  /** From now on answers each request at once instead of keeping it for `asked`. */
  answer(script: (asked: Asked) => Uint8Array | undefined): void;
  send(bytes: Uint8Array): void;
  hangUp(): void;
  connections(): number;
};

/** Bitwise and apart from the product's: a shared mistake would cancel itself out. */
function crc(bytes: Uint8Array): number {
  let value = 0xffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let i = 0; i < 8; i++) value = value & 1 ? (value >>> 1) ^ 0xa001 : value >>> 1;
  }
  return value;
}

/** An RTU frame with a right CRC. */
export function rtu(...body: readonly number[]): Buffer {
  const value = crc(Uint8Array.from(body));
  return Buffer.from([...body, value & 0xff, value >> 8]);
}

/** A Modbus TCP frame. */
export const mbap = (transaction: number, ...body: readonly number[]): Buffer =>
  Buffer.from([transaction >> 8, transaction & 0xff, 0, 0, body.length >> 8, body.length & 0xff, ...body]);

/** The body of an answer that carries registers. */
export const registers = (unit: number, code: number, ...words: readonly number[]): number[] => [
  unit,
  code,
  2 * words.length,
  ...words.flatMap((word) => [word >> 8, word & 0xff]),
];

function parse(bytes: Buffer, framing: 'tcp' | 'rtu'): Asked {
  const at = framing === 'tcp' ? 6 : 0;
  return {
    unit: bytes.readUInt8(at),
    code: bytes.readUInt8(at + 1),
    address: bytes.readUInt16BE(at + 2),
    amount: bytes.readUInt16BE(at + 4),
    transaction: framing === 'tcp' ? bytes.readUInt16BE(0) : 0,
    raw: Buffer.from(bytes),
  };
}

export async function scriptedSlave(framing: 'tcp' | 'rtu'): Promise<ScriptedSlave> {
  const size = framing === 'tcp' ? 12 : 8;
  const inbox: Asked[] = [];
  const takers: ((asked: Asked) => void)[] = [];
  const sockets = new Set<Socket>();
  let newest: Socket | undefined;
  let connections = 0;
  let script: ((asked: Asked) => Uint8Array | undefined) | undefined;

  const arrived = (asked: Asked, socket: Socket): void => {
    if (!script) {
      const taker = takers.shift();
      if (taker) taker(asked);
      else inbox.push(asked);
      return;
    }
    const reply = script(asked);
    if (reply) socket.write(reply);
  };
  const server = createServer((socket) => {
    connections++;
    newest = socket;
    sockets.add(socket);
    socket.setNoDelay();
    let data = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      data = Buffer.concat([data, chunk]);
      for (; data.length >= size; data = data.subarray(size)) arrived(parse(data.subarray(0, size), framing), socket);
    });
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  const port = await listen(server);
  return {
    port,
    asked: () => {
      const first = inbox.shift();
      return first ? Promise.resolve(first) : new Promise((taker) => takers.push(taker));
    },
    waiting: () => inbox.length,
    answer: (next) => {
      script = next;
    },
    send: (bytes) => newest?.write(bytes),
    hangUp: () => newest?.destroy(),
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address && typeof address === 'object') resolve(address.port);
      else reject(new Error('no port'));
    });
  });
}

/** A port of 127.0.0.1 on which nothing listens. */
export async function refusedPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((closed) => server.close(closed));
  return port;
}

/** Waits, by turns of the event loop, until something real has happened. */
export async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((turn) => setImmediate(turn));
}
