import type { Socket } from 'node:net';
import { localServer } from '../process/local-server.ts';
import { type Slave, slave, type Units } from './slave.ts';

export type ModbusServer = AsyncDisposable &
  Slave & {
    readonly port: number;
    /** The port that was asked for and was taken. */
    readonly refusedPort?: number;
    connections(): number;
    /** Cuts every connection without a goodbye; the listener stays. */
    dropConnections(): void;
  };

export type ModbusServerOptions = {
  readonly transport: 'tcp' | 'rtu-over-tcp';
  /** A free one unless given; another one where the given one is taken. */
  readonly port?: number;
  /** Units may be added and removed while it runs. */
  readonly units: Units;
};

/**
 * Field devices behind a TCP port of 127.0.0.1, with a framing of their own.
 * A unit that is not there is silent on RTU, and exception 11 (gateway target failed to respond) on TCP.
 */
export async function modbusServer({ transport, port, units }: ModbusServerOptions): Promise<ModbusServer> {
  const devices = slave(units);
  const server = await localServer((socket) => {
    const write = (bytes: Uint8Array): void => {
      if (!socket.destroyed) socket.write(bytes);
    };
    const wire = transport === 'tcp' ? devices.tcpWire(write) : devices.rtuWire(write);
    connect(socket, wire);
  }, port);
  return {
    misbehave: (unit, fault) => devices.misbehave(unit, fault),
    behave: (unit) => devices.behave(unit),
    port: server.port,
    ...(server.refusedPort === undefined ? {} : { refusedPort: server.refusedPort }),
    connections: () => server.connections(),
    dropConnections: () => server.dropConnections(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function connect(socket: Socket, wire: { receive(bytes: Uint8Array): boolean; close(): void }): void {
  socket.on('data', (bytes) => {
    if (!wire.receive(bytes)) socket.destroy();
  });
  socket.on('close', () => wire.close());
}
