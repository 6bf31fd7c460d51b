import { connect } from 'node:net';
import { millis } from '../../../sdk/model/time.ts';
import type { Line, LineListener } from './link.ts';

/** After this silence the system itself asks whether the other side is still there. */
const keepAlive = millis(10_000);

/** What a socket has received is dealt with before anything else is read, so all share it. Longer than most answers. */
const inbound = Buffer.alloc(4_096);

/** Connects. Rejects with the system's error, or with `signal.reason`; nothing stays open then. */
export function openSocket(
  endpoint: { readonly host: string; readonly port: number },
  listener: LineListener,
  signal: AbortSignal,
): Promise<Line> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: endpoint.host,
      port: endpoint.port,
      noDelay: true,
      onread: {
        buffer: inbound,
        callback: (length) => {
          listener.received(inbound.subarray(0, length));
          return true;
        },
      },
    });
    let failure: Error | undefined;
    const abort = (): void => {
      socket.destroy();
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.once('connect', () => {
      signal.removeEventListener('abort', abort);
      socket.setKeepAlive(true, keepAlive);
      resolve({
        write: (bytes) => socket.write(bytes),
        // What a socket has received is handed over in the next turn of the event loop: nothing lies in wait.
        flush: () => Promise.resolve(),
        close: () =>
          new Promise((closed) => {
            if (socket.closed) return closed();
            socket.once('close', () => closed());
            socket.destroy();
          }),
      });
    });
    // The other side has ended: no answer can come any more.
    socket.once('end', () => socket.destroy());
    socket.on('error', (error) => {
      failure = error;
    });
    socket.once('close', () => {
      signal.removeEventListener('abort', abort);
      const why = failure ?? new Error('the other side closed the connection');
      reject(why);
      listener.lost(why);
    });
  });
}
