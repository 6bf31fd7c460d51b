/**
 * A TCP line of limited rate in a process of its own, for benchmarks: `shaped-line.js TARGET_PORT BYTES_PER_S LATENCY_MS`.
 * Each way passes so many bytes a second, first come first served, and holds without bound what does not pass at once, as
 * the buffers of a radio modem do; 0: as fast as it goes. It is cut until `{ open: true }` is sent, and tells
 * `{ accepted }`, Unix ms, with each connection after that. Headers of TCP and IP are not counted.
 */

import { connect, createServer, type Socket } from 'node:net';
import { parentLink } from '../../simulators/process/parent-link.ts';

const [target = 0, bytesPerSecond = 0, latencyMs = 0] = process.argv.slice(2).map(Number);
/** Smaller than an alarm: what is behind it in the same write does not hold it up. */
const pieceBytes = 128;
let isOpen = false;

function pass(from: Socket, to: Socket): void {
  const queue: { readonly due: number; readonly piece: Buffer }[] = [];
  let free = 0;
  let timer: NodeJS.Timeout | undefined;
  const deliver = (): void => {
    timer = undefined;
    while (queue[0] && queue[0].due <= performance.now()) to.write(queue.shift()?.piece ?? '');
    if (queue[0]) timer = setTimeout(deliver, Math.max(0, queue[0].due - performance.now()));
  };
  from.on('data', (bytes: Buffer) => {
    if (bytesPerSecond === 0) return void to.write(bytes);
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      const piece = bytes.subarray(at, at + pieceBytes);
      free = Math.max(free, performance.now()) + (piece.length / bytesPerSecond) * 1_000;
      queue.push({ due: free + latencyMs, piece });
    }
    timer ??= setTimeout(deliver, Math.max(0, (queue[0]?.due ?? 0) - performance.now()));
  });
  const end = (): void => {
    clearTimeout(timer);
    from.destroy();
    to.destroy();
  };
  from.on('close', end).on('error', end);
}

const server = createServer((near) => {
  near.on('error', () => near.destroy());
  if (!isOpen) return near.destroy();
  near.setNoDelay(true);
  const far = connect({ port: target, host: '127.0.0.1', noDelay: true });
  pass(near, far);
  pass(far, near);
  link.send({ accepted: Date.now() });
});
const link = parentLink({
  message: () => {
    isOpen = true;
  },
  gone: () => process.exit(0),
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  link.send({ port: typeof address === 'object' && address ? address.port : 0 });
});
