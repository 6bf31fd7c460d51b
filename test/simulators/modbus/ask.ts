import { once } from 'node:events';
import type { Socket } from 'node:net';
import { hex, toHex } from './hex.ts';

/** Sends and waits for so many bytes. */
export async function ask(socket: Socket, bytes: string, length: number): Promise<string> {
  socket.write(hex(bytes));
  let got = Buffer.alloc(0);
  while (got.length < length) {
    const [chunk]: Buffer[] = await once(socket, 'data');
    got = Buffer.concat([got, chunk ?? Buffer.alloc(0)]);
  }
  return toHex(got);
}
