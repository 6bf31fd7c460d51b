import type { Socket } from 'node:net';
import { type LocalServer, localServer } from '../process/local-server.ts';
import type { MasterPort } from './master-port.ts';
import type { LineClock } from './wire.ts';

/** The system's monotonic clock with its ordinary timers, exact to a millisecond or two. */
export const timerClock: LineClock = {
  mono: () => performance.now(),
  after(ms, wake) {
    const timer = setTimeout(wake, Math.max(0, ms));
    return () => clearTimeout(timer);
  },
};

/**
 * A line behind a TCP port of 127.0.0.1: a serial line becomes RTU over TCP, as through a serial device server, and a
 * TCP line Modbus TCP. It serves one master at a time and hangs up on a second one.
 * @param port a free one unless given; another one where the given one is taken.
 */
export function lineServer(line: Pick<MasterPort, 'connect'>, port?: number): Promise<LocalServer> {
  return localServer((socket) => serve(line, socket), port);
}

function serve(line: Pick<MasterPort, 'connect'>, socket: Socket): void {
  try {
    const adapter = line.connect({
      received: (chunk) => void socket.write(chunk),
      lost: () => socket.destroy(),
    });
    socket.on('data', (bytes: Buffer) => adapter.write(bytes));
    socket.on('close', () => void adapter.close());
  } catch {
    socket.destroy(); // pulled out, or taken: a device server hangs up
  }
}
